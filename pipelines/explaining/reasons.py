"""Why a movie is in a user's list or is not: the model asked about it, and the list made again to be compared."""

from dataclasses import dataclass

from infra.errors import NotExplained
from infra.stores.generation_layout import FROM_POPULAR
from infra.stores.list_records import ListRecord, Verdict
from infra.stores.ranked_movies import ModelVersion
from infra.stores.user_layout import Kind
from models.explanation import Contribution, Explanation, Opinion, explain
from pipelines.explaining.made_again import Again, Ingredients, ingredients_of, make_again
from pipelines.near_line.champion import Champion

N_LARGEST = 10
"""So many contributions are shown; the others are told as one sum."""

TOLERANCE = 1e-6
"""Scores that differ by less, or by this share of the stored one where that is above 1, agree."""

KEPT_OUT = {Kind.HIDE: Verdict.HIDDEN, Kind.RATING: Verdict.RATED, Kind.WATCH: Verdict.WATCHED}
"""What keeps a movie out of a list; of several, the first is told."""


@dataclass(frozen=True)
class Reasons:
    """What a model says of a movie in a list; `others` is the sum of the contributions that are not among `largest`.

    `model` is the champion the list was made under, `maker` the name of what made it, which may be a stand-in. `rank`,
    `n_ranked` and `score` are those of the maker's own order. `again` is the movie's place in the list as it is made
    now; `disagreement` says how that differs from what is stored, and why it may, and is empty where it agrees.
    """

    verdict: Verdict
    model: ModelVersion
    maker: str
    snapshot: str
    rank: int | None
    n_ranked: int
    score: float | None
    opinions: tuple[Opinion, ...]
    largest: tuple[Contribution, ...]
    others: float
    base: float
    again: Again | None
    disagreement: str


def find_reasons(champion: Champion, record: ListRecord) -> Reasons:
    """Ask what made a list about a movie, and make the list again; raises NotExplained where something else did."""
    _require_its_maker(champion, record)
    made_from = ingredients_of(champion, record)
    told = explain(made_from.model, record.user_id, record.movie.movie_id, made_from.history)
    again = make_again(champion, made_from, record)
    return Reasons(
        verdict=_judge(record, made_from, told),
        model=champion.version,
        maker=made_from.model.name,
        snapshot=champion.snapshot,
        rank=told.rank,
        n_ranked=told.n_ranked,
        score=told.score,
        opinions=told.opinions,
        largest=told.contributions[:N_LARGEST],
        others=sum(each.contribution for each in told.contributions[N_LARGEST:]),
        base=told.base,
        again=again,
        disagreement=_disagreement(champion, record, again),
    )


def _require_its_maker(champion: Champion, record: ListRecord) -> None:
    sources = record.ranked.sources.keys() - {FROM_POPULAR} if record.ranked else set()
    if champion.version != record.model:
        raise NotExplained(f"the list was made by {_named(record.model)}, and {_named(champion.version)} is loaded")
    if sources and champion.recommender.name not in sources:
        raise NotExplained(f"the list was made by {', '.join(sources)}, and {champion.recommender.name} is loaded")


def _judge(record: ListRecord, made_from: Ingredients, told: Explanation) -> Verdict:
    if record.place:
        return Verdict.LISTED if record.place.source == made_from.model.name else Verdict.FILLS_UP
    if record.ranked is None:
        return Verdict.NO_LIST
    kinds = {each.kind for each in made_from.done if each.movie_id == record.movie.movie_id}
    kept_out = [verdict for kind, verdict in KEPT_OUT.items() if kind in kinds]
    if kept_out or made_from.has_rated(record.user_id, record.movie.movie_id):
        return kept_out[0] if kept_out else Verdict.RATED
    return Verdict.NOT_A_CANDIDATE if told.rank is None else Verdict.BEYOND_THE_LIST


def _disagreement(champion: Champion, record: ListRecord, again: Again | None) -> str:
    stored = record.place
    if stored is None and again is None:
        return ""
    if stored and again:
        difference = abs(stored.score - again.score)
        if difference <= TOLERANCE * max(1.0, abs(stored.score)):
            return ""
        found = f"the score is {stored.score:.9g} as stored and {again.score:.9g} as made again"
    else:
        found = f"the movie is in the list only as it {'is stored' if stored else 'was made again'}"
    return f"{found}: {_why_different(champion, record)}"


def _why_different(champion: Champion, record: ListRecord) -> str:
    inputs = record.generation.inputs
    if record.is_renewed:
        return "the list was renewed near-line, and what it was made from may have been undone or replaced since"
    if inputs is None:
        return f"it was not kept which attempt the generation was made from, and {champion.snapshot} is there now"
    if champion.snapshot != inputs.snapshot.name:
        return f"the generation was made from the snapshot {inputs.snapshot.name}, and {champion.snapshot} is there now"
    return f"the inputs are the same, so code or machine must be another: it was commit {record.generation.git_commit}"


def _named(model: ModelVersion | None) -> str:
    return f"{model.name} version {model.version}" if model else "a model that is not on record"
