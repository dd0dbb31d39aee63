"""Every model by its name."""

from infra.errors import UnknownModel
from models.als import Als
from models.neighbours import MovieNeighbours
from models.popularity import Popularity
from models.recommender import Arrays, Parameters, Recommender

ZOO: dict[str, type[Recommender]] = {model.name: model for model in (Popularity, Als)}
"""The candidates for personal lists, which every night compares."""


def restore(name: str, parameters: Parameters, arrays: Arrays) -> Recommender | MovieNeighbours:
    """Rebuild a fitted model from what its `parameters` and `arrays` returned.

    Raises UnknownModel for a name that is neither in the zoo nor that of the neighbours.
    """
    known: dict[str, type[Recommender] | type[MovieNeighbours]] = {**ZOO, MovieNeighbours.name: MovieNeighbours}
    if name not in known:
        raise UnknownModel(f"no model is called `{name}` here, only {sorted(known)}: was it stored by a newer version?")
    return known[name].restore(parameters, arrays)
