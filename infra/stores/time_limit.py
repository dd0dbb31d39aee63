"""How long an answer may take, on a machine that is busy too."""

LONGEST_TIMES = 4
"""So many times the limit of a quiet machine an answer may take at most: what takes longer still is an outage."""

SMOOTHING, DEVIATION_SMOOTHING, N_DEVIATIONS = 1 / 8, 1 / 4, 4  # of RFC 6298, 2


class TimeLimit:
    """The limit of a quiet machine, put off while answers take longer: where the processor is short, everything does.

    Follows the answers as TCP does (RFC 6298): their smoothed time and four times its deviation. An answer that comes
    after LONGEST_TIMES the limit says nothing, so a server that hangs is not waited for any longer than before.
    """

    def __init__(self, seconds: float) -> None:
        self._quiet_seconds = seconds
        self._usual_seconds = 0.0
        self._deviation_seconds = 0.0

    @property
    def seconds(self) -> float:
        """How long the next answer may take."""
        expected = self._usual_seconds + N_DEVIATIONS * self._deviation_seconds
        return min(max(self._quiet_seconds, expected), LONGEST_TIMES * self._quiet_seconds)

    @property
    def stretch(self) -> float:
        """How many times the limit of a quiet machine that is, from 1 to LONGEST_TIMES."""
        return self.seconds / self._quiet_seconds

    def note(self, seconds: float) -> bool:
        """Learn from the time an answer took; return whether it came while answers still count."""
        if seconds > LONGEST_TIMES * self._quiet_seconds:
            return False
        off = seconds - self._usual_seconds
        self._deviation_seconds += DEVIATION_SMOOTHING * (abs(off) - self._deviation_seconds)
        self._usual_seconds += SMOOTHING * off
        return True
