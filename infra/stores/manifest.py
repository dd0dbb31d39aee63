"""What a snapshot says of itself."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from infra.took import Took


@dataclass(frozen=True)
class TableRecord:
    """What a manifest says of one table; `content_hash` is the same for any order of rows."""

    n_rows: int
    schema: dict[str, str]
    content_hash: str


@dataclass(frozen=True)
class Check:
    """One expectation and how it came out."""

    table: str
    expectation: str
    figure: float | str | None
    limit: str
    passed: bool


@dataclass(frozen=True)
class Manifest:
    """The proof that a snapshot is complete, and where it came from.

    `took` is what making it took once Spark ran; None in a snapshot of before that was recorded.
    """

    layer: str
    snapshot_date: str
    attempt: str
    git_commit: str
    inputs: dict[str, str]
    tables: dict[str, TableRecord]
    checks: list[Check] = field(default_factory=list)
    took: Took | None = None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Rebuild a manifest from what `to_json` wrote."""
        raw = json.loads(text)
        raw["tables"] = {name: TableRecord(**record) for name, record in raw["tables"].items()}
        raw["checks"] = [Check(**check) for check in raw["checks"]]
        raw["took"] = Took(**raw["took"]) if raw.get("took") else None
        return cls(**raw)

    def to_json(self) -> str:
        """Return the manifest as indented JSON, the same text for the same content."""
        return json.dumps(asdict(self), indent=2, sort_keys=True)

    @property
    def hashes(self) -> dict[str, str]:
        """The content hash of every table, by name: what a later stage records as its inputs."""
        return {name: record.content_hash for name, record in self.tables.items()}
