"""Typed shapes: the schema of a type accepts what it should; objects keep what was written."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator
from mini_trial import REPOSITORY

from trialtrace.base.config.compose import compose
from trialtrace.base.config.spec import (
    By,
    Distinct,
    Filled,
    Listed,
    Made,
    Rule,
    Shared,
    entry_name,
    key,
    mapping_of,
    optional,
    shape,
    structure,
)
from trialtrace.base.config.spec_schema import definition
from trialtrace.base.paths import Project
from trialtrace.run.trial.schemas import FILES, shared_types

AT = Project(REPOSITORY)


@shape
class Circle:
    """A circle."""

    form: Literal["circle"] = key("circle.")
    radius: float = key("Radius.", exclusiveMinimum=0)


@shape
class Oval:
    """Two kinds of oval."""

    form: Literal["oval", "egg"] = key("oval or egg.")
    radii: Annotated[tuple[float, ...], Rule(minItems=2, maxItems=2)] = key("Radii.")
    from_: str | None = optional("Where it begins.")


@shape(by="start")
class FromStart:
    """By start and end."""

    start: int = key("Start.")
    end: int | None = optional("End.")


@shape(by="days")
class Days:
    """By a number of days."""

    days: int = key("Days.")
    start: None = optional("Not here.", expected="either start or days")


@shape(one_key=True)
class One:
    """Exactly one."""

    a: int | None = optional("A.")
    b: str | None = optional("B.")


@shape(instead={"of": "by"})
class Either:
    """One or the other."""

    of: str | None = optional("Of.")
    by: str | None = optional("By.")


@shape
class Empties:
    """Has what is empty where it is left out."""

    sizes: dict[str, int] = optional("Sizes.", empty=dict)
    also: tuple[str, ...] = optional("Others.", empty=tuple)
    first: bool = optional("Whether it is the first.", empty=bool)


FORMS = Annotated[Circle | Oval, By("form", "Form.")]
SPANS = Annotated[FromStart | Days, Rule(expected="start or days")]


@pytest.mark.parametrize(
    ("hint", "accepted", "refused"),
    [
        (Circle, [{"form": "circle", "radius": 1}], [{"form": "circle"}, {"radius": 1}, 3, {}]),
        (Circle, [], [{"form": "circle", "radius": 0}, {"form": "circle", "radius": 1, "x": 1}]),
        (FORMS, [{"form": "egg", "radii": [1, 2]}], [{"form": "egg", "radius": 1}, {}]),
        (FORMS, [{"form": "oval", "radii": [1, 2], "from": "x"}], [{"form": "cube"}]),
        (SPANS, [{"start": 1}, {"days": 3}], [{}, {"end": 2}, {"days": 1, "end": 2}]),
        (One, [{"a": 1}, {"b": "x"}], [{}, {"a": 1, "b": "x"}]),
        (Either, [{"of": "x"}, {"by": "x"}, {"of": "x", "by": "y"}], [{}]),
        (Literal["a", "b"], ["a"], ["c", 1]),
        (Literal[10, 100], [10], [11, "10"]),
        (Literal["all"] | Distinct[int], ["all", [1, 2]], ["some", [], [1, 1], [0.5], 1]),
        (float | Literal["rows"] | Circle, [1.5, "rows"], ["row", [1], {"form": "circle"}]),
        (float | FromStart | Days, [2, {"start": 1}, {"days": 1}], ["2", {"end": 1}]),
        (Listed[str], [["a", "a"]], [[], ["a", 1], "a"]),
        (Filled[str, int], [{"x": 1}], [{}, {"x": "1"}]),
        (bool, [True], ["true", 1]),
    ],
)
def test_a_type_accepts_and_refuses(hint, accepted, refused):
    schema = Draft202012Validator(definition(hint))
    assert [data for data in accepted if not schema.is_valid(data)] == []
    assert [data for data in refused if schema.is_valid(data)] == []


def test_objects_are_of_the_shape_that_fits():
    assert structure(FORMS, {"form": "egg", "radii": [1, 2]}) == Oval(
        form="egg", radii=(1, 2), from_=None
    )
    assert isinstance(structure(SPANS, {"days": 2}), Days)
    assert structure(Literal["all"] | Distinct[int], [1, 2]) == (1, 2)
    assert structure(float | FromStart | Days, {"start": 1}) == FromStart(start=1, end=None)


def test_what_is_left_out_may_be_empty():
    nothing, whole = structure(Empties, {}), {"sizes": {"x": 1}, "also": ["y"], "first": True}
    assert (nothing.sizes, nothing.also, nothing.first) == ({}, (), False)
    assert mapping_of(nothing) == {}
    assert mapping_of(structure(Empties, whole)) == whole
    assert definition(Empties)["required"] == []


# Steps of a plan are objects of their own.
WRITTEN = [
    path for path in sorted((REPOSITORY / "config/trials").glob("*/*.yaml")) if path.stem != "plan"
]


@pytest.mark.parametrize("path", WRITTEN, ids=str)
def test_objects_keep_everything_that_a_file_says(path):
    data = compose(AT, path).data
    assert mapping_of(structure(FILES[path.stem].shape, data)) == data


@shape
class Named:
    """An entry that knows its name."""

    name: str = entry_name(default="")
    size: int = key("Size.")


def test_an_entry_knows_the_name_under_which_it_stands():
    data = {"a": {"size": 1}, "b": {"size": 2}}
    made = structure(Filled[str, Named], data)
    assert [(entry.name, entry.size) for entry in made.values()] == [("a", 1), ("b", 2)]
    assert mapping_of(made) == data
    assert list(definition(Named)["properties"]) == ["size"]
    assert structure(Named, {"size": 3}).name == ""


def test_a_made_type_tells_which_shared_types_it_holds():
    shared = Annotated[int, Shared("cohort", "number")]
    plain = Made(dict, int)
    assert list(shared_types(Annotated[Any, plain])) == []
    holding = Made(dict, int, lambda: (Listed[shared],))
    assert [mark.name for mark, _ in shared_types(Annotated[Any, holding])] == ["number"]


def test_a_shape_is_compared_by_its_values_and_cannot_be_changed():
    one, other = Circle(form="circle", radius=1.0), Circle(form="circle", radius=2.0)
    assert one == replace(other, radius=1.0) and one != other
    assert hash(one) == hash(replace(other, radius=1.0))
    assert repr(one) == "Circle(form='circle', radius=1.0)"
    with pytest.raises(FrozenInstanceError):
        one.radius = 3.0
    with pytest.raises(FrozenInstanceError):
        del one.radius


@pytest.mark.parametrize("values", [{"form": "circle"}, {"form": "circle", "radius": 1, "x": 2}])
def test_an_object_has_every_key_and_no_other(values):
    with pytest.raises(TypeError, match=r"missing: \['radius'\]|unknown: \['x'\]"):
        Circle(**values)
