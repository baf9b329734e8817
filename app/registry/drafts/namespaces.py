"""Namespaces to be made."""

from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import Name, Text


class NamespaceDraft(Draft):
    """A namespace to be made."""

    name: Name
    description: Text | None = None
