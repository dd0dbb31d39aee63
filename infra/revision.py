"""Which code is running."""

import os
import subprocess
from pathlib import Path


def git_commit() -> str:
    """Return the commit of this checkout; in an image, what MARQUEE_GIT_COMMIT was set to at build; else `unknown`."""
    if baked := os.environ.get("MARQUEE_GIT_COMMIT"):
        return baked
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--verify", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unknown"
    return answer.stdout.strip() or "unknown"
