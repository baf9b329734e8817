"""The contract of the search index, for writer and reader, and its engines."""
