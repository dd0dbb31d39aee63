NOBODY_LISTENS = "mongodb://127.0.0.1:9/"


def test_the_process_is_live_whatever_mongodb_does(start_api):
    answer = start_api(address=NOBODY_LISTENS, action_timeout_ms=100).get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


def test_with_a_generation_it_is_ready(client):
    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "detail": "all is well",
        "generation": "2026-11-20T003105Z",
        "generated_at": "2026-11-20T00:31:05Z",
        "is_stale": False,
    }


def test_without_a_generation_it_is_degraded_but_takes_requests(start_api):
    answer = start_api().get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["detail"] == "no generation has been read yet: every list is the one shipped with the API"


def test_without_mongodb_it_is_degraded_but_takes_requests(start_api):
    answer = start_api(address=NOBODY_LISTENS, action_timeout_ms=100).get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["detail"].startswith("MongoDB does not answer")
