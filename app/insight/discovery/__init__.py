"""Discovery: what is asked of the search indexes, and what the database says of the answers."""
