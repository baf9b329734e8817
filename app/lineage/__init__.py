"""A graph of opaque nodes and its walks. It knows no model: a node is an id of any kind."""
