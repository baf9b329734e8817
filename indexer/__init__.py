"""The process that keeps the search index up to date."""
