"""What there is to erase of somebody, and what is left."""

from infra.stores.interactions import Action
from infra.stores.user_layout import Kind
from tests.infra.stores.peopled import Peopled
from tests.publication import NIGHT


async def do_everything(people: Peopled, user_id: int, reports: str | None = None) -> None:
    """Have a user do one of everything to movie 6, and report a review if there is one to report."""
    for kind, content in (
        (Kind.WATCH, {}),
        (Kind.RATING, {"rating": 4.5}),
        (Kind.BOOKMARK, {}),
        (Kind.HIDE, {}),
        (Kind.REVIEW, {"text": "Good."}),
    ):
        await people.interactions.do(Action(user_id, kind, 6, NIGHT, content, key=f"{kind}"))
    if reports:
        await people.interactions.do(Action(user_id, Kind.REPORT, 6, NIGHT, {"reason": "rude"}, review_id=reports))


async def everything_kept(people: Peopled) -> dict[str, str]:
    """Return all there is, as text, by collection and by key."""
    kept = {}
    for name in await people.database.list_collection_names():
        kept[name] = str(await people.database[name].find().to_list())
    async for key in people.redis.scan_iter():
        is_stream = await people.redis.type(key) == "stream"
        kept[key] = key + str(await people.redis.xrange(key) if is_stream else await people.redis.get(key))
    return kept
