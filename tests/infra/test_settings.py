import pytest
from pydantic import ValidationError

from infra.settings import LOCAL_SECRET, LOCAL_TOKEN_KEY, Settings

OWN_KEY = "chosen-by-the-operator-and-long-enough"


@pytest.fixture(autouse=True)
def settings_come_from_this_test_alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MARQUEE_DATA__ARCHIVE_DIR", raising=False)


def test_one_nested_value_is_overridden_by_the_environment(monkeypatch):
    monkeypatch.setenv("MARQUEE_API__PORT", "8001")

    settings = Settings()

    assert settings.api.address == "http://127.0.0.1:8001"
    assert settings.api.mongodb_timeout_ms == 25


def test_a_line_in_dot_env_counts_like_the_environment(tmp_path):
    (tmp_path / ".env").write_text("MARQUEE_DATA__DATASET=ml-1m\n")

    assert Settings().data.dataset == "ml-1m"


def test_a_named_url_replaces_the_local_server(monkeypatch):
    assert Settings().mongodb.address == "mongodb://127.0.0.1:27017/?replicaSet=rs0"

    monkeypatch.setenv("MARQUEE_MONGODB__URL", "mongodb://db.example:27017")

    assert Settings().mongodb.address == "mongodb://db.example:27017"


def test_people_open_airflow_where_programs_reach_it_unless_another_address_is_named(monkeypatch):
    monkeypatch.setenv("MARQUEE_AIRFLOW__URL", "http://airflow-api-server:8080")
    assert Settings().airflow.page_address == "http://airflow-api-server:8080"

    monkeypatch.setenv("MARQUEE_AIRFLOW__PAGE_URL", "https://airflow.example")

    assert Settings().airflow.page_address == "https://airflow.example"


def test_secrets_do_not_show_when_settings_are_printed():
    assert LOCAL_SECRET not in repr(Settings())
    assert LOCAL_TOKEN_KEY not in repr(Settings())


def test_the_production_profile_refuses_the_default_secret(monkeypatch):
    monkeypatch.setenv("MARQUEE_PROFILE", "production")
    monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", f'["{OWN_KEY}"]')

    with pytest.raises(ValidationError, match="MARQUEE_OBJECTS__SECRET_KEY"):
        Settings()


def test_the_production_profile_refuses_the_default_token_key_even_beside_another(monkeypatch):
    monkeypatch.setenv("MARQUEE_PROFILE", "production")
    monkeypatch.setenv("MARQUEE_OBJECTS__SECRET_KEY", "chosen-by-the-operator")
    monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", f'["{OWN_KEY}", "{LOCAL_TOKEN_KEY}"]')

    with pytest.raises(ValidationError, match="MARQUEE_ACCOUNTS__TOKEN_KEYS"):
        Settings()


def test_the_production_profile_starts_with_its_own_secrets(monkeypatch):
    monkeypatch.setenv("MARQUEE_PROFILE", "production")
    monkeypatch.setenv("MARQUEE_OBJECTS__SECRET_KEY", "chosen-by-the-operator")
    monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", f'["{OWN_KEY}"]')

    assert Settings().profile == "production"


@pytest.mark.parametrize("keys", ["[]", '["short"]', "not a list"])
def test_token_keys_that_protect_nothing_are_refused(monkeypatch, keys):
    monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", keys)

    with pytest.raises(ValueError, match=r"token_keys|accounts"):
        Settings()


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_an_impossible_port_is_refused(monkeypatch, port):
    monkeypatch.setenv("MARQUEE_API__PORT", port)

    with pytest.raises(ValidationError, match="port"):
        Settings()
