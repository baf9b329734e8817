"""Licences: SPDX identifiers where a spelling plainly means one."""

import re

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from examples.model_zoo.names import one_line

_NOTHING = {"n/a", "none", "not specified", "unknown", "null"}
_SPELLINGS = {
    "apache2.0": "Apache-2.0",
    "apache.2.0": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license v2": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "mit license": "MIT",
    "the mit license": "MIT",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "bsd 2-clause": "BSD-2-Clause",
}


def license_name(text: str | None) -> str | None:
    """Return a licence as its SPDX identifier if the text is a spelling of one, else as written.

    Capitals do not matter, and a Creative Commons licence may have blanks for dashes. A qualified statement
    such as `Apache-2.0 (repository)` says something else than the identifier and is kept as written. None if
    nothing is stated.
    """
    written = one_line(text)
    folded = written.casefold()
    if not written or folded in _NOTHING:
        return None
    candidate = _SPELLINGS.get(folded, written)
    if re.fullmatch(r"cc[- ]by[-a-z ]* \d\.\d", folded):
        candidate = written.replace(" ", "-")
    try:
        return str(canonicalize_license_expression(candidate))
    except InvalidLicenseExpression:
        return written
