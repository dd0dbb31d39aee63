"""What the supervisor starts for each program: `python -m infra.local.program PID_FILE COMMAND...`.

Ends what an earlier run of the program left behind, for an orphan would keep the port; notes its own process id; and
becomes the command.
"""

import os
import sys
from pathlib import Path

from infra.local import processes

if __name__ == "__main__":
    pid_file, command = Path(sys.argv[1]), sys.argv[2:]
    processes.end([pid_file])
    processes.note(pid_file)
    os.execv(command[0], command)
