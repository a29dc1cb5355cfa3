"""Names in a configuration that stand for something else of it, marked in the types of its shapes.

    treated: ArmName = key("Treated arm.")
    time: Annotated[Column, Ref("column", NUMERIC)] = key("Column of the time.")

`references` walks a file by its shape and yields each such name with its place. What the names of a
trial are, and what is wrong with one, `trialtrace.run.trial.references` knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Column, Condition, Name, Test, Text, VisitLabel
from trialtrace.base.config.spec import (
    AS_WRITTEN,
    By,
    Hint,
    Made,
    by_value,
    is_shape,
    json_types,
    members_of,
    origin_of,
    telling_key,
    types_of,
    without_marks,
)

# Kinds of column by the dictionary: numbers, and what says on which day something was.
NUMERIC = ("number", "integer")
DATED = ("date", "datetime")


@dataclass(frozen=True)
class Ref:
    """Marks texts as names of something, or conditions and tests as being over it.

    `to` is what they are names of; `kinds` are those that suit, of an endpoint or a column; `of`
    says whose, where the place does not; `also` are further names that may stand there; `needs`
    is a demand on what is named: "nobody" on a column that no patient is known by, "levels" or
    "description" on a variable whose values are shown.
    """

    to: str
    kinds: tuple[str, ...] = ()
    of: str = ""
    also: tuple[str, ...] = ()
    needs: str = ""


ArmName = Annotated[Name, Ref("arm")]
PopulationName = Annotated[Name, Ref("population")]
TableName = Annotated[Name, Ref("table")]
SubjectVariable = Annotated[Name, Ref("subject variable")]
SubjectDate = Annotated[Name, Ref("subject variable", DATED)]
SubjectNumber = Annotated[Name, Ref("subject variable", NUMERIC)]
LevelVariable = Annotated[Name, Ref("subject variable", needs="levels")]
EndpointName = Annotated[Name, Ref("endpoint")]
# An endpoint, or an entry that stands for several.
Endpoints = Annotated[Name, Ref("endpoints")]
EntryName = Annotated[Name, Ref("entry")]
AnalysisName = Annotated[Name, Ref("analysis")]
EstimandName = Annotated[Name, Ref("estimand")]
# Of the analysis in whose steps they stand: arms that it compares, visits that it covers, events.
ComparedArm = Annotated[Name, Ref("compared arm")]
CoveredVisit = Annotated[VisitLabel, Ref("covered visit")]
IntercurrentEvent = Annotated[Text, Ref("intercurrent event")]
ClaimName = Annotated[Name, Ref("claim")]
PaperName = Annotated[Name, Ref("paper")]
CheckName = Annotated[Name, Ref("check")]
# Columns of the table that the nearest mapping around names, or that the place is of.
ColumnName = Annotated[Column, Ref("column")]
NumberColumn = Annotated[Column, Ref("column", NUMERIC)]
DateColumn = Annotated[Column, Ref("column", DATED)]
TableCondition = Annotated[Condition, Ref("condition")]
# A condition over the columns of ADSL, and one over those of the data that an analysis is made of.
SubjectCondition = Annotated[Condition, Ref("condition", of="adsl")]
# A test of the value of an endpoint.
ValueTest = Annotated[Test, Ref("test")]


Owners = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Reference:
    """A name at its place; `owners` are the mappings around it, the nearest last."""

    path: Path_
    value: Any
    mark: Ref
    owners: Owners

    def beside(self, key: str) -> Any:
        """What the nearest mapping around that has a key says under it; None where none does."""
        return next((owner[key] for owner in reversed(self.owners) if key in owner), None)


def references(hint: Hint, data: Any, under: Path_ = ()) -> Iterator[Reference]:
    """Every name that refers to something, in the order of a file of this type; only those at or
    below the place `under`. What does not fit its type is passed over."""
    return _walk(hint, data, (), (), under)


def _walk(hint: Hint, data: Any, path: Path_, owners: Owners, under: Path_) -> Iterator[Reference]:
    bare, marks = without_marks(hint)
    for mark in marks:
        if isinstance(mark, Ref) and len(path) >= len(under):
            yield Reference(path, data, mark, owners)
    if AS_WRITTEN in marks:
        return
    if (member := _narrowed(bare, marks, data)) is not None:
        yield from _walk(member, data, path, owners, under)
        return
    inner = (*owners, data) if is_shape(bare) else owners
    if (made := next((mark for mark in marks if isinstance(mark, Made)), None)) is not None:
        for name, of, value in made.parts(data):
            yield from _walk(of, value, (*path, name), owners, under)
    for key, of, value in _parts(bare, data):
        here = (*path, key)
        if len(path) < len(under) and under[len(path)] != key:
            continue
        if origin_of(bare) is dict and len(here) >= len(under):
            for mark in without_marks(get_args(bare)[0])[1]:
                if isinstance(mark, Ref):
                    yield Reference(here, key, mark, inner)
        yield from _walk(of, value, here, inner, under)


def _narrowed(bare: Hint, marks: tuple[Any, ...], data: Any) -> Hint | None:
    """The one type that data are of, of a choice or of a type that others make."""
    made = next((mark for mark in marks if isinstance(mark, Made)), None)
    if made is not None:
        return next(iter(made.within()), None)
    choice = next((mark for mark in marks if isinstance(mark, By)), None)
    if choice is not None or origin_of(bare) in (Union, UnionType):
        return _member(members_of(bare), choice, data)
    return None


def _parts(bare: Hint, data: Any) -> Iterator[tuple[str | int, Hint, Any]]:
    """(key or position, type, value) of what stands in a mapping or a list."""
    if is_shape(bare) and isinstance(data, dict):
        hints = types_of(bare)
        yield from ((key, hints[key], value) for key, value in data.items() if key in hints)
    elif origin_of(bare) is tuple and isinstance(data, list):
        yield from ((place, get_args(bare)[0], value) for place, value in enumerate(data))
    elif origin_of(bare) is dict and isinstance(data, dict):
        yield from ((key, get_args(bare)[1], value) for key, value in data.items())


_JSON = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}


def _member(members: tuple[Hint, ...], choice: By | None, data: Any) -> Hint | None:
    """The type of a choice that data are of; None where they are of none."""
    if isinstance(data, dict):
        if choice is not None:
            value = data.get(choice.key)
            return by_value(choice, members).get(value) if isinstance(value, str) else None
        having = [member for member in members if "object" in json_types(member)]
        own = next((member for member in having if telling_key(member) in data), None)
        return own or (having[-1] if having else None)
    kinds = {_JSON.get(type(data), "")}
    kinds |= {"number"} if "integer" in kinds else set()
    fitting = [member for member in members if kinds & json_types(member)]
    bare = [without_marks(member)[0] for member in fitting]
    if any(origin_of(one) is Literal and data in get_args(one) for one in bare):
        return None
    others = [m for m, one in zip(fitting, bare, strict=True) if origin_of(one) is not Literal]
    return others[0] if others else None
