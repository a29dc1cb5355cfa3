"""Values as lines of YAML in the house style: short mappings in braces, codes in quotes."""

import json
import re
from collections.abc import Mapping, Sequence

WIDTH = 110
# Keys of conditions, which are read in one line.
CONDITIONS = ("event", "where")
# What needs no quotes: words that YAML reads as text.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ().-]*[A-Za-z0-9_).]|[A-Za-z]")
_WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"}


class Quoted(str):
    """Text that stands in quotes whatever it is: codes and values of the data."""


def scalar(value: object) -> str:
    """A single value as YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML
    if plain and not isinstance(value, Quoted) and "  " not in text:
        return text
    return json.dumps(text, ensure_ascii=False)


def braces(value: object) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{scalar(key)}: {braces(each)}" for key, each in value.items()) + "}"
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(braces, value)) + "]"
    return scalar(value)


def lines(key: str, value: object, indent: str = "") -> list[str]:
    """An entry: in one line where it is short and no deep mapping, else its parts below its key."""
    short = f"{indent}{scalar(key)}: {braces(value)}"
    if not isinstance(value, Mapping | list | tuple) or not value:
        return [short]
    if (key in CONDITIONS or _flat(value)) and len(short) <= WIDTH:
        return [short]
    below = f"{indent}  "
    if isinstance(value, Mapping):
        made = [line for name, each in value.items() for line in lines(str(name), each, below)]
    else:
        made = [f"{below}- {braces(each)}" for each in value]
    return [f"{indent}{scalar(key)}:", *made]


def _flat(value: object) -> bool:
    """Whether it is no mapping whose entries are all mappings: that of arms, tables, visits."""
    if isinstance(value, Mapping):
        return not all(isinstance(each, Mapping) for each in value.values())
    return True


def document(entries: Mapping[str, object], apart: bool = False) -> str:
    """A whole file; `apart` leaves a line before and after entries of several lines."""
    text, before = "", 1
    for key, value in entries.items():
        made = lines(key, value)
        between = "\n" if apart and text and max(before, len(made)) > 1 else ""
        text, before = f"{text}{between}" + "\n".join(made) + "\n", len(made)
    return text or "{}\n"
