"""What a benchmark finds, as data."""

from typing import NamedTuple


class Figure(NamedTuple):
    """Something measured beside its peer in the same run; `bar` is what ours / peer is to reach, or not to exceed."""

    name: str
    unit: str
    ours: float
    peer_name: str
    peer: float
    bar: float
    more_is_better: bool = True

    @property
    def ratio(self):
        return self.ours / self.peer

    @property
    def is_met(self):
        return self.ratio >= self.bar if self.more_is_better else self.ratio <= self.bar

    def __str__(self):
        sides = f"{self.ours:,.4g} {self.unit}, {self.peer_name} {self.peer:,.4g}"
        bar = f"to be {'at least' if self.more_is_better else 'at most'} {self.bar:g}"
        return f"{self.name}: {sides}, ratio {self.ratio:.2f}, {bar}{'' if self.is_met else ': MISSED'}"
