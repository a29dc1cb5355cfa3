"""What an unquoted scalar of YAML stands for.

YAML 1.1 turns unquoted NO into false, 010 into 8, 12:30 into 750 and 2020-01-05 into a date. Here
an unquoted scalar is true, false, null, a plain decimal number, or text; whatever another reader of
YAML would take for something else is a mistake that asks for quotes.
"""

import re
from functools import lru_cache
from typing import Any

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?")
# Longer text is no number; the patterns below are not meant for it.
_LONGEST = 64
NUMBER = "another number"
_NULL = ("", "~", "null")
_WORDS = dict.fromkeys(("yes", "no", "on", "off", "y", "n", "true", "false"), "true or false")
_WORDS["null"] = "nothing"
# None of them begins with a letter.
_ELSEWHERE = (
    (re.compile(r"[-+]?0(?:x[0-9a-fA-F_]+|o[0-7_]+|b[01_]+|[0-9_]+)"), NUMBER),
    (re.compile(r"[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?"), "a number of seconds"),
    (re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?"), "a date"),
    (re.compile(r"[-+]?(?=[\d.]*\d)[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?"), NUMBER),
    (re.compile(r"(?i)[-+]?\.(?:inf|nan)"), "a number"),
    (re.compile(r"=|<<"), "a command"),
)


@lru_cache(maxsize=1 << 14)
def resolve(text: str) -> tuple[Any, str | None]:
    """The value, and what else a reader may take the scalar for if it is ambiguous."""
    if text in ("true", "false"):
        return text == "true", None
    if text in _NULL:
        return None, None
    if text[0].isalpha():
        return text, _WORDS.get(text.lower())
    if _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text), None
    if _DECIMAL.fullmatch(text):
        value = float(text)
        return (value, None) if abs(value) != float("inf") else (text, "infinity")
    if len(text) > _LONGEST:
        return text, NUMBER if text.isdigit() else None
    return text, next((told for pattern, told in _ELSEWHERE if pattern.fullmatch(text)), None)
