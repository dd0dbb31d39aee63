"""The parts of a generated dataset: movies, the people who rate them, what they choose and say."""
