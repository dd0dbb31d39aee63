"""Brings the servers up: all at the same time, each until it answers."""

import fcntl
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from infra.errors import MachineUnfit, MarqueeError, ServerUnreachable
from infra.local import laptop, machine, ports
from infra.local.logs import last_lines
from infra.local.probes import wait_until
from infra.local.servers import PROJECT, Server
from infra.local.supervisor import GIVEN_UP, Supervisor
from infra.settings import Settings

START_SECONDS = 300.0  # twenty on two free cores, but ten times that on busy ones; one that crashes is told at once
LOG_LINES = 10


def problems(settings: Settings) -> list[str]:
    """Return what keeps the servers from running here, one line each with the mend; none when all is well."""
    supervisor = laptop.supervisor(settings)
    to_start = [server for server in laptop.own_servers(settings) if not any(map(supervisor.is_alive, server.programs))]
    return [*machine.problems(PROJECT), *ports.problems(to_start)]


def up(settings: Settings) -> None:
    """Start what does not run yet and wait until every server answers, one line each; safe to repeat.

    Raises MachineUnfit before anything is started, ServerUnreachable when a server does not come up.
    """
    if found := problems(settings):
        raise MachineUnfit("\n".join(found))
    for name in sorted(laptop.named_servers(settings)):
        print(f"{name:<8}  yours: the settings name its url")
    bring_up(laptop.own_servers(settings), laptop.supervisor(settings), settings)


def bring_up(servers: Sequence[Server], supervisor: Supervisor, settings: Settings) -> None:
    """Start the servers under a supervisor and wait until each answers.

    Raises ServerUnreachable with the last lines of the logs of those that do not; the others stay up.
    """
    with _alone_in(supervisor.folder):
        supervisor.launch(servers, settings)
        with ThreadPoolExecutor(len(servers)) as pool:
            attempts = [pool.submit(_bring_up, server, supervisor) for server in servers]
    failures = [error for attempt in attempts if (error := attempt.exception())]
    for error in failures:
        if not isinstance(error, MarqueeError):
            raise error
    if failures:
        raise ServerUnreachable("\n".join(map(str, failures)))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait for anyone else who is starting servers of the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bring_up(server: Server, supervisor: Supervisor) -> None:
    began = time.monotonic()
    states = supervisor.states()
    if not all(states[program].is_started for program in server.programs):
        server.folder.mkdir(parents=True, exist_ok=True)
        server.prepare()
    for program in server.programs:
        supervisor.start(program)
    wait_until(lambda: server.answers() or _is_given_up(server, supervisor), START_SECONDS)
    if not server.answers():
        raise ServerUnreachable(_last_words(server, supervisor))
    server.settle()
    print(f"{server.name:<8}  ready after {time.monotonic() - began:4.1f} s  {server.address}", flush=True)


def _is_given_up(server: Server, supervisor: Supervisor) -> bool:
    states = supervisor.states()
    return any(states[program].name == GIVEN_UP for program in server.programs)


def _last_words(server: Server, supervisor: Supervisor) -> str:
    told = [f"{server.name} does not answer at {server.address}"]
    for log in map(supervisor.log, server.programs):
        told += [f"the last lines of {log}:", *(f"    {line}" for line in last_lines(log, LOG_LINES))]
    return "\n".join(told)
