"""Sets an entry or renames a key in the text of a YAML file; all other characters stay as they are.

Comments, quotes, order and the style of lists are a person's own: a file that is read and written
again would lose them.
"""

import json
from dataclasses import dataclass

import yaml

Value = str | int | dict[str, "Value"]
INDENT = "  "


@dataclass(frozen=True)
class Entry:
    """A key with its value, in the mapping at `path` of a file; a list's entries count from 0."""

    file: str
    path: tuple[str | int, ...]
    key: str
    value: Value


@dataclass(frozen=True)
class Renamed:
    """A key of the mapping at `path` of a file, and its new name; place and value stay."""

    file: str
    path: tuple[str | int, ...]
    key: str
    name: str


def with_name(text: str, renamed: Renamed) -> str:
    """The text with the key's new name. Raises LookupError where only that is there, or both."""
    _, mapping = _mapping(yaml.compose(text, Loader=yaml.SafeLoader), renamed.path)
    keys = {key.value: key for key, _ in mapping.value}
    if renamed.key not in keys or renamed.name in keys:
        raise LookupError(renamed.key)
    old = keys[renamed.key]
    return text[: old.start_mark.index] + renamed.name + text[old.end_mark.index :]


def with_entry(text: str, entry: Entry) -> str:
    """The text with the entry: first in its mapping and in the style of that, or in the place of
    the single value that the key has.

    Raises LookupError where there is no mapping at the path, or its text cannot take an entry.
    """
    # The loader in Python: its marks count characters, those of the C library may count bytes.
    owner, mapping = _mapping(yaml.compose(text, Loader=yaml.SafeLoader), entry.path)
    earlier = next((value for key, value in mapping.value if key.value == entry.key), None)
    if earlier is not None:
        if not isinstance(earlier, yaml.ScalarNode):
            raise LookupError(entry.key)
        start, end = earlier.start_mark.index, earlier.end_mark.index
        return text[:start] + _braces(entry.value) + text[end:]
    if mapping.flow_style:
        return _in_braces(text, mapping, entry)
    return _in_lines(text, owner, mapping, entry)


def _mapping(
    root: yaml.Node | None, path: tuple[str | int, ...]
) -> tuple[yaml.Node | None, yaml.MappingNode]:
    """The mapping at a path, and the key that it belongs to (the whole file's has none)."""
    owner, node = None, root
    for name in path:
        if isinstance(name, int):
            listed = node.value if isinstance(node, yaml.SequenceNode) else []
            owner, node = None, listed[name] if name < len(listed) else None
            continue
        entries = node.value if isinstance(node, yaml.MappingNode) else []
        owner, node = next((entry for entry in entries if entry[0].value == name), (None, None))
    if not isinstance(node, yaml.MappingNode):
        raise LookupError(".".join(map(str, path)))
    return owner, node


def _in_lines(text: str, owner: yaml.Node | None, mapping: yaml.MappingNode, entry: Entry) -> str:
    """Before the first entry of the file; of another mapping below the line of its own key, so that
    comments stay beside what they are on."""
    first = mapping.value[0][0].start_mark
    at = first.index - first.column if owner is None else text.find("\n", owner.end_mark.index) + 1
    if owner is not None and at == 0:
        raise LookupError(entry.key)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = _lines(entry.key, entry.value, " " * first.column)
    return text[:at] + "".join(line + newline for line in lines) + text[at:]


def _in_braces(text: str, mapping: yaml.MappingNode, entry: Entry) -> str:
    at = mapping.start_mark.index + 1
    comma = "," if mapping.value else ""
    blank = " " if comma and not text[at].isspace() else ""
    return f"{text[:at]}{entry.key}: {_braces(entry.value)}{comma}{blank}{text[at:]}"


def _braces(value: Value) -> str:
    """A value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_braces(each)}" for key, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _lines(key: str, value: Value, indent: str) -> list[str]:
    """An entry in lines; a mapping that holds no other one stands in braces."""
    if not isinstance(value, dict) or not any(isinstance(each, dict) for each in value.values()):
        return [f"{indent}{key}: {_braces(value)}"]
    below = [line for each in value.items() for line in _lines(*each, indent + INDENT)]
    return [f"{indent}{key}:", *below]
