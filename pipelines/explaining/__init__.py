"""What `why` and the near-line worker find out about one movie in one list."""
