"""What a piece of work took."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of all processors, and bytes of memory at the worst."""

    seconds: float
    processor_seconds: float
    peak_memory_bytes: int
