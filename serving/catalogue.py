"""What is known of movies, whether MongoDB answers or not."""

from infra.errors import NotInCatalogue
from infra.stores.ranked_movies import Movie
from infra.stores.recommendations import Generation
from serving.schemas import MovieDetails


def movie_details(generation: Generation, movie_id: int) -> MovieDetails:
    """Return what the catalogue says of a movie; raises NotInCatalogue when it is not there."""
    return MovieDetails.model_validate(find_movie(generation, movie_id), from_attributes=True)


def find_movie(generation: Generation, movie_id: int) -> Movie:
    """Return a movie of the catalogue; raises NotInCatalogue when it is not there."""
    if generation.id is None:
        raise NotInCatalogue(f"no movie {movie_id} yet: no generation has been read, so the catalogue is empty")
    if movie_id not in generation.movies:
        raise NotInCatalogue(f"no movie {movie_id} in the catalogue of generation {generation.id}")
    return generation.movies[movie_id]
