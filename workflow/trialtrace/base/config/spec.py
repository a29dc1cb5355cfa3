"""The shape of a configuration file as typed classes; objects and JSON Schema follow from them.

A shape is a class of keys; the type of a key says what may stand there, `key` what it means:

    @shape
    class Treatment:
        '''What is compared.'''

        of: Name | Listed[Name] = key("Treated arm, or several.", expected="an arm or a list")
        to: Name = key("Reference arm.")

`structure` makes the object of a mapping that the type's schema (`spec_schema`) has accepted.
`optional` makes a key that may be left out; it is None then, or empty (`empty=dict`). A word that
Python keeps for itself gets an underscore: `from_` is the key `from`. `entry_name` makes a field
that is no key: it holds the name under which an entry of a mapping stands.

=========================  ====================================================================
type                       what may stand there
=========================  ====================================================================
`None` alone               nothing: a key that is refused with a sentence of its own
`str`, `float`, `int`,     a text, a number, a whole number, true or false
`bool`
`Literal["a", "b"]`        one of these texts
`tuple[X, ...]`            a list; `Listed[X]` has an entry, `Distinct[X]` each of them once
`dict[K, V]`               a mapping of names of the user's choice; `Filled[K, V]` has an entry
a shape                    a mapping with these keys and no other
`A | B` of shapes          told apart by a key that only one has (`@shape(by="of")`), or by the
                           value of one (`Annotated[A | B, By("kind", "Kind.")]`)
`A | B` of other types     told apart by what stands there
`Annotated[X, Rule(...)]`  X, further restricted by keywords of JSON Schema
`Annotated[X, Shared(..)]` X, told once in the definitions of a schema and referred to
=========================  ====================================================================
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cache
from types import MappingProxyType, NoneType, SimpleNamespace, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Never,
    TypeAlias,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

from trialtrace.base.config.frozen_class import frozen

Schema = dict[str, Any]
# A type as an annotation writes it: a class, a union, a marked one.
Hint: TypeAlias = Any
Build = Callable[[Any], Any]
T = TypeVar("T")

_SHAPE = "__shape__"
SCALARS = {str: "string", float: "number", int: "integer", bool: "boolean"}


@dataclass(frozen=True, eq=False)
class Rule:
    """Keywords of JSON Schema that a type has besides; `expected` is told where it is not met."""

    keywords: tuple[tuple[str, Any], ...]

    def __init__(self, *, expected: str | None = None, **keywords: Any):
        stated = {"x-expected": expected} if expected else {}
        object.__setattr__(self, "keywords", tuple((keywords | stated).items()))


@dataclass(frozen=True)
class Shared:
    """A type that is told once, in the definitions of a file's schema."""

    file: str
    name: str

    @property
    def reference(self) -> Schema:
        return {"$ref": f"{self.file}.schema.json#/$defs/{self.name}"}


@dataclass(frozen=True, eq=False)
class By:
    """Shapes told apart by the value of a key, which each has as `Literal`.

    `also` are keys that all of them need, asked for whatever the value is. Where shapes stand in a
    registry, `each` maps the values to them, and the type itself is `Any`.
    """

    key: str
    means: str
    also: tuple[str, ...] = ()
    each: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Having:
    """Shapes of a choice that all have a key, and are told apart further among themselves."""

    key: str


@dataclass(frozen=True, eq=False)
class Made:
    """A type whose schema and objects functions make, from what stands in a registry.

    `within` gives the types in which others may be that are told in the definitions of a schema;
    `parts` yields key, type and data of what stands within, where the data decide its type.
    """

    schema: Callable[[], Schema]
    build: Callable[[Any], Any]
    within: Callable[[], tuple[Any, ...]] = tuple
    parts: Callable[[Any], Iterable[tuple[str, Any, Any]]] = lambda data: ()


@dataclass(frozen=True)
class _About:
    """What a shape says of itself: the key that tells it apart, whether its keys stand after those
    of the shapes that are made from it, and what rules it has besides."""

    by: str | None
    last: bool
    rules: tuple[tuple[str, Any], ...]


# A type whose data stay mappings and lists, as they are written.
AS_WRITTEN = "as written"

K = TypeVar("K")
Filled = Annotated[dict[K, T], Rule(minProperties=1)]
Listed = Annotated[tuple[T, ...], Rule(minItems=1)]
Distinct = Annotated[tuple[T, ...], Rule(minItems=1, uniqueItems=True)]
Unique = Annotated[tuple[T, ...], Rule(minItems=0, uniqueItems=True)]


def key(
    means: str = "",
    *,
    expected: str | None = None,
    constant: str = "",
    words: Callable[..., str] | None = None,
    **rules: Any,
) -> Any:
    """A key of a shape: what it means, and rules of JSON Schema besides those of its type.

    Without words of its own it has those of its shape, which it tells apart from others. `constant`
    is what a value is that reports list as taken as given, `words` tells that value where it is
    more than numbers and words.
    """
    about = _metadata(means, expected, rules) | {"constant": constant, "words": words}
    return field(metadata=about)


def optional(
    means: str,
    *,
    expected: str | None = None,
    empty: type[dict[Any, Any]] | type[tuple[Any, ...]] | type[int] | None = None,
    constant: str = "",
    **rules: Any,
) -> Any:
    """A key that may be left out; None then, or what `empty` makes: an empty mapping or list, no
    or 0. To write that and to write nothing are the same then."""
    about = _metadata(means, expected, rules) | {"constant": constant}
    if empty is not None:
        return field(default_factory=empty, metadata=about)
    return field(default=None, metadata=about)


def entry_name(*, default: str) -> Any:
    """The name under which an entry of a mapping stands; `default` for an object that is none."""
    return field(default=default)


def _metadata(means: str, expected: str | None, rules: dict[str, Any]) -> dict[str, Any]:
    return {"means": means, "rules": rules | ({"x-expected": expected} if expected else {})}


@overload
def shape(cls: type[T]) -> type[T]: ...
@overload
def shape(
    *,
    by: str | None = ...,
    last: bool = ...,
    one_key: bool = ...,
    least: int = ...,
    expected: str | None = ...,
    instead: Mapping[str, str] = ...,
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(key, optional, entry_name)
)
def shape(
    cls: type[T] | None = None,
    *,
    by: str | None = None,
    last: bool = False,
    one_key: bool = False,
    least: int = 0,
    expected: str | None = None,
    instead: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """A mapping with the keys of the class and no other.

    `by` is the key that tells it apart from others in a choice; with `last` its keys stand after
    those of the shapes that are made from it; `one_key` says that exactly one key stands there,
    `least` how many at least; `expected` is told where a needed key is missing; `instead` maps a
    key to the one that is needed where it is left out.
    """
    rules: Schema = {"minProperties": 1, "maxProperties": 1} if one_key else {}
    rules |= {"minProperties": least} if least else {}
    for name, other in instead.items():
        rules |= {"if": {"required": [name]}, "else": {"required": [other]}}
    rules |= {"x-expected": expected} if expected else {}

    def made(plain: type[T]) -> type[T]:
        whole = frozen(dataclass(init=False, repr=False, eq=False, kw_only=True)(plain))
        setattr(whole, _SHAPE, _About(by, last, tuple(rules.items())))
        return whole

    return made if cls is None else made(cls)


Keys = Mapping[str, Field[Any]]


def is_shape(hint: Hint) -> bool:
    return isinstance(hint, type) and hasattr(hint, _SHAPE)


def rules_of(cls: type) -> Schema:
    """The rules of JSON Schema that a shape has besides those of its keys."""
    about: _About = getattr(cls, _SHAPE)
    return dict(about.rules)


def keys_of(cls: type) -> Keys:
    """The keys of a shape as they stand in a file, in order."""
    return _keys(cls)


@cache
def _keys(cls: type) -> Keys:
    keys = [each for each in fields(cls) if "means" in each.metadata]
    late = {
        each.name
        for base in cls.__mro__[1:]
        if _SHAPE in vars(base) and vars(base)[_SHAPE].last
        for each in fields(base)
    }
    return {each.name.rstrip("_"): each for each in sorted(keys, key=lambda k: k.name in late)}


def may_be_left_out(each: Field[Any]) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


@cache
def types_of(cls: type) -> dict[str, Any]:
    """Key -> type of the keys of a shape, without the None of a key that is left out.

    A key whose type is None alone may not stand there: its type is Never.
    """
    return {name: _type_of(cls, each.name) for name, each in keys_of(cls).items()}


def _type_of(cls: type, attribute: str) -> Hint:
    """The type of one key; to read those of all takes long where few of them stand."""
    return _without_none(_written(cls, attribute))


@cache
def _written(cls: type, name: str) -> Hint:
    """The type of an attribute; of a base that many shapes share it is read once."""
    first = next(each for each in cls.__mro__ if name in vars(each).get("__annotations__", ()))
    if first is not cls:
        return _written(first, name)
    simple_namespace = SimpleNamespace(__annotations__={name: vars(cls)["__annotations__"][name]})
    return get_type_hints(simple_namespace, vars(sys.modules[cls.__module__]), include_extras=True)[
        name
    ]


def _without_none(hint: Hint) -> Hint:
    members = [member for member in members_of(hint) if member is not NoneType] or [Never]
    return members[0] if len(members) == 1 else Union[tuple(members)]  # noqa: UP007


def origin_of(hint: Hint) -> Hint:
    return get_origin(hint)


def members_of(hint: Hint) -> tuple[Any, ...]:
    return get_args(hint) if origin_of(hint) in (Union, UnionType) else (hint,)


def without_marks(hint: Hint) -> tuple[Any, tuple[Any, ...]]:
    """A type without its marks, and these."""
    if origin_of(hint) is Annotated:
        bare, *marks = get_args(hint)
        return bare, tuple(marks)
    return hint, ()


# --- choices -------------------------------------------------------------------------------------


def telling_key(hint: Hint) -> str | None:
    """The key that tells a member of a choice apart."""
    bare, marks = without_marks(hint)
    having = next((mark.key for mark in marks if isinstance(mark, Having)), None)
    return having or (getattr(bare, _SHAPE).by if is_shape(bare) else None)


@cache
def by_value(choice: By, members: tuple[Hint, ...]) -> dict[str, Any]:
    """Value of the key by which shapes are chosen -> shape."""
    return dict(choice.each or ()) or {
        value: member
        for member in members
        for value in _told_by(without_marks(member)[0], choice.key)
    }


def _told_by(cls: type, name: str) -> tuple[str, ...]:
    """The values of a key that tell a shape apart."""
    return get_args(without_marks(_type_of(cls, keys_of(cls)[name].name))[0])


@cache
def json_types(hint: Hint) -> set[str]:
    """The types of JSON that a type can have."""
    bare, _ = without_marks(hint)
    if origin_of(bare) in (Union, UnionType):
        return set().union(*(json_types(member) for member in get_args(bare)))
    if is_shape(bare) or origin_of(bare) is dict or bare is Any:
        return {"object"}
    if origin_of(bare) is tuple:
        return {"array"}
    if origin_of(bare) is Literal:
        return {SCALARS[type(value)] for value in get_args(bare)}
    return {SCALARS[bare]}


# --- objects -------------------------------------------------------------------------------------


def structure(hint: Hint, data: Any) -> Any:
    """The object of a type from data that its schema has accepted."""
    return _builder(hint)(data)


def items_of(value: object) -> dict[str, Any]:
    """Key -> object of the keys of a shape that were not left out, in the order of the shape."""
    return {
        name: getattr(value, each.name)
        for name, each in keys_of(type(value)).items()
        if not _left_out(getattr(value, each.name), each)
    }


def mapping_of(value: Any) -> Any:
    """The data that an object was made of; keys that were left out stay so."""
    if is_shape(type(value)):
        return {name: mapping_of(inner) for name, inner in items_of(value).items()}
    if isinstance(value, tuple):
        return [mapping_of(entry) for entry in value]
    if isinstance(value, dict):
        return {name: mapping_of(entry) for name, entry in value.items()}
    return value


def _left_out(value: Any, each: Field[Any]) -> bool:
    return value is None or (each.default_factory is not MISSING and not value)


@cache
def _builder(hint: Hint) -> Build:
    bare, marks = without_marks(hint)
    origin = origin_of(bare)
    if AS_WRITTEN in marks:
        return lambda data: data
    if (own := next((mark for mark in marks if isinstance(mark, Made)), None)) is not None:
        return own.build
    if is_shape(bare):
        return _shape_builder(bare)
    if origin is tuple:
        entry = _later(get_args(bare)[0])
        return lambda data: tuple(entry(each) for each in data)
    if origin is dict and get_args(bare)[1] is not Any:
        value = _later(get_args(bare)[1])
        return lambda data: {name: _entry(name, value(each)) for name, each in data.items()}
    choice = next((mark for mark in marks if isinstance(mark, By)), None)
    if origin in (Union, UnionType) or choice:
        members = members_of(bare)
        return lambda data: structure(_member(members, choice, data), data)
    return lambda data: data


def _later(hint: Hint) -> Build:
    """Makes objects of a type that is looked up once, and not before: types refer to themselves."""
    known: list[Build] = []

    def build(data: object) -> object:
        if not known:
            known.append(_builder(hint))
        return known[0](data)

    return build


def _entry(name: str, value: Any) -> Any:
    """An entry of a mapping, with its name where its shape holds it."""
    cls: type = type(value)
    holder = _holder(cls) if is_shape(cls) else None
    return value if holder is None else replace(value, **{holder: name})


@cache
def _holder(cls: type) -> str | None:
    """The attribute of a shape that has the name of its entry."""
    return next((each.name for each in fields(cls) if "means" not in each.metadata), None)


def _shape_builder(cls: type) -> Build:
    keys = keys_of(cls)
    known: dict[str, tuple[str, Build]] = {}

    def build(data: Mapping[str, object]) -> object:
        for name in data.keys() - known.keys():
            known[name] = keys[name].name, _builder(_type_of(cls, keys[name].name))
        found = ((*known[name], value) for name, value in data.items())
        return cls(**{attribute: of(value) for attribute, of, value in found})

    return build


_TYPES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    tuple: "array",
}


def _member(members: tuple[Hint, ...], choice: By | None, data: Any) -> Any:
    """The type of a choice that data are of."""
    if isinstance(data, dict):
        if choice:
            return by_value(choice, members)[data[choice.key]]
        having = [m for m in members if "object" in json_types(m)]
        return next((m for m in having if telling_key(m) in data), having[-1])
    kind = _TYPES[type(data)]
    fitting = {"integer": ("integer", "number")}.get(kind, (kind,))
    return next(m for m in members if not json_types(m).isdisjoint(fitting))
