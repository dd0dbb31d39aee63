"""Titles as MovieLens publishes them, taken apart: `Matrix, The (1999)` is `The Matrix` of 1999."""

from pyspark.sql import Column
from pyspark.sql import functions as F

# The year closes the title: (1994), or a series' (1994-1996), also with a dash (\u2013), or (1994- ).
_TITLE_AND_YEAR = r"^\s*(.*\S)\s*\((\d{4})\s*(?:[-\u2013]\s*(?:\d{4})?\s*)?\)\s*$"
# No German `Die`, which would turn `Die, Mommie, Die` around.
_ARTICLES = "The|A|An|Le|La|Les|Un|Une|Il|Lo|Gli|El|Los|Las|Der|Das"
_NAME_AND_ARTICLE = r"((?:^|\()(?:a\.k\.a\. )?)([^()]+), ({articles})(?= \(|\)|$)"


def release_year(published: Column) -> Column:
    """Return the year (the first of a range) that closes a title, null where there is none."""
    return F.nullif(F.regexp_extract(published, _TITLE_AND_YEAR, 2), F.lit("")).cast("int")


def readable_title(published: Column) -> Column:
    """Return the title without its year and with its article in front, in the alternative titles in brackets too.

    `Postman, The (Postino, Il) (1994)` becomes `The Postman (Il Postino)`: people read and search titles that way.
    """
    name = F.trim(
        F.when(published.rlike(_TITLE_AND_YEAR), F.regexp_extract(published, _TITLE_AND_YEAR, 1)).otherwise(published)
    )
    elided = F.regexp_replace(name, _NAME_AND_ARTICLE.format(articles="L'"), "$1$3$2")
    return F.regexp_replace(elided, _NAME_AND_ARTICLE.format(articles=_ARTICLES), "$1$3 $2")
