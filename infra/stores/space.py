"""Room on a disk."""

import shutil
from pathlib import Path

from infra.errors import MachineUnfit


def require_space(folder: Path, n_bytes: int, purpose: str) -> None:
    """Raise MachineUnfit when the disk of `folder`, which exists, has less than `n_bytes` free."""
    n_free = shutil.disk_usage(folder).free
    if n_bytes > n_free:
        raise MachineUnfit(
            f"{purpose} needs {n_bytes / 1e6:,.0f} MB and {folder} has {n_free / 1e6:,.0f} MB free: "
            f"make room, or use a folder on a larger disk (MARQUEE_DATA__ARCHIVE_DIR)"
        )
