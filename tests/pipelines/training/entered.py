"""Three contestants that are fitted in a moment."""

from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES
from models.als import Als
from models.likeness import MovieLikeness
from models.popularity import Popularity
from pipelines.training.contestants import Contestant

POPULARITY = Contestant(RECOMMENDER, "popularity", Popularity().parameters())
SMALL_ALS = Contestant(RECOMMENDER, "als", Als(n_factors=8).parameters())
LIKENESS = Contestant(SIMILAR_MOVIES, "likeness", MovieLikeness().parameters())
NIGHT = (POPULARITY, SMALL_ALS, LIKENESS)
