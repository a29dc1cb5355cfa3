"""Steps of an analysis: what `describe`, `estimates`, `tests` and `interaction` may list.

Their shape follows from the cards: a statistic by the name of its method, by {method: …} with its
options, or, of a test, by the options alone. `summary` lists its statistics instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from trialtrace.config.spec import Distinct, Made, Schema, Shared, definition
from trialtrace.trial.plan.card import TEST, Card
from trialtrace.trial.plan.registry import cards
from trialtrace.trial.plan.statistics import STATISTICS

SUMMARY = Distinct[Literal["mean", "sd", "median", "quartiles", "minimum", "maximum"]]


@dataclass(frozen=True)
class Step:
    """One entry of describe, estimates, tests: a statistic, its method, every option spelt out."""

    statistic: str
    method: str
    options: Any

    @property
    def key(self) -> str:
        return f"{self.statistic}.{self.method}"


def _one_of(means: str, properties: dict[str, Schema]) -> Schema:
    return {
        "description": means,
        "type": "object",
        "required": [],
        "additionalProperties": False,
        "properties": properties,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _of_statistics(section: str, means: str) -> Schema:
    named = {name: each for name, each in STATISTICS.items() if each.section == section}
    by_name: dict[str, list[Card]] = {name: [] for name in named}
    for card in cards():
        by_name.get(card.statistic, []).append(card)
    return _one_of(
        means,
        {
            name: {"description": each.means}
            | (definition(SUMMARY) if name == "summary" else _of_methods(by_name[name]))
            for name, each in named.items()
        },
    )


def _of_methods(found: Iterable[Card]) -> Schema:
    plain = [card.method for card in found if card.options is None]
    full = {card.method: card.options for card in found if card.options is not None}
    expected = {"x-expected": ", ".join([*plain, *(f"{{method: {name}, …}}" for name in full)])}
    text: Schema = {"enum": plain} | expected
    if not full:
        return {"type": "string"} | text
    method = {"type": "string", "enum": list(full), "description": "Method."}
    body = {
        "type": "object",
        "required": ["method"],
        **expected,
        "properties": {"method": method},
        "allOf": [
            {
                "if": {"properties": {"method": {"const": name}}, "required": ["method"]},
                "then": _with_method(name, options),
            }
            for name, options in full.items()
        ],
    }
    if not plain:
        return body
    return {
        "type": ["string", "object"],
        **expected,
        "if": {"type": "string"},
        "then": text,
        "else": body,
    }


def _with_method(name: str, options: type) -> Schema:
    made = definition(options)
    method = {"type": "string", "const": name, "description": f"{name}."}
    return made | {
        "required": ["method", *made["required"]],
        "properties": {"method": method} | made["properties"],
    }


def _of_tests() -> Schema:
    tests = {card.method: card for card in cards() if card.statistic == TEST}
    return _one_of(
        "One test, with every option spelt out.",
        {
            name: definition(card.options) | {"description": card.means}
            for name, card in tests.items()
        },
    )


def _of_interaction() -> Schema:
    tests = {card.method: card.interaction for card in cards() if card.interaction is not None}
    return _one_of(
        "Test of the interaction with `by`.",
        {name: definition(options) for name, options in tests.items()},
    )


def step_of(entry: dict[str, Any]) -> Step:
    """{statistic: method}, {statistic: {method: m, option: …}} or {summary: [statistics]}."""
    ((statistic, how),) = entry.items()
    if isinstance(how, str):
        return Step(statistic, how, {})
    if isinstance(how, list):
        return Step(statistic, "descriptive", {"statistics": how})
    return Step(statistic, how["method"], {k: v for k, v in how.items() if k != "method"})


def test_of(entry: dict[str, Any]) -> Step:
    """{test: {option: …}}: its principal statistic is a p-value."""
    ((method, options),) = entry.items()
    return Step(TEST, method, dict(options))


DescribeStep = Annotated[
    Any,
    Made(
        lambda: _of_statistics(
            "describe", "One description; an arm each, and all arms where `overall` is true."
        ),
        step_of,
    ),
    Shared("plan", "describe"),
]
EstimateStep = Annotated[
    Any,
    Made(
        lambda: _of_statistics(
            "estimates",
            "One estimate with its interval, for each treated arm against the reference.",
        ),
        step_of,
    ),
    Shared("plan", "estimate"),
]
TestStep = Annotated[Any, Made(_of_tests, test_of), Shared("plan", "test_step")]
InteractionStep = Annotated[Any, Made(_of_interaction, test_of), Shared("plan", "interaction")]
