import pytest
from pyspark.sql import functions as F

from features.titles import readable_title, release_year


@pytest.mark.parametrize(
    ("published", "title", "year"),
    [
        ("Toy Story (1995)", "Toy Story", 1995),
        ("From Dusk Till Dawn 2 (1999) ", "From Dusk Till Dawn 2", 1999),
        ("  Heat  (1995)", "Heat", 1995),
        ("Twin Peaks (1994-1996)", "Twin Peaks", 1994),
        ("Death Note: Desu n\u00f4to (2006\u20132007)", "Death Note: Desu n\u00f4to", 2006),
        ("Sherlock (2010- )", "Sherlock", 2010),
        ("Fargo (2014-)", "Fargo", 2014),
        ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey", 1968),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", 2009),
        ("Remade (1960) (1998)", "Remade (1960)", 1998),
        ("Babylon 5", "Babylon 5", None),
        ("1984", "1984", None),
        ("Soon (1999) again", "Soon (1999) again", None),
        ("Odd (19995)", "Odd (19995)", None),
        ("(1994)", "(1994)", None),
    ],
)
def test_the_year_that_closes_a_title_is_taken_off_it(spark, published, title, year):
    one_row = spark.sql("SELECT 1")

    parsed = one_row.select(readable_title(F.lit(published)), release_year(F.lit(published))).first()

    assert tuple(parsed) == (title, year)


@pytest.mark.parametrize(
    ("published", "title"),
    [
        ("Matrix, The (1999)", "The Matrix"),
        ("Beautiful Mind, A (2001)", "A Beautiful Mind"),
        ("American in Paris, An (1951)", "An American in Paris"),
        ("Mis\u00e9rables, Les (1995)", "Les Mis\u00e9rables"),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly"),
        ("Postman, The (Postino, Il) (1994)", "The Postman (Il Postino)"),
        ("Avventura, L' (Adventure, The) (1960)", "L'Avventura (The Adventure)"),
        ("Trou, Le (Hole, The) (Night Watch, The) (1960)", "Le Trou (The Hole) (The Night Watch)"),
        ("His Secret Life (a.k.a. Ignorant Fairies, The) (2001)", "His Secret Life (a.k.a. The Ignorant Fairies)"),
        ("OA, The", "The OA"),
        ("I, The Jury (1953)", "I, The Jury"),
        ("Die, Mommie, Die (2003)", "Die, Mommie, Die"),
        ("Play It Again, Sam (1972)", "Play It Again, Sam"),
        ("The Birds (1963)", "The Birds"),
    ],
)
def test_an_article_at_the_end_of_a_name_moves_to_its_front(spark, published, title):
    assert spark.sql("SELECT 1").select(readable_title(F.lit(published))).first()[0] == title
