"""Return to the generation that was in force before."""

from infra.settings import get_settings
from infra.stores.generations import GenerationStore


def main(why: str | None = None) -> None:
    """Point readers at the previous published generation, and retire the one they leave with the reason.

    Running it again goes back one more. Raises NoGeneration when there is none to return to.
    """
    settings = get_settings().mongodb
    with GenerationStore(settings.address, settings.database) as store:
        left, reached = store.roll_back(why or None)  # make passes an empty reason
    print(f"rolled back from generation {left} to {reached}")
