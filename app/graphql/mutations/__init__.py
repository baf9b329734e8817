"""The fields of the root of all writing."""
