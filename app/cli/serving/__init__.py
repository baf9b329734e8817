"""Serving a registry: the processes of the API and the indexer, started and kept alive."""
