"""The batch: the only code that reads one store and writes another."""
