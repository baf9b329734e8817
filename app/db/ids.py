"""Opaque global ids: a prefix that tells the kind, and a UUIDv7 that sorts by time of making."""

import re

import uuid_utils

_SHAPE = re.compile(r"([a-z]{3})_[0-9a-f]{32}")


def new_id(prefix: str) -> str:
    """Make an id of the kind that `prefix` (three letters) stands for, such as ``mdl_0199...``."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def kind_of(entity_id: str) -> str | None:
    """Return the prefix of a well-formed id, or None when the text is no id at all."""
    match = _SHAPE.fullmatch(entity_id)
    return match.group(1) if match else None
