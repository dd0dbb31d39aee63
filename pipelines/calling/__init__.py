"""Programs that call the API as people do."""
