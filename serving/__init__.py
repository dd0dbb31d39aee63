"""The HTTP API: reads what was published, runs no model."""
