"""Every model by its name."""

from infra.errors import UnknownModel
from models.als import Als
from models.blend import Blend
from models.content import Content
from models.ease import Ease
from models.hybrid import Hybrid
from models.ials import Ials
from models.likeness import MovieLikeness
from models.neighbours import Neighbours
from models.popularity import Popularity, PopularityAllTime, PopularityRecent
from models.recommender import Arrays, Model, Parameters, Recommender, SimilarMovies
from models.transitions import Transitions
from models.two_stage import AlsCatboost, Ensemble, IalsCatboost

ZOO: dict[str, type[Recommender]] = {
    model.name: model
    for model in (
        *(Popularity, PopularityAllTime, PopularityRecent),
        *(Content, Als, Ials, Ease, Neighbours, Hybrid, Transitions),
        *(Blend, AlsCatboost, IalsCatboost, Ensemble),
    )
}
"""The candidates for personal lists, which every night compares."""

POPULARITIES = frozenset(model.name for model in (Popularity, PopularityAllTime, PopularityRecent))
"""The candidates that are the same for everyone; a personal model that does not beat them does not ship."""

FIRST_NIGHT = frozenset({*POPULARITIES, Als.name, Ease.name, MovieLikeness.name})
"""What is tried while there is no champion, so that a new installation has lists within minutes."""

KNOWS_USERS_BY_ID = frozenset({Hybrid.name})
"""Models that list nothing, or what they learned before, for someone whose history has changed since the fit."""

SIMILAR_MOVIES: dict[str, type[SimilarMovies]] = {
    model.name: model for model in (MovieLikeness, Ease, Neighbours, Content)
}
"""The candidates for lists of movies that are like a movie, which have a comparison of their own."""


def restore(name: str, parameters: Parameters, arrays: Arrays) -> Model:
    """Rebuild a fitted model from what its `parameters` and `arrays` returned.

    Raises UnknownModel for a name that no model has.
    """
    known: dict[str, type[Model]] = {**ZOO, **SIMILAR_MOVIES}
    if name not in known:
        raise UnknownModel(f"no model is called `{name}` here, only {sorted(known)}: was it stored by a newer version?")
    return known[name].restore(parameters, arrays)
