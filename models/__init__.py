"""Models and what compares them, on arrays; no store, no settings, no clock."""
