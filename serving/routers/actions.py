"""What people do with movies, each for one profile of their account."""

from fastapi import APIRouter

from infra.stores.user_layout import Kind
from serving import action_examples as examples
from serving.action_schemas import (
    Bookmarked,
    BookmarkedPage,
    Hidden,
    HiddenPage,
    Opinion,
    Rated,
    RatedPage,
    Watched,
    WatchedMovie,
    WatchedPage,
)
from serving.callers import Key, UserDiary
from serving.parameters import DEFAULT_LIMIT, Limit, MovieId, PageOffset

router = APIRouter(prefix="/api/v1", tags=["what people do"])


@router.post("/watched", responses=examples.WATCH)
async def watch(given: WatchedMovie, diary: UserDiary, key: Key = None) -> Watched:
    """Note that a movie was watched; once noted, it stays as it is."""
    return Watched.model_validate(await diary.keep(Kind.WATCH, given.movie_id, key))


@router.delete("/watched/{movie_id}", status_code=204, responses=examples.REMOVAL)
async def unwatch(movie_id: MovieId, diary: UserDiary, key: Key = None) -> None:
    """Take it back that a movie was watched."""
    await diary.remove(Kind.WATCH, movie_id, key)


@router.get("/watched", responses=examples.OWN_WATCHED)
async def watched(diary: UserDiary, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT) -> WatchedPage:
    """Movies the profile watched, newest first."""
    return WatchedPage.model_validate(await diary.page(Kind.WATCH, "movies", offset, limit))


@router.put("/ratings/{movie_id}", responses=examples.RATE)
async def rate(movie_id: MovieId, given: Opinion, diary: UserDiary, key: Key = None) -> Rated:
    """Rate a movie, or change its rating."""
    return Rated.model_validate(await diary.keep(Kind.RATING, movie_id, key, rating=given.rating))


@router.delete("/ratings/{movie_id}", status_code=204, responses=examples.REMOVAL)
async def unrate(movie_id: MovieId, diary: UserDiary, key: Key = None) -> None:
    """Take a rating back."""
    await diary.remove(Kind.RATING, movie_id, key)


@router.get("/ratings", responses=examples.OWN_RATED)
async def ratings(diary: UserDiary, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT) -> RatedPage:
    """Movies the profile rated, newest first."""
    return RatedPage.model_validate(await diary.page(Kind.RATING, "movies", offset, limit))


@router.put("/bookmarks/{movie_id}", responses=examples.BOOKMARK)
async def bookmark(movie_id: MovieId, diary: UserDiary, key: Key = None) -> Bookmarked:
    """Keep a movie for later."""
    return Bookmarked.model_validate(await diary.keep(Kind.BOOKMARK, movie_id, key))


@router.delete("/bookmarks/{movie_id}", status_code=204, responses=examples.REMOVAL)
async def unbookmark(movie_id: MovieId, diary: UserDiary, key: Key = None) -> None:
    """Take a bookmark away."""
    await diary.remove(Kind.BOOKMARK, movie_id, key)


@router.get("/bookmarks", responses=examples.OWN_BOOKMARKED)
async def bookmarks(diary: UserDiary, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT) -> BookmarkedPage:
    """Movies the profile keeps for later, newest first."""
    return BookmarkedPage.model_validate(await diary.page(Kind.BOOKMARK, "movies", offset, limit))


@router.put("/hidden/{movie_id}", responses=examples.HIDE)
async def hide(movie_id: MovieId, diary: UserDiary, key: Key = None) -> Hidden:
    """Never show a movie in the profile's lists again."""
    return Hidden.model_validate(await diary.keep(Kind.HIDE, movie_id, key))


@router.delete("/hidden/{movie_id}", status_code=204, responses=examples.REMOVAL)
async def unhide(movie_id: MovieId, diary: UserDiary, key: Key = None) -> None:
    """Let a movie be shown again."""
    await diary.remove(Kind.HIDE, movie_id, key)


@router.get("/hidden", responses=examples.OWN_HIDDEN)
async def hidden(diary: UserDiary, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT) -> HiddenPage:
    """Movies the profile hid, newest first."""
    return HiddenPage.model_validate(await diary.page(Kind.HIDE, "movies", offset, limit))
