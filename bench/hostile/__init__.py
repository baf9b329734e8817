"""Everything that a hostile or careless client can send, with the answer to each."""
