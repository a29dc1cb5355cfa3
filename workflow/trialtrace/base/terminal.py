"""Text for a terminal."""

import re

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def without_controls(text: str) -> str:
    """Text of one line that cannot move a terminal's cursor, whatever the data holds."""
    return text if text.isprintable() else _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def plain_text(value: object) -> str:
    """A value for a terminal; nothing where it is missing."""
    return "" if value is None else without_controls(str(value))
