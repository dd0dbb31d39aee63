"""Which servers this laptop runs, and where they keep their things."""

from functools import partial

from infra.local import servers
from infra.local.servers import Server
from infra.local.supervisor import Supervisor
from infra.settings import Settings


def supervisor(settings: Settings) -> Supervisor:
    """Return the supervisor of the state folder."""
    return Supervisor(settings.local.state_dir.absolute())


def named_servers(settings: Settings) -> set[str]:
    """Return the servers that the settings name by `url`: someone else runs them, so nothing is started."""
    groups = ("mongodb", "redis", "objects", "mlflow", "airflow")
    return {group for group in groups if getattr(settings, group).url}


def own_servers(settings: Settings) -> list[Server]:
    """Return the servers to start."""
    folder = settings.local.state_dir.absolute() / "servers"
    define = {
        "redis": partial(servers.redis, settings.redis),
        "mongodb": partial(servers.mongodb, settings.mongodb),
        "objects": partial(servers.objects, settings.objects),
        "mlflow": partial(servers.mlflow, settings.mlflow, settings.objects),
        "airflow": partial(servers.airflow, settings.airflow),
        "api": partial(servers.api, settings.api),
        "worker": partial(servers.worker, settings.worker),
    }
    named = named_servers(settings)
    return [definition(folder / name) for name, definition in define.items() if name not in named]
