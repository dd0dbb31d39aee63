from infra.stores.manifest import Check
from infra.stores.verdicts import Verdict

SOUND = Check("user_recommendations", "unknown movies", 0, "0", passed=True)
WRONG = Check("user_recommendations", "unknown movies", 7, "0", passed=False)
LIKE_LAST_NIGHT = Check("ratings", "number of users", 610, "at least 607", passed=True)
ODD = Check("user_recommendations", "personal lift", 0.01, "at least 0.3", passed=False)
WHY = "we switched to another dataset"


def test_nothing_stands_against_what_passed():
    verdict = Verdict([SOUND], [LIKE_LAST_NIGHT])

    assert (verdict.against, verdict.is_held, verdict.why) == ([], False, "every check passed")
    assert "accepted" not in verdict.record("ada@laptop")


def test_an_odd_comparison_holds_and_says_how_it_is_accepted():
    verdict = Verdict([SOUND], [ODD], report="/var/data_docs/page.html")

    assert verdict.against == [ODD]
    assert verdict.is_held
    assert verdict.why == (
        "user_recommendations: personal lift: 0.01 instead of at least 0.3; /var/data_docs/page.html shows whose lists "
        'look worst; if all of it is meant: make publish ACCEPT="why"'
    )


def test_a_person_can_accept_what_is_odd_on_record():
    verdict = Verdict([SOUND], [LIKE_LAST_NIGHT, ODD], accept=WHY)

    assert (verdict.against, verdict.is_held, verdict.why) == ([], False, f"accepted: {WHY}")
    assert verdict.record("ada@laptop")["accepted"] == {
        "who": "ada@laptop",
        "why": WHY,
        "checks": ["user_recommendations: personal lift"],
    }


def test_nobody_can_accept_what_is_wrong():
    verdict = Verdict([WRONG], [ODD], accept=WHY)

    assert (verdict.against, verdict.is_held) == ([WRONG], False)
    assert verdict.why == "user_recommendations: unknown movies: 7 instead of 0"
    assert "accepted" not in verdict.record("ada@laptop")


def test_what_needs_no_accepting_is_not_recorded_as_accepted():
    assert "accepted" not in Verdict([SOUND], [LIKE_LAST_NIGHT], accept=WHY).record("ada@laptop")


def test_the_record_holds_all_figures_whether_they_passed_or_not():
    record = Verdict([SOUND], [ODD], report="page").record("ada@laptop")

    assert record["checks"][0]["figure"] == 0
    assert record["comparisons"] == [
        {
            "table": "user_recommendations",
            "expectation": "personal lift",
            "figure": 0.01,
            "limit": "at least 0.3",
            "passed": False,
        }
    ]
    assert (record["report"], record["is_held"]) == ("page", True)
