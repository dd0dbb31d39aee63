"""Which ports of this machine are free."""

import socket
from collections.abc import Iterable, Iterator

from infra.local.probes import LOOPBACK
from infra.local.servers import Server


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket() as listener:
        # As servers do: without it, a connection that closed a minute ago still counts as taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def problems(servers: Iterable[Server]) -> Iterator[str]:
    """Tell of each port that a server of ours could not have, with the mend."""
    asked: dict[int, Server] = {}
    for server in servers:
        variable = f"MARQUEE_{server.name.upper()}__PORT"
        if server.port in asked:
            yield f"port {server.port} is given to {asked[server.port].name} and to {server.name}: set {variable}"
        elif not is_free(server.port):
            free = next(port for port in range(server.port + 1, 65536) if is_free(port))
            yield f"port {server.port} is taken by another process: stop it or set {variable}={free}"
        asked[server.port] = server
