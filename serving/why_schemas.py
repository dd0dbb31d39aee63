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

    name: str = Field(description="in the registry")
    version: int = Field(description="in the registry, from 1 on")


class ListPlace(Told):
    """Where a movie stands in a list."""

    rank: int = Field(ge=1, description="1 is the best")
    score: float = Field(description="orders this list, and means nothing beyond it")
    source: str = Field(description="the model, or `popular` where the movie fills the list up")


class PlaceAgain(Told):
    """Where a movie stands in the list when it is made again."""

    rank: int = Field(ge=1, description="1 is the best")
    score: float = Field(description="orders this list, and means nothing beyond it")


class SourceOpinion(Told):
    """What one source of candidates says of the movie; rank and score are null where its list ends before."""

    source: str = Field(description="its name")
    rank: int | None = Field(description="in the source's own list for the user")
    score: float | None = Field(description="of the source's own; sources have different ones")
    proposes: bool = Field(description="whether the movie is a candidate because of this source")


class FeatureContribution(Told):
    """What one feature adds to the score."""

    feature: str = Field(description="its name")
    value: float | None = Field(description="null where it is not known")
    contribution: float = Field(description="below zero where it speaks against the movie")


class Reasons(Told):
    """What the model says, told by a near-line worker that has it loaded."""

    verdict: Verdict = Field(description="what became of the movie: the first that holds")
    model: NamedModel = Field(description="the champion the list was made under")
    maker: str = Field(description="what made the list: that model, or one that stands in for it near-line")
    snapshot: str = Field(description="date and attempt of the features that were read")
    rank: int | None = Field(description="in the model's own order; null where the movie is not in it")
    n_ranked: int = Field(description="how many movies that order has")
    score: float | None = Field(description="the model's own; null where the movie is not in its order")
    opinions: list[SourceOpinion] = Field(description="one per source of candidates")
    largest: list[FeatureContribution] = Field(description="at most ten, the largest first")
    others: float = Field(description="the sum of the contributions that are not among the largest")
    base: float = Field(description="what every score begins with: with all contributions it adds up to the score")
    again: PlaceAgain | None = Field(description="in the list made again now; null where it is not in it")
    disagreement: str = Field(description="how the list made again differs from the stored one; empty if it agrees")


class PassedCheck(Told):
    """One expectation of the generation, and how it came out."""

    table: str = Field(description="which one was looked at")
    expectation: str = Field(description="what was expected of it")
    figure: float | str | None = Field(description="what was found; null where there is no figure")
    limit: str = Field(description="what was allowed")
    passed: bool = Field(description="whether it was as expected")


class SnapshotRead(Told):
    """The features a generation was made from."""

    date: str = Field(description="the day it is of")
    attempt: str = Field(description="which writing of that day")
    tables: dict[str, str] = Field(description="the content hash of every table")


class MadeFrom(Told):
    """Everything a generation was made from."""

    snapshot: SnapshotRead = Field(description="the features that were read")
    git_commit: str = Field(description="of the code that ran")
    requirements: str = Field(description="the hash of the lock file")
    n: int = Field(description="the length of a list")


class WhyGeneration(Told):
    """The generation that the list is in."""

    id: str = Field(description="when its publication began")
    snapshot_date: str = Field(description="the day whose features were read")
    model: NamedModel | None = Field(description="made the lists of its users; null where that cannot be read")
    git_commit: str = Field(description="of the code that published it")
    inputs: MadeFrom | None = Field(description="null for a generation of before they were kept")
    checks: list[PassedCheck] = Field(description="those of its publication")


class DoneSince(Told):
    """What the user did with the movie since the list was made; lists that are asked for leave it out then."""

    kind: Kind = Field(description="what was done")
    rating: float | None = Field(description="in stars; null for what is no rating")
    happened_at: datetime = Field(description="in UTC")


class Why(Told):
    """Why a movie is in a user's list, or why not."""

    user_id: int = Field(description="whose list it is")
    movie: Movie = Field(description="which movie is asked about")
    place: ListPlace | None = Field(description="null where the movie is not in the list")
    n_listed: int = Field(description="how many movies the list has; 0 where there is none")
    generated_at: datetime = Field(description="when the list was made")
    done_since: list[DoneSince] = Field(description="by this user, with this movie; empty for nothing")
    generation: WhyGeneration = Field(description="the one the list is of")
    reasons: Reasons | None = Field(description="null where no near-line worker could tell")
    reasons_missing: str | None = Field(description="why they are null")
