"""Every setting of the platform, read from the environment once."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, PositiveInt, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_SECRET = "marquee-local-only"  # a placeholder for the loopback servers of a laptop; refused elsewhere

LOCAL_TOKEN_KEY = "marquee-local-only: whoever reads this can log in as anyone"  # refused elsewhere too

Port = Annotated[int, Field(ge=1, le=65535)]


class DataSettings(BaseModel):
    """Where ratings come from."""

    dataset: str = Field("ml-latest-small", description="a MovieLens name, `sample`, or the path of a zip or folder")
    archive_dir: Path = Field(Path("var/archives"), description="archives found here are used before any download")
    download_url: str = "https://files.grouplens.org/datasets/movielens"
    sample_users: PositiveInt = 600
    sample_movies: PositiveInt = 9_000
    sample_ratings: PositiveInt = 100_000


class LakeSettings(BaseModel):
    """Where snapshots are kept, and the pages that show their checks."""

    root: str = "var/lake"
    data_docs_dir: Path = Path("var/data_docs")


class SparkSettings(BaseModel):
    """The engine of the ETL."""

    master: str = "local[*]"
    driver_memory_mb: PositiveInt = 2048


class MongodbSettings(BaseModel):
    """The store of published lists. With a `url`, no local server is started."""

    port: Port = 27017
    url: SecretStr | None = None
    database: str = "marquee"

    @property
    def address(self) -> str:
        """The connection string to use."""
        return self.url.get_secret_value() if self.url else f"mongodb://127.0.0.1:{self.port}/?replicaSet=rs0"


class RedisSettings(BaseModel):
    """The event streams and the cache. With a `url`, no local server is started."""

    port: Port = 6379
    url: SecretStr | None = None

    @property
    def address(self) -> str:
        """The connection string to use."""
        return self.url.get_secret_value() if self.url else f"redis://127.0.0.1:{self.port}/0"


class ObjectsSettings(BaseModel):
    """The S3 server that holds model artifacts. With a `url`, no local server is started."""

    port: Port = 9000
    url: str | None = None
    access_key: str = "marquee"
    secret_key: SecretStr = SecretStr(LOCAL_SECRET)
    bucket: str = "mlflow"

    @property
    def address(self) -> str:
        """The endpoint to use."""
        return self.url or f"http://127.0.0.1:{self.port}"


class MlflowSettings(BaseModel):
    """The tracking server and model registry. With a `url`, no local server is started."""

    port: Port = 5000
    url: str | None = None
    experiment: str = "marquee"

    @property
    def address(self) -> str:
        """The tracking address to use."""
        return self.url or f"http://127.0.0.1:{self.port}"


class AirflowSettings(BaseModel):
    """The scheduler. With a `url`, no local server is started; without a `password`, nobody needs one."""

    port: Port = 8080
    url: str | None = None
    page_url: str | None = Field(None, description="where people open it, if that is not where programs reach it")
    username: str = "admin"
    password: SecretStr | None = None

    @property
    def address(self) -> str:
        """The address of the REST API."""
        return self.url or f"http://127.0.0.1:{self.port}"

    @property
    def page_address(self) -> str:
        """The address of the UI, for links that people open."""
        return self.page_url or self.address

    @property
    def login(self) -> dict[str, str] | None:
        """What the REST API gives a token for, or None where it gives everyone one."""
        return {"username": self.username, "password": self.password.get_secret_value()} if self.password else None


class ApiSettings(BaseModel):
    """The HTTP service people call."""

    port: Port = 8000
    refresh_seconds: float = Field(2.0, gt=0, description="how often the pointer and the popular lists are read again")
    redis_timeout_ms: PositiveInt = Field(15, description="how long a cached list may take")
    mongodb_timeout_ms: PositiveInt = Field(25, description="how long a read may take")
    personal_budget_ms: PositiveInt = Field(40, description="how long a user's or movie's own list may take")
    similar_budget_ms: PositiveInt = Field(10, description="how long the lists of movies liked last may take")
    why_budget_ms: PositiveInt = Field(2_000, description="how long a near-line worker may take to say why")
    action_timeout_ms: PositiveInt = Field(2_000, description="how long something a user does may take")

    @property
    def address(self) -> str:
        """The address `make up` serves at."""
        return f"http://127.0.0.1:{self.port}"


class WorkerSettings(BaseModel):
    """Where the near-line worker tells its figures."""

    host: str = Field("127.0.0.1", description="the address of this machine to listen at")
    port: Port = 8001

    @property
    def address(self) -> str:
        """The address `make up` has them at."""
        return f"http://127.0.0.1:{self.port}"


class AccountsSettings(BaseModel):
    """What the tokens of people who logged in are signed with, and how many may join."""

    token_keys: list[Annotated[SecretStr, Field(min_length=32)]] = Field(
        [SecretStr(LOCAL_TOKEN_KEY)], min_length=1, description="the newest first: it signs, and all verify"
    )
    registrations_per_hour: PositiveInt = Field(100, description="accounts that may be made from one address")


class LocalSettings(BaseModel):
    """The servers `make up` starts."""

    state_dir: Path = Path("var")


class Settings(BaseSettings):
    """Defaults suit a laptop; `MARQUEE_MONGODB__PORT=27018` overrides one value, and so does a line in `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="MARQUEE_", env_nested_delimiter="__", env_file=".env", extra="ignore", frozen=True
    )

    profile: Literal["local", "production"] = "local"
    seed: int = 42
    data: DataSettings = DataSettings()
    lake: LakeSettings = LakeSettings()
    spark: SparkSettings = SparkSettings()
    mongodb: MongodbSettings = MongodbSettings()
    redis: RedisSettings = RedisSettings()
    objects: ObjectsSettings = ObjectsSettings()
    mlflow: MlflowSettings = MlflowSettings()
    airflow: AirflowSettings = AirflowSettings()
    api: ApiSettings = ApiSettings()
    worker: WorkerSettings = WorkerSettings()
    accounts: AccountsSettings = AccountsSettings()
    local: LocalSettings = LocalSettings()

    @model_validator(mode="after")
    def _refuse_default_secrets(self) -> Self:
        if self.profile == "local":
            return self
        if self.objects.secret_key.get_secret_value() == LOCAL_SECRET:
            raise ValueError(
                "MARQUEE_OBJECTS__SECRET_KEY still has its default value, which is only for the local profile: "
                "set it to the secret key of your S3 server"
            )
        if LOCAL_TOKEN_KEY in (key.get_secret_value() for key in self.accounts.token_keys):
            raise ValueError(
                "MARQUEE_ACCOUNTS__TOKEN_KEYS still holds its default value, which is only for the local profile: "
                """set it to a list such as '["..."]', with what `openssl rand -hex 32` prints inside"""
            )
        return self


@cache
def get_settings() -> Settings:
    """Return the process-wide settings; only entry points call this, everyone else is given a value."""
    return Settings()
