"""The embedded engine: a tantivy directory for words and facts, a memory-mapped file for vectors."""
