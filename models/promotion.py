"""Whether a challenger may take the champion's place.

Two kinds of challenger: the champion's own configuration on newer ratings brings freshness, and must not be worse;
anything else must be better, so that chance (another seed) promotes nothing. Neither may pay for the mean with one kind
of user or movie, fall behind popularity, or show everyone the same few movies.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from models.bootstrap import CONFIDENCE, Interval, intervals
from models.evaluation import Evaluation, mean_of

WORSE_SHARE = 0.02
"""A fresher champion may be worse by this share of the old one's NDCG@10: a night's new movies are worth more."""

USER_FLOOR, MOVIE_FLOOR = 0.10, 0.25
"""The share of its NDCG@10 that no slice of users, or of movies, may lose.

Few movies of a slice are relevant to a user, so those figures are the noisier ones.
"""

SLICE_USERS = 30
"""With fewer users, a slice is shown and not judged: its mean is chance."""

COVERAGE_SHARE = 0.5
"""Lists must reach at least this share of the movies that the champion's reach.

Better means can hide a collapse onto what everyone knows.
"""


@dataclass(frozen=True)
class SliceVerdict:
    """A slice's mean NDCG@10 under both models, and the interval of the paired difference."""

    n_users: int
    champion: float
    challenger: float
    difference: Interval
    is_breached: bool


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger is promoted, and why in words; figures and slices by name."""

    is_promoted: bool
    reason: str
    figures: dict[str, float]
    slices: dict[str, SliceVerdict] = field(default_factory=dict)

    def as_document(self) -> dict:
        """Return all of it as JSON can hold it."""
        slices = {
            name: {**asdict(verdict), "difference": verdict.difference._asdict()}
            for name, verdict in self.slices.items()
        }
        verdict = "promoted" if self.is_promoted else "refused"
        return {"verdict": verdict, "reason": self.reason, "figures": self.figures, "slices": slices}


def judge_first(challenger: Evaluation, popularities: Mapping[str, Evaluation]) -> Verdict:
    """Judge where there is no champion: it must beat popularity."""
    objections = list(_behind_popularity(challenger, popularities))
    return _verdict(objections, "there was no champion", _figures(challenger), {})


def judge_better(
    challenger: Evaluation, champion: Evaluation, popularities: Mapping[str, Evaluation], n_challengers: int
) -> Verdict:
    """Judge another model, other parameters or another seed: the interval of the difference must exclude zero.

    The best of `n_challengers` is better by chance more often than one is, so the chance of error is shared among them
    (Bonferroni).
    """
    difference = paired(challenger, champion, 1 - (1 - CONFIDENCE) / n_challengers)
    objections = [] if difference.low > 0 else [f"NDCG@10 is not surely better: {told(difference)}"]
    return _judge(objections, f"better: {told(difference)}", challenger, champion, popularities, difference)


def judge_fresher(challenger: Evaluation, champion: Evaluation, popularities: Mapping[str, Evaluation]) -> Verdict:
    """Judge the champion's own configuration on newer ratings: the interval must lie above minus a margin.

    `champion` is that configuration on ratings as old as those the champion in force has learned from.
    """
    difference = paired(challenger, champion, CONFIDENCE)
    margin = WORSE_SHARE * mean_of(champion.deciding)
    worse = f"NDCG@10 may be worse by {margin:.4f} or more: {told(difference)}"
    praise = f"fresher, and not worse: {told(difference)}"
    objections = [] if difference.low > -margin else [worse]
    return _judge(objections, praise, challenger, champion, popularities, difference)


def paired(challenger: Evaluation, champion: Evaluation, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of the difference of NDCG@10, user by user."""
    return intervals((challenger.deciding - champion.deciding)[:, None], confidence)[0]


def told(difference: Interval) -> str:
    """Return a difference in words."""
    return f"{difference.mean:+.4f} ({difference.low:+.4f} to {difference.high:+.4f})"


def _judge(
    objections: list[str],
    praise: str,
    challenger: Evaluation,
    champion: Evaluation,
    popularities: Mapping[str, Evaluation],
    difference: Interval,
) -> Verdict:
    slices = slice_verdicts(challenger, champion)
    objections += _behind_popularity(challenger, popularities)
    objections += [
        f"{name} lose {1 - verdict.challenger / verdict.champion:.0%} of their NDCG@10: {told(verdict.difference)}"
        for name, verdict in slices.items()
        if verdict.is_breached
    ]
    reached, needed = (each.of_lists["coverage_at_10"] for each in (challenger, champion))
    if reached < COVERAGE_SHARE * needed:
        objections.append(f"lists reach {reached:.1%} of the catalogue instead of {needed:.1%}")
    compared = {"difference": difference.mean, "difference_low": difference.low, "difference_high": difference.high}
    return _verdict(objections, praise, {**_figures(challenger), **compared}, slices)


def slice_verdicts(challenger: Evaluation, champion: Evaluation) -> dict[str, SliceVerdict]:
    """Judge every slice: it is breached when it surely falls, and by more than its floor."""
    names = list(champion.slices)
    differences = np.column_stack([challenger.slices[name] - champion.slices[name] for name in names])
    verdicts = {}
    for name, difference in zip(names, intervals(differences), strict=True):
        before, after = mean_of(champion.slices[name]), mean_of(challenger.slices[name])
        n_users = int(np.count_nonzero(~np.isnan(champion.slices[name])))
        floor = (USER_FLOOR if name.endswith("_users") else MOVIE_FLOOR) * before
        is_breached = n_users >= SLICE_USERS and difference.high < 0 and difference.mean < -floor
        verdicts[name] = SliceVerdict(n_users, before, after, difference, is_breached)
    return verdicts


def _behind_popularity(challenger: Evaluation, popularities: Mapping[str, Evaluation]) -> Iterator[str]:
    for name, popularity in popularities.items():
        difference = paired(challenger, popularity)
        if difference.low <= 0:
            yield f"it does not surely beat {name}: {told(difference)}"


def _figures(challenger: Evaluation) -> dict[str, float]:
    return {"n_users": float(challenger.n_users), **challenger.means}


def _verdict(
    objections: Iterable[str], praise: str, figures: dict[str, float], slices: dict[str, SliceVerdict]
) -> Verdict:
    reason = "; ".join(objections)
    return Verdict(not reason, reason or praise, figures, slices)
