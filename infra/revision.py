"""Which code is running."""

import hashlib
import os
import subprocess
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"


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


def lock_hash() -> str:
    """Return the SHA-256 of the lock file this was installed from; `unknown` where it is not beside the code."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest() if LOCK.exists() else "unknown"
