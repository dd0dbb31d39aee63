"""Say which model was champion at any minute, and why."""

from collections.abc import Iterator
from datetime import datetime

from infra.settings import get_settings
from infra.stores.promotions import PromotionLog
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES


def tell(log: PromotionLog, at: datetime) -> Iterator[str]:
    """Yield a line for each registered model: what was live at that moment, since when and why."""
    for registered_name in (RECOMMENDER, SIMILAR_MOVIES):
        newest = log.newest(registered_name, at)
        if newest is None or newest["live"] is None:
            yield f"{registered_name}: nothing was live"
            continue
        live = newest["live"]
        came = log.came_to_be(registered_name, live["version"], at) or newest
        yield (
            f"{registered_name}: {live['name']} version {live['version']}, since {came['at']:%Y-%m-%d %H:%M:%S} UTC, "
            f"{came['verdict']} by {came['who']}: {came['reason']}"
        )


def main(at: datetime) -> None:
    """Tell by the configured log."""
    settings = get_settings()
    with PromotionLog(settings.mongodb.address, settings.mongodb.database) as log:
        print("\n".join(tell(log, at)))
