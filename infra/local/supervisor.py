"""Keeps the programs of servers running: one supervisord per state folder, started and asked from here.

<state folder>/supervisord.{conf,digest,sock,pid,log}      run/<program>.{json,pid}      logs/<program>.log
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

from pydantic import SecretStr
from supervisor.xmlrpc import SupervisorTransport

from infra.errors import MachineUnfit
from infra.local import processes, program
from infra.local.probes import wait_until
from infra.local.servers import PROJECT, Server
from infra.settings import Settings

SOCKET_PATH_LIMIT = 90  # kernels allow 104 to 108 characters, and supervisord at first appends its process id
START_SECONDS = 10  # a program that ends sooner has failed to start
START_RETRIES = 2  # then it is given up
STOP_SECONDS = 15  # the Airflow scheduler tidies up for about ten
SHUTDOWN_SECONDS = 60.0
GIVEN_UP = "FATAL"

HEAD = """\
[supervisord]
pidfile={folder}/supervisord.pid
logfile={folder}/supervisord.log
[unix_http_server]
file={folder}/supervisord.sock
chmod=0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

PROGRAM = """\
[program:{name}]
command="{python}" -m infra.local.program "{folder}/run" {name}
autostart=false
autorestart=true
startsecs={start_seconds}
startretries={start_retries}
redirect_stderr=true
stdout_logfile={folder}/logs/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=1
stopasgroup=true
killasgroup=true
stopwaitsecs={stop_seconds}
"""


@dataclass(frozen=True)
class ProgramState:
    """What supervisord says of a program; `pid` and `started_at` (seconds since 1970) count only while it runs."""

    name: str
    pid: int
    started_at: int

    @property
    def is_started(self) -> bool:
        """Tell whether it runs or is about to."""
        return self.name in ("STARTING", "RUNNING", "BACKOFF")


class Supervisor:
    """The supervisord of one state folder, running or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = folder / "supervisord.sock"
        self._pid_file = folder / "supervisord.pid"
        self._digest_file = folder / "supervisord.digest"
        if len(str(self._socket)) > SOCKET_PATH_LIMIT:
            raise MachineUnfit(
                f"the path {self._socket} is too long for a socket: set MARQUEE_LOCAL__STATE_DIR to a shorter folder"
            )

    def log(self, name: str) -> Path:
        """Return the file that receives a program's output."""
        return self.folder / "logs" / f"{name}.log"

    def is_alive(self, name: str) -> bool:
        """Tell whether a process of the program is there, be it as an orphan of a supervisord that was killed."""
        return bool(processes.family(program.pid_file(self.folder / "run", name)))

    def is_running(self) -> bool:
        """Tell whether supervisord takes orders."""
        try:
            return bool(self._ask().getState()["statename"] == "RUNNING")
        except OSError:
            return False

    def states(self) -> dict[str, ProgramState]:
        """Return the state of each program by name; none when supervisord does not run."""
        if not self.is_running():
            return {}
        return {
            told["name"]: ProgramState(told["statename"], told["pid"], told["start"])
            for told in self._ask().getAllProcessInfo()
        }

    def launch(self, servers: Sequence[Server], settings: Settings) -> None:
        """Start a supervisord that knows the servers' programs, none of them started yet.

        One that already runs, with the same definitions and settings, is left alone; any other is stopped with all
        it runs, and so is what a killed one left behind.
        """
        digest = _digest(servers, settings)
        if self.is_running():
            if self._digest_file.read_text() == digest:
                return
            print("the settings or the code have changed: all servers are started anew", flush=True)
        self.stop()
        for folder in ("run", "logs"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        for server in servers:
            for name, command in server.programs.items():
                program.save(self.folder / "run", name, command, server.environment)
        configuration = self.folder / "supervisord.conf"
        configuration.write_text(self._configuration(servers))
        self._digest_file.write_text(digest)
        subprocess.run(
            (sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)),
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            check=True,
        )

    def start(self, name: str) -> None:
        """Start a program unless it is started."""
        if not self.states()[name].is_started:
            self._ask().startProcess(name, False)

    def stop(self) -> None:
        """Stop every program and supervisord itself, also where supervisord was killed and they are orphans."""
        pid_files = [self._pid_file, *self.folder.glob("run/*.pid")]
        ours = [process for pid_file in pid_files for process in processes.family(pid_file)]
        if self.is_running():
            self._ask().stopAllProcesses(True)
            self._ask().shutdown()
            wait_until(lambda: not self._pid_file.exists(), SHUTDOWN_SECONDS)
        processes.end(ours)
        for pid_file in pid_files:
            pid_file.unlink(missing_ok=True)

    def _ask(self) -> Any:
        """Return supervisord's remote face; one per call, for a connection is not to be shared by threads."""
        return ServerProxy("http://localhost", SupervisorTransport(None, None, f"unix://{self._socket}")).supervisor

    def _configuration(self, servers: Sequence[Server]) -> str:
        names = [name for server in servers for name in server.programs]
        sections = [
            PROGRAM.format(
                name=name,
                python=sys.executable,
                folder=self.folder,
                start_seconds=START_SECONDS,
                start_retries=START_RETRIES,
                stop_seconds=STOP_SECONDS,
            )
            for name in names
        ]
        return HEAD.format(folder=self.folder) + "".join(sections)


def _digest(servers: Sequence[Server], settings: Settings) -> str:
    def in_clear(value: object) -> str:
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    definitions = [[server.name, dict(server.programs), dict(server.environment)] for server in servers]
    told = json.dumps([definitions, settings.model_dump()], default=in_clear, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
