"""The types that are served, each with its mapping from a row or a value."""
