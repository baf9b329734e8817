"""Every type of the public schema, and nothing else."""
