"""The keys of a schema as rows of the reference: path, value, where it stands, meaning."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trialtrace.base.config.spec import Schema

# A step on the way to a variant of a mapping, as it is told.
_WORD = re.compile(r"(?:with |without )?`[^`]+`")
_LEAVES = (
    "condition",
    "test",
    "operand",
    "parameter",
    "counts_of_share",
    "category_weights",
    "category_counts",
    "exact_moments",
    "totals",
    "level_probabilities",
    "outcome",
    "margin_check",
)
VALUES = {
    "name": "name",
    "short_name": "short name",
    "column": "column",
    "value": "text in quotes",
    "code": "code",
    "flag": "flag",
    "sha256": "checksum",
    "visit": "label of a visit",
    "place": "label of a place",
    "item": "item",
    "step": "statistic.method",
}


@dataclass(frozen=True)
class Key:
    """A row of the reference."""

    path: str
    required: bool
    kind: str
    when: str
    means: str


class Reader:
    """Walks a schema and gives a row for every key."""

    def __init__(self, schemas: dict[str, Schema]):
        self.schemas = schemas

    def keys(self, schema: Schema) -> list[Key]:
        """The keys of a mapping, each before those below it."""
        return list(self._object(schema, "", ""))

    def _resolved(self, schema: Schema) -> tuple[Schema, str]:
        """A schema without references, and the last name it was referred to by."""
        name = ""
        while "$ref" in schema:
            file, _, name = schema["$ref"].rpartition("/")
            definitions = self.schemas[file.partition(".")[0]]["$defs"]
            own = {key: value for key, value in schema.items() if key != "$ref"}
            schema = definitions[name] | own
        return schema, name

    def _object(self, schema: Schema, path: str, when: str) -> Iterator[Key]:
        """The keys of a mapping: those of all its variants first told once."""
        if isinstance(inner := schema.get("additionalProperties"), dict):
            yield from self._key(f"{path}.<name>".lstrip("."), inner, False, when)
        leaves = self._leaves(schema)
        for key in dict.fromkeys(key for _, properties, _ in leaves for key in properties):
            having = [leaf for leaf in leaves if key in leaf[1]]
            seen: list[Schema] = []
            for _, properties, _ in having:
                if properties[key] not in seen:
                    seen.append(properties[key])
            for one in seen:
                mine = [leaf for leaf in having if leaf[1][key] == one]
                if "not" in one:
                    continue
                told = when if len(mine) == len(leaves) else _joined(when, mine, leaves)
                required = all(key in leaf[2] for leaf in mine)
                yield from self._key(f"{path}.{key}".lstrip("."), one, required, told)

    def _leaves(self, schema: Schema) -> "list[_Leaf]":
        """(when, properties, required) of every variant of a mapping."""
        schema, _ = self._resolved(schema)
        own, needed = schema.get("properties", {}), set(schema.get("required", ()))
        leaves = []
        for rule in schema.get("allOf", ()):
            ((key, test),) = rule["if"]["properties"].items()
            leaves += _after(f"`{key}: {test['const']}`", self._leaves(rule["then"]))
        test = schema.get("if", {})
        if "required" in test:
            key = test["required"][0]
            leaves += _after(f"with `{key}`", self._leaves(schema.get("then", {})))
            other = [leaf for leaf in self._leaves(schema.get("else", {})) if leaf[1] or own]
            told = any(leaf[0] for leaf in other)
            leaves += other if told else _after(f"without `{key}`", other)
        elif "type" in test:
            side = "then" if test["type"] == "object" else "else"
            return self._leaves(schema.get(side, {}))
        if not leaves:
            return [("", own, needed)]
        return [(told, properties | own, needed | more) for told, properties, more in leaves]

    def _key(self, path: str, schema: Schema, required: bool, when: str) -> Iterator[Key]:
        schema, name = self._resolved(schema)
        means = schema.get("description", "")
        yield Key(path, required, _kind(schema, name, self._resolved), when, means)
        if name in _LEAVES:
            return
        items = schema.get("items") or schema.get("else", {}).get("items")
        if items is not None:
            items, name = self._resolved(items)
            if name not in _LEAVES:
                yield from self._object(items, f"{path}[]", when)
        else:
            yield from self._object(schema, path, when)


_PLAIN = {
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "object": "mapping",
}
_Resolve = Callable[[Schema], tuple[Schema, str]]
_Leaf = tuple[str, Schema, set[str]]


def _after(text: str, leaves: list[_Leaf]) -> list[_Leaf]:
    return [(f"{text} {leaf[0]}".strip(), *leaf[1:]) for leaf in leaves]


def _joined(when: str, mine: list[_Leaf], every: list[_Leaf]) -> str:
    """The variants that have a key, as short as they can be told."""
    words = [[_WORD.findall(leaf[0]) for leaf in leaves] for leaves in (mine, every)]
    return ", ".join(filter(None, (when, _told(*words))))


def _told(mine: list[list[str]], every: list[list[str]]) -> str:
    """Variants by their first words; those of a word that all have the key are told by it alone.

    Where few lack the key, they are told instead.
    """
    firsts = list(dict.fromkeys(leaf[0] if leaf else "" for leaf in every))
    whole, parts = [], []
    for first in firsts:
        inside, own = ([leaf[1:] for leaf in each if leaf[:1] == [first]] for each in (every, mine))
        if len(own) == len(inside):
            whole.append(first)
        elif own:
            further = _told(own, inside)
            # A key that only this variant has needs no more words.
            parts.append(further if further.startswith("`") else f"{first} {further}")
    lacking = [first for first in firsts if first not in whole]
    if not parts and len(lacking) * 2 < len(firsts):
        return f"all but {' and '.join(lacking)}"
    return " or ".join([*whole, *parts])


def _kind(schema: Schema, name: str, resolved: _Resolve) -> str:
    """The value of a key, as the reference tells it."""
    if name in _LEAVES or name in VALUES:
        return VALUES.get(name, name)
    if "enum" in schema:
        return ", ".join(f"`{value}`".replace("`\t`", "`\\t`") for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "x-expected" in schema:
        return schema["x-expected"]
    if schema.get("type") == "array":
        inner, inner_name = resolved(schema["items"])
        return f"list of {_kind(inner, inner_name, resolved)}"
    kind = str(schema.get("type", "object"))
    return _PLAIN.get(kind, kind)
