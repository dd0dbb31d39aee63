"""The servers of a laptop."""
