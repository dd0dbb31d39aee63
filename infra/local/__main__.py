"""The servers of a laptop, from a terminal: `python -m infra.local up`."""

import argparse
import sys

from infra.errors import MachineUnfit, MarqueeError
from infra.local import laptop, logs, startup, status
from infra.local.demo import demo
from infra.settings import Settings, get_settings

LOG_LINES = 30


def check(settings: Settings) -> None:
    """Say what this machine lacks, and the mend."""
    if found := startup.problems(settings):
        raise MachineUnfit("\n".join(found))
    print("this machine has all that the servers need")


def down(settings: Settings) -> None:
    """Stop the servers that `up` started, and nothing else."""
    laptop.supervisor(settings).stop()
    print("the servers are stopped")


def show_status(settings: Settings) -> None:
    """Show the servers in a table."""
    print(*status.table(settings), sep="\n")


def show_logs(settings: Settings, name: str = "") -> None:
    """Show the last lines of the logs; with a name, of that server's or program's."""
    programs = [
        program
        for server in laptop.own_servers(settings)
        for program in server.programs
        if name in ("", server.name, program)
    ]
    print(*logs.tails(map(laptop.supervisor(settings).log, programs), LOG_LINES), sep="\n")


COMMANDS = {
    "check": (check, "say what this machine lacks, and the mend"),
    "up": (startup.up, "start the servers and wait until they answer"),
    "down": (down, "stop the servers that `up` started, and nothing else"),
    "status": (show_status, "show the servers in a table"),
    "logs": (show_logs, "show the last lines of the logs"),
    "demo": (demo, "start the servers and run the night through Airflow"),
}


def main() -> None:
    """Run one command; what is wrong is said in words, without a trace."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose)
        if name == "logs":
            command.add_argument("name", nargs="?", default="", help="of one server or program, such as mongodb")
    options = vars(parser.parse_args())
    run, _ = COMMANDS[options.pop("command")]
    try:
        run(get_settings(), **options)
    except MarqueeError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; what was started goes on: see `make status`")


if __name__ == "__main__":
    main()
