"""The keys of a shape as rows of the reference: path, value, where it stands, meaning."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Never, Union, get_args

from trialtrace.base.config.spec import (
    AS_WRITTEN,
    By,
    Hint,
    Made,
    Rule,
    Shared,
    by_value,
    is_shape,
    keys_of,
    may_be_left_out,
    members_of,
    origin_of,
    telling_key,
    types_of,
    without_marks,
)

# Values that have a name of their own, by the name of their type in the schemas.
VALUES = {
    **{name: name for name in ("name", "column", "code", "flag", "item", "text")},
    **{name: name for name in ("condition", "test", "operand")},
    "short_name": "short name",
    "value": "text in quotes",
    "sha256": "checksum",
    "visit": "label of a visit",
    "place": "label of a place",
    "step": "statistic.method",
}
_SCALARS = {str: "text", bool: "true or false", int: "whole number", float: "number"}


@dataclass(frozen=True)
class Key:
    """A row of the reference; `when` says which variants of a mapping have the key."""

    path: str
    required: bool
    kind: str
    when: str
    means: str


def keys(hint: Hint, path: str = "", when: str = "") -> Iterator[Key]:
    """The keys in a type, each before those below it.

    None in a condition, nor in what has a page of its own: a step of a plan, a kind of endpoint, an
    instrument.
    """
    bare, marks = without_marks(hint)
    if AS_WRITTEN in marks:
        return
    if (made := _mark(marks, Made)) is not None:
        for within in made.within():
            yield from keys(within, path, when)
    elif origin_of(bare) is tuple:
        yield from keys(get_args(bare)[0], f"{path}[]", when)
    elif origin_of(bare) is dict:
        inner = get_args(bare)[1]
        shape, _ = without_marks(inner)
        yield from _key(f"{path}.<name>", inner, False, when, _said(shape))
    else:
        variants = list(_variants(hint))
        if (choice := _mark(marks, By)) is not None:
            told = ", ".join(f"`{value}`" for value in by_value(choice, members_of(bare)))
            yield Key(f"{path}.{choice.key}".lstrip("."), True, told, when, choice.means)
            variants = [] if choice.each else variants
        yield from _of_variants(variants, path, when, choice.key if choice else "")
        if origin_of(bare) in (Union, UnionType):
            for member in members_of(bare):
                if origin_of(without_marks(member)[0]) in (tuple, dict):
                    yield from keys(member, path, when)


def _of_variants(
    variants: list[tuple[str, Any]], path: str, when: str, without: str
) -> Iterator[Key]:
    """The keys of the variants of a mapping, those that several have with one type once."""
    names = dict.fromkeys(name for _, shape in variants for name in keys_of(shape))
    for name in (name for name in names if name != without):
        having = [(told, shape) for told, shape in variants if name in keys_of(shape)]
        for of in dict.fromkeys(types_of(shape)[name] for _, shape in having):
            mine = [each for each in having if types_of(each[1])[name] == of]
            shape = mine[0][1]
            about = keys_of(shape)[name]
            others = [told for told, shape in variants if (told, shape) not in mine]
            which = " or ".join(told for told, _ in mine) if others else ""
            if others and len(others) < len(mine):
                which = f"all but {' and '.join(others)}"
            required = all(not may_be_left_out(keys_of(each)[name]) for _, each in mine)
            expected = about.metadata["rules"].get("x-expected")
            of = Annotated[of, Rule(expected=expected)] if expected else of
            means = about.metadata["means"] or _said(shape)
            told = ", ".join(filter(None, (when, which)))
            yield from _key(f"{path}.{name}", of, required, told, means)


def _key(path: str, hint: Hint, required: bool, when: str, means: str) -> Iterator[Key]:
    if without_marks(hint)[0] is not Never:  # a key that may not stand there
        yield Key(path.lstrip("."), required, _kind(hint), when, means)
        yield from keys(hint, path, when)


def _variants(hint: Hint, when: str = "") -> Iterator[tuple[str, Any]]:
    """(what tells it apart, shape) of each mapping that may stand at a place."""
    bare, marks = without_marks(hint)
    if is_shape(bare):
        yield when, bare
    elif (choice := _mark(marks, By)) is not None:
        values: dict[Hint, list[str]] = {}
        for value, member in by_value(choice, members_of(bare)).items():
            values.setdefault(member, []).append(value)
        for member, those in values.items():
            yield from _variants(member, _joined(when, f"`{choice.key}: {', '.join(those)}`"))
    elif origin_of(bare) in (Union, UnionType):
        members = [each for each in members_of(bare) if next(_variants(each), None)]
        named = [f"`{name}`" for name in map(telling_key, members) if name]
        for member in members:
            name = telling_key(member)
            told = f"with `{name}`" if name else f"without {' and '.join(named)}" if named else ""
            yield from _variants(member, _joined(when, told))


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))


def _mark(marks: Iterable[Any], of: type) -> Any:
    return next((mark for mark in marks if isinstance(mark, of)), None)


def _said(hint: Hint) -> str:
    """What the docstring of a shape says."""
    return " ".join((hint.__doc__ or "").split()) if is_shape(hint) else ""


def _kind(hint: Hint) -> str:
    """The value of a key, as the reference names it."""
    bare, marks = without_marks(hint)
    if (shared := _mark(marks, Shared)) is not None and shared.name in VALUES:
        return VALUES[shared.name]
    if origin_of(bare) is Literal:
        return ", ".join(f"`{value}`".replace("`\t`", "`\\t`") for value in get_args(bare))
    rules = [dict(mark.keywords) for mark in marks if isinstance(mark, Rule)]
    if expected := next((rule["x-expected"] for rule in rules if "x-expected" in rule), None):
        return str(expected)
    if origin_of(bare) is tuple:
        return f"list of {_kind(get_args(bare)[0])}"
    if origin_of(bare) in (Union, UnionType):
        kinds = dict.fromkeys(map(_kind, members_of(bare)))
        if any(kind.startswith("a mapping") for kind in kinds):
            kinds.pop("mapping", None)
        return " or ".join(kinds)
    return _SCALARS.get(bare, "mapping")
