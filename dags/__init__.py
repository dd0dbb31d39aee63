"""When each pipeline runs; nothing else."""
