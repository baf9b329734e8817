"""The OpenSearch engine: an index on a server that several processes ask."""
