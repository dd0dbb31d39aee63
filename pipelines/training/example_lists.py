"""A page that shows what models recommend to a few people, next to what those liked last."""

from collections.abc import Mapping, Sequence
from html import escape
from string import Template

import numpy as np
from numpy.typing import NDArray

from models.next_movie import LIKED
from models.ratings import Ratings
from models.recommender import NO_MOVIE, Recommender

N_USERS, N_MOVIES = 5, 10

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>What a few users would see</title>
<style>
  body { font: 14px sans-serif; margin: 2em; }
  table { border-collapse: collapse; margin-bottom: 2em; }
  th, td { text-align: left; vertical-align: top; padding: 2px 24px 2px 0; }
  th { border-bottom: 1px solid; }
</style>
$sections
</html>
""")


def choose_users(ratings: Ratings) -> NDArray[np.int64]:
    """Return the ids of N_USERS users with ratings, from the least to the most active in even steps."""
    n_ratings = np.bincount(ratings.user_index, minlength=len(ratings.users))
    by_activity = np.argsort(n_ratings, kind="stable")[np.count_nonzero(n_ratings == 0) :]
    steps = np.linspace(0, len(by_activity) - 1, min(N_USERS, len(by_activity)))
    return ratings.users.ids[by_activity[steps.round().astype(int)]]


def show_lists(models: Sequence[Recommender], ratings: Ratings, titles: Mapping[int, str]) -> str:
    """Return an HTML page: for each chosen user a table with the movies last liked and every model's first movies."""
    user_ids = choose_users(ratings)
    lists = {model.name: model.recommend(user_ids, N_MOVIES, ratings).movie_ids for model in models}
    sections = []
    for row, user_id in enumerate(user_ids):
        columns = {"liked last": _liked_last(ratings, user_id)}
        columns |= {f"recommended by {name}": movie_ids[row] for name, movie_ids in lists.items()}
        sections.append(f"<h2>User {user_id}</h2>\n{_table(columns, titles)}")
    return PAGE.substitute(sections="\n".join(sections))


def _liked_last(ratings: Ratings, user_id: np.int64) -> NDArray[np.int64]:
    liked = np.flatnonzero((ratings.user_index == ratings.users.positions(user_id)) & (ratings.rating >= LIKED))
    newest = liked[np.argsort(-ratings.rated_at[liked], kind="stable")][:N_MOVIES]
    return ratings.movies.ids[ratings.movie_index[newest]]


def _table(columns: Mapping[str, NDArray[np.int64]], titles: Mapping[int, str]) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in columns)
    cells = "".join(
        "<td><ol>"
        + "".join(f"<li>{escape(titles[movie])}</li>" for movie in movie_ids if movie != NO_MOVIE)
        + "</ol></td>"
        for movie_ids in columns.values()
    )
    return f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"
