"""Rows become types, in batches: a selection says what is needed, and all of it is read at once.

One mapping a type. Nothing here is called while a query is being resolved.
"""
