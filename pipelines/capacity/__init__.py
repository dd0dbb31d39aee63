"""What a night, its stores and the API need at a size that nobody has run yet."""
