"""Moving records in: the interchange format and its import."""
