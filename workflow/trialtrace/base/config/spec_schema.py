"""The JSON Schema of a shape: what a file may say, for the check of it and for editors."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Never, Union, get_args

from trialtrace.base.config.spec import (
    SCALARS,
    By,
    Hint,
    Made,
    Rule,
    Schema,
    Shared,
    by_value,
    is_shape,
    json_types,
    keys_of,
    may_be_left_out,
    members_of,
    origin_of,
    rules_of,
    telling_key,
    types_of,
    without_marks,
)

# In a choice by type, a mapping is looked for first, then a text.
_FIRST = ("object", "string")


def schema_of(hint: Hint) -> Schema:
    """The JSON Schema of a type; a reference where it is told in the definitions of a schema."""
    _, marks = without_marks(hint)
    shared = next((mark for mark in marks if isinstance(mark, Shared)), None)
    return shared.reference if shared else definition(hint)


def definition(hint: Hint) -> Schema:
    """The JSON Schema of a type, told in place."""
    bare, marks = without_marks(hint)
    if (own := next((mark for mark in marks if isinstance(mark, Made)), None)) is not None:
        return own.schema()
    choice = next((mark for mark in marks if isinstance(mark, By)), None)
    made = _chosen_by(choice, members_of(bare)) if choice else _plain(bare, marks)
    for mark in marks:
        if isinstance(mark, Rule):
            made |= dict(mark.keywords)
    # A mapping may be none of them where each member has a key that tells it apart.
    if origin_of(bare) in (Union, UnionType) and all(map(telling_key, get_args(bare))):
        # The sentence stands where none of them fits, not where there is no mapping at all.
        made.pop("x-expected", None)
    return made


def _plain(bare: Hint, marks: tuple[object, ...]) -> Schema:
    origin = origin_of(bare)
    if is_shape(bare):
        return _of_shape(bare)
    if origin in (Union, UnionType):
        return _of_choice(get_args(bare), marks)
    if origin is Literal:
        return _of_literal(get_args(bare))
    if origin is tuple:
        return {"type": "array", "items": schema_of(get_args(bare)[0])}
    if origin is dict:
        return _of_mapping(*get_args(bare))
    if bare in (Any, Never):
        return {} if bare is Any else {"not": {}}
    return {"type": SCALARS[bare]}


def _of_shape(cls: type) -> Schema:
    hints = types_of(cls)
    needed = [name for name, each in keys_of(cls).items() if not may_be_left_out(each)]
    means = " ".join((cls.__doc__ or "").split())
    return {
        "description": means,
        "type": "object",
        "required": needed,
        "additionalProperties": False,
        "properties": {
            name: _of_key(hints[name], each.metadata, means) for name, each in keys_of(cls).items()
        },
    } | rules_of(cls)


def _of_key(hint: Hint, about: Mapping[str, Any], shape_means: str) -> Schema:
    schema = _of_members(hint, about["rules"].get("x-expected"))
    return schema | {"description": about["means"] or shape_means} | about["rules"]


def _of_members(hint: Hint, expected: str | None) -> Schema:
    """The schema of a key's type; what a choice of it expects is told in its words."""
    if expected and origin_of(hint) in (Union, UnionType):
        return definition(Annotated[hint, Rule(expected=expected)])
    return schema_of(hint)


def _of_literal(values: tuple[object, ...]) -> Schema:
    if values == (True,):
        return {"const": True}
    kinds = {SCALARS[type(value)] for value in values}
    return {"type": kinds.pop() if len(kinds) == 1 else sorted(kinds), "enum": list(values)}


def _of_mapping(names: Hint, values: Hint) -> Schema:
    schema: Schema = {"type": "object"}
    if names is not str:
        schema["propertyNames"] = schema_of(names)
    return schema | {"additionalProperties": schema_of(values)}


def _of_choice(members: tuple[Hint, ...], marks: tuple[object, ...]) -> Schema:
    expected = next(
        (dict(mark.keywords).get("x-expected") for mark in marks if isinstance(mark, Rule)), None
    )
    kinds = [json_types(member) for member in members]
    if set().union(*kinds) == {"object"}:
        return {"type": "object"} | _by_presence(members, members[0], expected)
    if sum("object" in each for each in kinds) > 1 and {"object"} not in kinds[1:]:
        return _by_presence(members, members[0], expected)
    types = [kind for each in kinds for kind in each]
    order = sorted(types, key=lambda kind: _FIRST.index(kind) if kind in _FIRST else len(_FIRST))
    branches = {
        kind: _branch([m for m, k in zip(members, kinds, strict=True) if kind in k], expected)
        for kind in dict.fromkeys(order)
    }
    return {"type": list(dict.fromkeys(types))} | _by_type(branches)


def _branch(members: list[Hint], expected: str | None) -> Schema:
    """What is asked for where the type is known already."""
    if len(members) > 1:
        return _of_choice(tuple(members), ())
    schema = schema_of(members[0])
    if "enum" in schema and expected:
        schema = {"x-expected": expected} | schema
    return (
        schema
        if schema.get("type") == "object"
        else {k: v for k, v in schema.items() if k != "type"}
    )


def _by_type(branches: dict[str, Schema]) -> Schema:
    (kind, first), *others = branches.items()
    rest = _by_type(dict(others)) if others else {}
    if not others:
        return first
    if not first and not rest:
        return {}
    return {"if": {"type": kind}, "then": first} | ({"else": rest} if rest else {})


def _by_presence(members: tuple[Hint, ...], first: Hint, expected: str | None) -> Schema:
    """Mappings told apart by a key that each but the last has; the last may have one too."""
    member, *others = members
    name = telling_key(member)
    if others:
        rest = _by_presence(tuple(others), first, expected)
    elif name is not None and expected is not None:
        rest = {"required": [telling_key(first)], "x-expected": expected}
    else:
        return schema_of(member)
    return {
        "if": {"type": "object", "required": [name]},
        "then": schema_of(member),
        "else": rest,
    }


def _chosen_by(choice: By, members: tuple[Hint, ...]) -> Schema:
    named = by_value(choice, members)
    return {
        "type": "object",
        "required": [choice.key, *choice.also],
        "properties": {
            choice.key: {"description": choice.means, "type": "string", "enum": list(named)}
        },
        "allOf": [
            {
                "if": {"properties": {choice.key: {"const": value}}, "required": [choice.key]},
                "then": schema_of(member),
            }
            for value, member in named.items()
        ],
    }
