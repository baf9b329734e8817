"""Opaque global ids: a prefix that tells the kind, and a UUIDv7 that sorts by time of making.

What is shown as of a moment of the past has an id of its own: the entity's, ``@``, and the moment's sequence.
"""

import re

import uuid_utils

MODEL, VERSION = "mdl", "ver"
DATASET, DATASET_VERSION = "dst", "dsv"
CODE, ENVIRONMENT, EXTERNAL = "cod", "env", "ext"
"""What begins the ids of the things that lineage knows."""

_SHAPE = re.compile(r"([a-z]{3})_[0-9a-f]{32}")
_PAST = re.compile(r"([a-z]{3}_[0-9a-f]{32})@([1-9][0-9]{0,17})")


def new_id(prefix: str) -> str:
    """Make an id of the kind that `prefix` (three letters) stands for, such as ``mdl_0199...``."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def kind_of(entity_id: str) -> str | None:
    """Return the prefix of a well-formed id, or None when the text is no id at all."""
    match = _SHAPE.fullmatch(entity_id)
    return match.group(1) if match else None


def past_id(entity_id: str, sequence: int) -> str:
    """Return the id of an entity as of the change at `sequence`, such as ``mdl_0199...@81234``."""
    return f"{entity_id}@{sequence}"


def of_past(given: str) -> tuple[str, int] | None:
    """Return the entity's id and the sequence of the id of a past state, or None when the text is none."""
    match = _PAST.fullmatch(given)
    return (match.group(1), int(match.group(2))) if match else None
