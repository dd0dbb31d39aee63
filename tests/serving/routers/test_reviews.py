import pytest

from tests.serving.people import Person

SCRIPT = "<script>alert('3 > 2 & \"1\"')</script>\n"


def test_a_review_is_kept_and_shown_as_it_was_sent(client):
    ada = Person(client, "ada")

    ada.ask("PUT", "/reviews/6", {"text": SCRIPT})

    answer = client.get("/api/v1/movies/6/reviews")
    assert answer.headers["Content-Type"] == "application/json"
    (review,) = answer.json()["reviews"]
    assert (review["text"], review["author"], review["movie_id"]) == (SCRIPT, "Viewer", 6)
    assert "user_id" not in review


def test_reviews_of_a_movie_come_by_page_newest_first(client):
    for name in ("ada", "bob", "eve"):
        Person(client, name).ask("PUT", "/reviews/6", {"text": f"{name} was here"})
    Person(client, "joe").ask("PUT", "/reviews/541", {"text": "another movie"})

    pages = [client.get(f"/api/v1/movies/6/reviews?offset={offset}&limit=2").json() for offset in (0, 2)]

    assert [page["n_all"] for page in pages] == [3, 3]
    assert [len(page["reviews"]) for page in pages] == [2, 1]
    assert {review["text"] for page in pages for review in page["reviews"]} == {
        *("ada was here", "bob was here", "eve was here")
    }


def test_reviews_of_an_unknown_movie_are_a_404(client):
    assert client.get("/api/v1/movies/12345/reviews").status_code == 404


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 5001, 7, None, ["text"]])
def test_a_text_that_is_no_review_is_refused_in_words(client, text):
    answer = Person(client, "ada").ask("PUT", "/reviews/6", {"text": text})

    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "text in the body must be a text of 1 to 5,000 characters, not all of them spaces"
    )


@pytest.mark.parametrize("text", ["x", "ü" * 5000, "\x00\u202e 🎬"])
def test_any_text_of_up_to_5000_characters_is_a_review(client, text):
    assert Person(client, "ada").ask("PUT", "/reviews/6", {"text": text}).json()["text"] == text


def test_a_review_can_be_reported_once_by_each(client):
    ada, eve = Person(client, "ada"), Person(client, "eve")
    review_id = ada.ask("PUT", "/reviews/6", {"text": "Good."}).json()["review_id"]

    reports = [eve.ask("PUT", f"/reports/{review_id}", {"reason": "rude"}) for _ in range(2)]

    assert [report.status_code for report in reports] == [200, 200]
    assert reports[0].json() == reports[1].json()
    assert (reports[0].json()["review_id"], reports[0].json()["reason"]) == (review_id, "rude")


@pytest.mark.parametrize("review_id", ["691f8a2e5d3c4b1a09f7e6d5", "x", "%00"])
def test_a_review_that_is_not_there_cannot_be_reported(client, review_id):
    answer = Person(client, "ada").ask("PUT", f"/reports/{review_id}", {"reason": "rude"})

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("no review '")
