"""Return to the champion before, on record."""

from infra.errors import ModelRefused
from infra.settings import get_settings
from infra.stores.promotions import PromotionLog
from infra.stores.registry import RECOMMENDER, ModelRegistry
from pipelines import promote
from pipelines.configured import open_promotion_log


def run(registry: ModelRegistry, log: PromotionLog, registered_name: str, why: str) -> None:
    """Make the version champion that was live before the one in force.

    Raises ModelRefused when the log knows of none, or that one could not serve.
    """
    version = registry.champion(registered_name).version
    before = log.live_before(registered_name, version)
    if before is None:
        raise ModelRefused(f"no version of `{registered_name}` was champion before version {version}: nothing to go to")
    promote.run(registry, log, registered_name, before["version"], why, verdict="demoted")


def main(why: str, registered_name: str = RECOMMENDER) -> None:
    """Demote the champion of the configured registry."""
    settings = get_settings()
    with open_promotion_log(settings) as log:
        run(ModelRegistry(settings.mlflow.address), log, registered_name, why)
