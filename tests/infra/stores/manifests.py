"""A manifest to log and to register by."""

from infra.stores.manifest import Manifest


def manifest(snapshot_date: str = "2026-11-20") -> Manifest:
    """Return the manifest of a feature snapshot without tables."""
    return Manifest("features", snapshot_date, attempt="one", git_commit="abc", inputs={"raw_movies": "0f"}, tables={})
