"""Make a version champion by hand, on record."""

from infra.errors import ModelRefused
from infra.settings import get_settings
from infra.stores.promotions import PromotionLog, this_person
from infra.stores.registry import RECOMMENDER, ModelRegistry
from pipelines.configured import open_promotion_log
from pipelines.training.contestants import find_champion
from pipelines.training.promoting import as_live, promote, settle


def run(
    registry: ModelRegistry, log: PromotionLog, registered_name: str, version: int, why: str, verdict: str = "promoted"
) -> None:
    """Put a person's decision on record and carry it out.

    Raises ModelRefused for a version that could not serve, that is champion already, or without a reason.
    """
    if not why.strip():
        raise ModelRefused("a decision needs a reason, for those who read the log: add --why")
    settle(registry, log)
    champion = find_champion(registry, registered_name)
    if champion and champion.version == version:
        raise ModelRefused(f"version {version} of `{registered_name}` is champion already")
    stored = registry.load(registered_name, version)
    live = as_live(champion) if champion else None
    decision = {"verdict": verdict, "reason": why, "challenger": as_live(stored), "champion": live}
    promote(registry, log, registered_name, stored, this_person(), decision)
    registry.tag(registered_name, version, {"verdict": verdict, "reason": why, "who": this_person()})
    print(f"{stored.name} version {version} is champion of {registered_name}: `make publish` makes its lists")


def main(version: int, why: str, registered_name: str = RECOMMENDER) -> None:
    """Promote a version of the configured registry."""
    settings = get_settings()
    with open_promotion_log(settings) as log:
        run(ModelRegistry(settings.mlflow.address), log, registered_name, version, why)
