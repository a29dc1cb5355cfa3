"""Every choice of every option in the plan's schema, and analyses that make those a plan lacks.

A step of a plan is the base of an analysis: its own analysis with this step alone, of which one
choice is another.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jsonschema import Draft202012Validator

# Section of an analysis -> what the schema calls one of its steps.
SECTIONS = {"describe": "describe", "estimates": "estimate", "tests": "test_step"}
# What an analysis does not hand on to one that is `of` it.
NOT_INHERITED = (*SECTIONS, "interaction", "note", "overall", "p_values_by_level")
ENTRY = "[]"
NUMERIC = {"number", "integer"}


@dataclass(frozen=True)
class Step:
    """A step of a plan; `how` is what stands behind its statistic or test."""

    trial: str
    analysis: str
    section: str
    statistic: str
    how: Any


@dataclass(frozen=True)
class Option:
    """A key of a step with choices or numbers; without a path, the method that stands alone."""

    section: str
    statistic: str
    method: str | None
    path: tuple[str, ...]
    schema: Mapping[str, Any]

    def __str__(self) -> str:
        names = (self.statistic, self.method, *self.path)
        named = [name for name in names if name not in (None, ENTRY)]
        return f"{self.section}: {'.'.join(named)}"

    def of(self, step: Step) -> bool:
        """Whether the step can have this option."""
        if (step.section, step.statistic) != (self.section, self.statistic):
            return False
        method = step.how.get("method") if isinstance(step.how, Mapping) else None
        return method == self.method and isinstance(step.how, str) == (not self.path)

    def lacking(self, steps: Sequence[Step]) -> list[Any]:
        """The choices that no step makes; another number where all steps have the same one."""
        used = [value for step in steps if self.of(step) for value in _at(step.how, self.path)]
        if "enum" in self.schema:
            return [choice for choice in self.schema["enum"] if choice not in used]
        if self.schema["type"] == "boolean":
            return [choice for choice in (False, True) if choice not in used]
        numbers = {value for value in used if isinstance(value, int | float)}
        if len(numbers) > 1:
            return []
        number = next(iter(numbers), self.schema.get("minimum", 1))
        allowed = Draft202012Validator(dict(self.schema)).is_valid
        return [next(n for n in (number + 1, number / 2, number - 1) if allowed(n))]


@dataclass(frozen=True)
class Choice:
    """A choice of an option that no step of the plans makes, and every step that would make it."""

    option: Option
    value: Any
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return f"{self.option}: {json.dumps(self.value)}"


def options(schema: Mapping[str, Any]) -> Iterator[Option]:
    """Every option of the steps in the schema of the plan."""
    sections = {section: schema["$defs"][name] for section, name in SECTIONS.items()}
    sections["interaction"] = schema["$defs"]["interaction"]
    for section, steps in sections.items():
        for statistic, node in steps["properties"].items():
            for method, path, leaf in _leaves(node):
                # The choice of the method that options stand beside: `allOf` has its options.
                if path != ("method",):
                    yield Option(section, statistic, method, path, leaf)


def _leaves(
    node: Mapping[str, Any], path: tuple[str, ...] = (), method: str | None = None
) -> Iterator[tuple[str | None, tuple[str, ...], Mapping[str, Any]]]:
    """Method, path and schema of what is a choice or a number."""
    types = node.get("type", ())
    types = {types} if isinstance(types, str) else set(types)
    if "enum" in node or types & {*NUMERIC, "boolean"}:
        yield method, path, node
    for key, inner in node.get("properties", {}).items():
        yield from _leaves(inner, (*path, key), method)
    if "items" in node:
        yield from _leaves(node["items"], (*path, ENTRY), method)
    for branch in ("then", "else"):
        if branch in node:
            yield from _leaves(node[branch], path, method)
    for case in node.get("allOf", ()):
        yield from _leaves(case["then"], path, case["if"]["properties"]["method"]["const"])


def _at(how: Any, path: Sequence[str]) -> Iterator[Any]:
    """The values at a path of a step."""
    if not path:
        yield how
    elif path[0] == ENTRY and isinstance(how, list):
        for entry in how:
            yield from _at(entry, path[1:])
    elif isinstance(how, Mapping) and path[0] in how:
        yield from _at(how[path[0]], path[1:])


def _with(how: Any, path: Sequence[str], value: Any) -> Iterator[Any]:
    """The step with this value at a path, once for each entry of a list on the way.

    A list of values, unlike one of mappings, becomes the value alone.
    """
    if not path:
        yield value
    elif path == (ENTRY,):
        yield [value]
    elif path[0] == ENTRY:
        for n, entry in enumerate(how):
            for other in _with(entry, path[1:], value):
                yield [*how[:n], other, *how[n + 1 :]]
    else:
        for other in _with(how.get(path[0], {}), path[1:], value):
            yield how | {path[0]: other}


def steps_of(plans: Mapping[str, Mapping[str, Any]]) -> list[Step]:
    """Every step of the plans of these trials."""
    return [
        Step(trial, name, section, *next(iter(entry.items())))
        for trial, plan in plans.items()
        for name, analysis in plan["analyses"].items()
        for section in (*SECTIONS, "interaction")
        for entry in _entries(analysis, section)
    ]


def _entries(analysis: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    entries = analysis.get(section, [])
    return [entries] if section == "interaction" and entries else entries


def lacking(schema: Mapping[str, Any], steps: Sequence[Step]) -> list[Choice]:
    """Every choice that no step makes, with the steps that are one choice away."""
    return [
        Choice(
            option,
            value,
            tuple(
                replace(step, how=how)
                for step in steps
                if option.of(step)
                for how in _with(step.how, option.path, value)
            ),
        )
        for option in options(schema)
        for value in option.lacking(steps)
    ]


def analysis_of(plan: Mapping[str, Any], step: Step, label: str) -> dict[str, Any]:
    """The analysis of a step with this step alone; an interaction stands beside other steps."""
    whole = _inherited(plan["analyses"], plan["analyses"][step.analysis]) | {"label": label}
    entry = {step.statistic: step.how}
    if step.section == "interaction":
        return whole | {step.section: entry}
    kept = {key: value for key, value in whole.items() if key not in (*SECTIONS, "interaction")}
    return kept | {step.section: [entry]}


def _inherited(analyses: Mapping[str, Any], analysis: Mapping[str, Any]) -> dict[str, Any]:
    if "of" not in analysis:
        return dict(analysis)
    parent = _inherited(analyses, analyses[analysis["of"]])
    handed = {key: value for key, value in parent.items() if key not in NOT_INHERITED}
    return handed | {key: value for key, value in analysis.items() if key != "of"}
