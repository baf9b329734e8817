"""Comparison: versions beside each other, fronts, and which of them to take."""
