"""Which servers this laptop runs, and where they keep their things."""

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
    every = [
        servers.redis(settings.redis, folder / "redis"),
        servers.mongodb(settings.mongodb, folder / "mongodb"),
        servers.objects(settings.objects, folder / "objects"),
        servers.mlflow(settings.mlflow, settings.objects, folder / "mlflow"),
        servers.airflow(settings.airflow, folder / "airflow"),
        servers.api(settings.api, folder / "api"),
    ]
    return [server for server in every if server.name not in named_servers(settings)]
