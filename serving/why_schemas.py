"""What the API promises about why a movie is in a list."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from infra.stores.list_records import Verdict
from infra.stores.user_layout import Kind
from serving.schemas import Movie


class Told(BaseModel):
    """Made of what the stores return."""

    model_config = ConfigDict(from_attributes=True)


class NamedModel(Told):
    """A version of a registered model."""

    name: str
    version: int


class ListPlace(Told):
    """Where a movie stands in a list."""

    rank: int = Field(ge=1)
    score: float
    source: str = Field(description="the model, or `popular` where the movie fills the list up")


class PlaceAgain(Told):
    """Where a movie stands in the list when it is made again."""

    rank: int = Field(ge=1)
    score: float


class SourceOpinion(Told):
    """What one source of candidates says of the movie; rank and score are null where its list ends before."""

    source: str
    rank: int | None = Field(description="in the source's own list for the user")
    score: float | None = Field(description="of the source's own; sources have different ones")
    proposes: bool = Field(description="whether the movie is a candidate because of this source")


class FeatureContribution(Told):
    """What one feature adds to the score."""

    feature: str
    value: float | None = Field(description="null where it is not known")
    contribution: float


class Reasons(Told):
    """What the model says, told by a near-line worker that has it loaded."""

    verdict: Verdict
    model: NamedModel = Field(description="the champion the list was made under")
    maker: str = Field(description="what made the list: that model, or one that stands in for it near-line")
    snapshot: str = Field(description="date and attempt of the features that were read")
    rank: int | None = Field(description="in the model's own order; null where the movie is not in it")
    n_ranked: int = Field(description="how many movies that order has")
    score: float | None
    opinions: list[SourceOpinion]
    largest: list[FeatureContribution] = Field(description="at most ten, the largest first")
    others: float = Field(description="the sum of the contributions that are not among the largest")
    base: float = Field(description="what every score begins with: with all contributions it adds up to the score")
    again: PlaceAgain | None = Field(description="in the list made again now; null where it is not in it")
    disagreement: str = Field(description="how the list made again differs from the stored one; empty if it agrees")


class PassedCheck(Told):
    """One expectation of the generation, and how it came out."""

    table: str
    expectation: str
    figure: float | str | None
    limit: str
    passed: bool


class SnapshotRead(Told):
    """The features a generation was made from."""

    date: str
    attempt: str
    tables: dict[str, str] = Field(description="the content hash of every table")


class MadeFrom(Told):
    """Everything a generation was made from."""

    snapshot: SnapshotRead
    git_commit: str
    requirements: str = Field(description="the hash of the lock file")
    n: int = Field(description="the length of a list")


class WhyGeneration(Told):
    """The generation that the list is in."""

    id: str
    snapshot_date: str
    model: NamedModel | None = Field(description="made the lists of its users; null where that cannot be read")
    git_commit: str
    inputs: MadeFrom | None = Field(description="null for a generation of before they were kept")
    checks: list[PassedCheck]


class DoneSince(Told):
    """What the user did with the movie since the list was made; lists that are asked for leave it out then."""

    kind: Kind
    rating: float | None
    happened_at: datetime


class Why(Told):
    """Why a movie is in a user's list, or why not."""

    user_id: int
    movie: Movie
    place: ListPlace | None = Field(description="null where the movie is not in the list")
    n_listed: int = Field(description="how many movies the list has; 0 where there is none")
    generated_at: datetime = Field(description="when the list was made")
    done_since: list[DoneSince]
    generation: WhyGeneration
    reasons: Reasons | None = Field(description="null where no near-line worker could tell")
    reasons_missing: str | None = Field(description="why they are null")
