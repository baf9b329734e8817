"""Moving records in and out: the interchange format, its import and export, and backups."""
