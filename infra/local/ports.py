"""Which ports of this machine are free."""

import socket
from collections.abc import Iterator, Sequence

from infra.local.probes import LOOPBACK
from infra.local.servers import Server


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket() as listener:
        # As servers do; without it, a port whose last connection has just ended counts as taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def problems(servers: Sequence[Server]) -> Iterator[str]:
    """Yield one line, with the mend, for each server that cannot have its port."""
    owners: dict[int, Server] = {}
    for server in servers:
        owner = owners.setdefault(server.port, server)
        mend = f"set MARQUEE_{server.name.upper()}__PORT={_free_port_above(server.port, servers)}"
        if owner is not server:
            yield f"port {server.port} is given to {owner.name} and to {server.name}: {mend}"
        elif not is_free(server.port):
            yield f"port {server.port} is taken by another process: stop it or {mend}"


def _free_port_above(port: int, servers: Sequence[Server]) -> int:
    spoken_for = {server.port for server in servers}
    return next(candidate for candidate in range(port + 1, 65536) if candidate not in spoken_for and is_free(candidate))
