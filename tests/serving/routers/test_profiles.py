from tests.serving.people import PASSWORD, Person


def test_an_account_has_at_most_five_profiles(client):
    ada = Person(client, "ada")

    added = [ada.ask("POST", "/profiles", {"name": f"Child {number}"}) for number in range(5)]

    assert [answer.status_code for answer in added] == [201, 201, 201, 201, 409]
    assert [profile["name"] for profile in ada.ask("GET", "/profiles").json()] == [
        *("Viewer", "Child 0", "Child 1", "Child 2", "Child 3")
    ]
    assert len({profile["user_id"] for profile in ada.ask("GET", "/profiles").json()}) == 5


def test_of_several_profiles_one_can_be_deleted_by_who_knows_the_password(client):
    ada = Person(client, "ada")
    child = ada.ask("POST", "/profiles", {"name": "Child"}).json()

    wrong = ada.ask("DELETE", f"/profiles/{child['user_id']}", {"password": "a wrong guess"})
    right = ada.ask("DELETE", f"/profiles/{child['user_id']}", {"password": PASSWORD})

    assert (wrong.status_code, right.status_code) == (401, 200)
    assert right.json()["removed"]["profiles"] == 1
    assert ada.ask("GET", "/profiles").json() == ada.tokens["profiles"]


def test_the_only_profile_and_those_of_others_cannot_be_deleted(client):
    ada, eve = Person(client, "ada"), Person(client, "eve")

    only = ada.ask("DELETE", f"/profiles/{ada.user_id}", {"password": PASSWORD})
    others = ada.ask("DELETE", f"/profiles/{eve.user_id}", {"password": PASSWORD})

    assert (only.status_code, only.json()["error"]) == (409, "last_profile")
    assert (others.status_code, others.json()["error"]) == (403, "not_allowed")
