"""The servers in one table."""

import time
from collections.abc import Iterator

from infra.local import laptop
from infra.local.supervisor import ProgramState
from infra.settings import Settings

ROW = "{:<22} {:<8} {:>7} {:>10}  {}"
STOPPED = ProgramState("STOPPED", 0, 0)


def table(settings: Settings) -> Iterator[str]:
    """Yield a heading, then one line per program: its state, process id, time since its start, and address."""
    states = laptop.supervisor(settings).states()
    yield ROW.format("server", "state", "pid", "uptime", "address")
    for server in laptop.own_servers(settings):
        for program in server.programs:
            state = states.get(program, STOPPED)
            yield ROW.format(program, state.name.lower(), state.pid or "-", _uptime(state), server.address)
    for name in sorted(laptop.named_servers(settings)):
        yield ROW.format(name, "yours", "-", "-", "as the settings say")


def _uptime(state: ProgramState) -> str:
    if not state.pid:
        return "-"
    minutes, seconds = divmod(int(time.time()) - state.started_at, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
