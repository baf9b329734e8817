"""What callers send: the inputs of the schema, and how they become what the registry and the search take."""
