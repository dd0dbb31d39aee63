import pytest

ADDRESS = "/api/v1/users/7/recommendations"


def test_what_has_not_changed_is_not_sent_again(client):
    first = client.get(ADDRESS)

    again = client.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "X-Reco-Generation", "X-Reco-Age", "X-Reco-Source"):
        assert again.headers[name] == first.headers[name]
    assert "Content-Type" not in again.headers


def test_another_answer_has_another_tag(client):
    known = client.get(ADDRESS).headers["ETag"]

    answer = client.get(ADDRESS, params={"limit": 1}, headers={"If-None-Match": known})

    assert (answer.status_code, len(answer.json()["movies"])) == (200, 1)


@pytest.mark.parametrize("known", ['"other", {tag}', "{strong}", "*"])
def test_tags_are_compared_as_the_standard_says(client, known):
    tag = client.get(ADDRESS).headers["ETag"]
    given = known.format(tag=tag, strong=tag.removeprefix("W/"))

    assert client.get(ADDRESS, headers={"If-None-Match": given}).status_code == 304


def test_a_refusal_has_no_tag(client):
    answer = client.get("/api/v1/movies/12345", headers={"If-None-Match": "*"})

    assert answer.status_code == 404
    assert "ETag" not in answer.headers


def test_a_long_list_is_compressed_for_those_who_can_read_it(client):
    plain = client.get("/docs", headers={"Accept-Encoding": "identity"})
    long = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    short = client.get(ADDRESS, params={"limit": 1}, headers={"Accept-Encoding": "gzip"})

    assert long.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in long.headers["Vary"]
    assert int(long.headers["Content-Length"]) < len(long.content) / 2
    assert "Content-Encoding" not in short.headers
    assert "Content-Encoding" not in plain.headers


def test_a_compressed_answer_has_the_tag_of_the_plain_one(client):
    plain = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})

    assert client.get("/openapi.json", headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
