import pytest
from redis import Redis

from infra.local.probes import wait_until
from infra.stores.events import INTERACTIONS, Interaction
from tests.serving.people import Person

PATIENCE = 20.0
NOBODY_LISTENS = "mongodb://127.0.0.1:9/"

DOINGS = [
    ("POST", "/watched", {"movie_id": 6}, "watch"),
    ("PUT", "/ratings/6", {"rating": 4.5}, "rating"),
    ("PUT", "/bookmarks/6", None, "bookmark"),
    ("PUT", "/hidden/6", None, "hide"),
    ("PUT", "/reviews/6", {"text": "Good."}, "review"),
]
OF_UNKNOWN_MOVIE = [
    ("POST", "/watched", {"movie_id": 12345}),
    ("PUT", "/ratings/12345", {"rating": 4.5}),
    ("DELETE", "/ratings/12345", None),
    ("PUT", "/bookmarks/12345", None),
    ("PUT", "/hidden/12345", None),
    ("PUT", "/reviews/12345", {"text": "Good."}),
]


@pytest.fixture
def ada(client):
    return Person(client, "ada")


@pytest.fixture
def told(redis):
    """Wait for so many events in the stream, and return those that are there."""

    def wait(n_events):
        with Redis.from_url(redis.address, decode_responses=True) as client:
            assert wait_until(lambda: client.xlen(INTERACTIONS) >= n_events, PATIENCE)
            return [Interaction.from_entry(fields) for _, fields in client.xrange(INTERACTIONS)]

    return wait


@pytest.mark.parametrize(("method", "address", "body", "kind"), DOINGS)
def test_what_is_done_is_answered_listed_and_told(ada, told, method, address, body, kind):
    answer = ada.ask(method, address, body)

    assert answer.status_code == 200
    page = ada.ask("GET", f"/{address.split('/')[1]}").json()
    assert page == {"n_all": 1, ("reviews" if kind == "review" else "movies"): [answer.json()]}
    (event,) = told(1)
    assert (event.id, event.kind, event.movie_id, event.is_removed) == (f"{ada.user_id}-1", kind, 6, False)


def test_the_event_has_the_id_of_the_request(ada, told):
    ada.ask("PUT", "/ratings/6", {"rating": 4.5}, {"X-Request-ID": "checkout-17"})

    assert [event.request_id for event in told(1)] == ["checkout-17"]


@pytest.mark.parametrize(("method", "address", "body", "kind"), DOINGS)
def test_done_twice_it_is_answered_alike_and_told_once(ada, told, method, address, body, kind):
    first, second = ada.ask(method, address, body), ada.ask(method, address, body)
    ada.ask("PUT", "/bookmarks/541")

    assert first.json() == second.json()
    assert [event.movie_id for event in told(2)] == [6, 541]


@pytest.mark.parametrize("place", ["watched", "ratings", "bookmarks", "hidden", "reviews"])
def test_undone_it_is_listed_no_longer_and_told_once_more(ada, told, place):
    (doing,) = [doing for doing in DOINGS if doing[1].startswith(f"/{place}")]
    ada.ask(*doing[:3])

    for _ in range(2):
        assert ada.ask("DELETE", f"/{place}/6").status_code == 204

    assert ada.ask("GET", f"/{place}").json()["n_all"] == 0
    assert [(event.kind, event.is_removed) for event in told(2)] == [(doing[3], False), (doing[3], True)]


@pytest.mark.parametrize(("method", "address", "body"), OF_UNKNOWN_MOVIE)
def test_an_unknown_movie_is_a_404_that_says_so(ada, method, address, body):
    answer = ada.ask(method, address, body)

    assert answer.status_code == 404
    assert answer.json()["detail"] == "no movie 12345 in the catalogue of generation 2026-11-20T003105Z"


@pytest.mark.parametrize("rating", [0, 0.4, 0.75, 5.5, -1, "4", True, None, [], 1e308])
def test_a_rating_that_is_none_is_refused_in_words(ada, rating):
    answer = ada.ask("PUT", "/ratings/6", {"rating": rating})

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "invalid_request",
        "detail": "rating in the body must be a number from 0.5 to 5 by halves",
    }


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_rating_that_is_no_number_is_refused(client, ada, number):
    proof = {"Authorization": f"Bearer {ada.tokens['access_token']}", "Content-Type": "application/json"}

    answer = client.put("/api/v1/ratings/6", content=f'{{"rating": {number}}}', headers=proof)

    assert answer.status_code == 422


@pytest.mark.parametrize("rating", [0.5, 1, 4.5, 5])
def test_ratings_go_from_a_half_to_five_by_halves(ada, rating):
    assert ada.ask("PUT", "/ratings/6", {"rating": rating}).json()["rating"] == rating


@pytest.mark.parametrize("movie_id", [0, "6", 6.0, True, None, 2**63])
def test_a_movie_id_in_a_body_is_a_whole_number(ada, movie_id):
    answer = ada.ask("POST", "/watched", {"movie_id": movie_id})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("movie_id in the body must be a whole number from 1 to")


@pytest.mark.parametrize(("method", "address", "body"), [*(doing[:3] for doing in DOINGS), ("GET", "/ratings", None)])
def test_without_an_account_nothing_is_done(client, method, address, body):
    answer = client.request(method, f"/api/v1{address}", json=body)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["detail"].startswith("this needs an account: log in")


@pytest.mark.parametrize(("method", "address", "body"), [*(doing[:3] for doing in DOINGS), ("GET", "/ratings", None)])
def test_someone_else_s_profile_is_a_403_that_names_one_s_own(client, ada, method, address, body):
    eve = Person(client, "eve")

    answer = eve.ask(method, address, body, {"X-Profile": str(ada.user_id)})

    assert answer.status_code == 403
    assert answer.json() == {
        "error": "not_allowed",
        "detail": f"profile {ada.user_id} is not one of this account's: it has {eve.user_id}",
    }
    assert ada.ask("GET", "/watched").json()["n_all"] == 0


def test_the_users_of_movielens_can_only_be_read(client, ada):
    answer = ada.ask("PUT", "/ratings/6", {"rating": 4.5}, {"X-Profile": "7"})

    assert answer.status_code == 403
    assert answer.json()["detail"] == "user 7 is a demonstration profile of MovieLens, which can only be read"
    assert client.get("/api/v1/users/7/recommendations").json()["source"] == "personal"


def test_each_profile_does_things_of_its_own(ada):
    child = ada.ask("POST", "/profiles", {"name": "Child"}).json()["user_id"]

    ada.ask("PUT", "/ratings/6", {"rating": 4.5}, {"X-Profile": str(child)})

    assert ada.ask("GET", "/ratings").json()["n_all"] == 0
    assert ada.ask("GET", "/ratings", headers={"X-Profile": str(child)}).json()["n_all"] == 1


@pytest.mark.parametrize("profile", ["ada", "0", "1.0", ""])
def test_an_impossible_profile_is_refused_in_words(ada, profile):
    answer = ada.ask("GET", "/ratings", headers={"X-Profile": profile})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("X-Profile in the header must be a whole number")


def test_a_late_repetition_with_its_key_does_not_undo_what_came_after(ada):
    first = ada.ask("PUT", "/ratings/6", {"rating": 4.5}, {"Idempotency-Key": "1"})
    ada.ask("PUT", "/ratings/6", {"rating": 2}, {"Idempotency-Key": "2"})
    late = ada.ask("PUT", "/ratings/6", {"rating": 4.5}, {"Idempotency-Key": "1"})

    assert late.json() == first.json()
    assert ada.ask("GET", "/ratings").json()["movies"][0]["rating"] == 2


def test_a_key_that_comes_with_another_request_is_refused_in_words(ada):
    ada.ask("PUT", "/ratings/6", {"rating": 4.5}, {"Idempotency-Key": "1"})

    answer = ada.ask("PUT", "/bookmarks/6", headers={"Idempotency-Key": "1"})

    assert answer.status_code == 422
    assert answer.json()["error"] == "key_reused"


def test_pages_are_cut_newest_first(ada):
    for movie_id in (1, 6, 541):
        ada.ask("PUT", f"/bookmarks/{movie_id}")

    page = ada.ask("GET", "/bookmarks?offset=1&limit=1").json()

    assert (page["n_all"], [movie["movie_id"] for movie in page["movies"]]) == (3, [6])


@pytest.mark.parametrize(("method", "address", "body"), [*(doing[:3] for doing in DOINGS), ("GET", "/ratings", None)])
def test_without_mongodb_doing_is_a_503_in_words(ada, start_api, method, address, body):
    client = start_api(address=NOBODY_LISTENS, action_timeout_ms=100)

    answer = client.request(
        method, f"/api/v1{address}", json=body, headers={"Authorization": f"Bearer {ada.tokens['access_token']}"}
    )

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["error"] == "server_unreachable"
    assert answer.json()["detail"].startswith("MongoDB does not answer, so this cannot be done now")


@pytest.mark.parametrize("doing", [("POST", "/watched", {"movie_id": 1214}), ("PUT", "/hidden/1214", None)])
def test_what_was_watched_or_hidden_is_left_out_of_the_next_list(client, ada, doing):
    address = f"/api/v1/users/{ada.user_id}/recommendations"
    assert 1214 in [movie["movie_id"] for movie in client.get(address).json()["movies"]]

    ada.ask(*doing)

    assert 1214 not in [movie["movie_id"] for movie in client.get(address).json()["movies"]]
