"""What descent means: what nodes are called, what hangs on them, which facts travel."""
