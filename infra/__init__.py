"""The outside world: settings, the Spark session, stores, servers."""
