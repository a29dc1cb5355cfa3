"""Steps of an analysis: what `describe`, `estimates`, `tests` and `interaction` may list.

Their shape follows from the cards: a statistic by the name of its method, by {method: …} with its
options, or, of a test, by the options alone. `summary` lists its statistics instead.

Which statistics each step of a plan gives, and of what: the one list of their names.

What the check of claims accepts, what a planned result is called and what the documentation lists
all come from here. A test holds the results of runs to it.

A statistic is written `statistic.method@of`, `{}` standing for the method as results name it.
`of` is who it is about:

============  ===================================================================================
`group`       each arm, and all of them where the plan says `overall`
`arm`         each arm
`pair`        each comparison
`every_pair`  every pair of the arms that are compared
`all`         all arms at once
`compared`    all arms at once, or each comparison, as `groups` of the step says
============  ===================================================================================

After it may stand `;key=value`, what tells several apart; a key alone takes its values from the
step or from the data. A `?` marks what stands only where it is defined: statistics and degrees of
freedom lack where a test has no answer, or is one of a distribution that has none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

from trialtrace.base.config.spec import Made, Schema, Shared, items_of, mapping_of, structure
from trialtrace.base.config.spec_schema import definition
from trialtrace.run.trial.plan.card import TEST, Card
from trialtrace.run.trial.plan.card_modules import MODULES
from trialtrace.run.trial.plan.gives import COMPARED, EVERYONE, PAIR, Gives, ResultName
from trialtrace.run.trial.plan.methods import result_method
from trialtrace.run.trial.plan.options import NoOptions, Summarised
from trialtrace.run.trial.plan.registry import card_of, cards
from trialtrace.run.trial.plan.statistics import STATISTICS

O_co = TypeVar("O_co", covariant=True)


@dataclass(frozen=True)
class Step(Generic[O_co]):
    """One entry of describe, estimates, tests: a statistic, its method, every option spelt out.

    `options` is of the shape that the card of the method has.
    """

    statistic: str
    method: str
    options: O_co

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
            | (definition(Summarised) if name == "summary" else _of_methods(by_name[name]))
            for name, each in named.items()
        },
    )


def _of_methods(cards: Iterable[Card]) -> Schema:
    plain = [card.method for card in cards if card.options is None]
    full = {card.method: card.options for card in cards if card.options is not None}
    needed = {name: "".join(f", {key}: …" for key in needed_by(full[name])) for name in full}
    told = [f"{{method: {name}{keys}}}" for name, keys in needed.items()]
    expected = {"x-expected": ", ".join([*plain, *told])}
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


def needed_by(options: type) -> list[str]:
    """The keys of a step that have no default."""
    return list(definition(options)["required"])


def _with_method(name: str, options: type) -> Schema:
    schema = definition(options)
    method = {"type": "string", "const": name, "description": f"{name}."}
    return schema | {
        "required": ["method", *needed_by(options)],
        "properties": {"method": method} | schema["properties"],
    }


def _of_tests() -> Schema:
    tests = {card.method: card for card in cards() if card.statistic == TEST}
    return _one_of(
        "One test, with every option spelt out.",
        {
            name: definition(card.options) | ({"description": card.means} if card.means else {})
            for name, card in tests.items()
        },
    )


def _of_interaction() -> Schema:
    tests = {card.method: card.interaction for card in cards() if card.interaction is not None}
    return _one_of(
        "Test of the interaction with `by`.",
        {name: definition(options) for name, options in tests.items()},
    )


def step_of(entry: dict[str, Any]) -> Step[object]:
    """{statistic: method}, {statistic: {method: m, option: …}} or {summary: [statistics]}."""
    ((statistic, how),) = entry.items()
    if isinstance(how, str):
        return Step(statistic, how, NoOptions())
    if isinstance(how, list):
        return _made(statistic, "descriptive", {"statistics": how})
    step = {name: value for name, value in how.items() if name != "method"}
    return _made(statistic, how["method"], step)


def test_of(entry: dict[str, Any]) -> Step[object]:
    """{test: {option: …}}: its principal statistic is a p-value."""
    ((method, given),) = entry.items()
    return _made(TEST, method, given)


def interaction_of(entry: dict[str, Any]) -> Step[object]:
    """{test: {option: …}}, without the strata: these are the levels of `by`."""
    ((method, given),) = entry.items()
    return Step(TEST, method, structure(card_of(f"{TEST}.{method}").interaction, given))


def steps_of(analysis: dict[str, Any]) -> Iterator[Step[object]]:
    """Every step of an analysis as it stands in the plan."""
    for section in ("describe", "estimates"):
        yield from map(step_of, analysis.get(section, ()))
    yield from map(test_of, analysis.get("tests", ()))
    if "interaction" in analysis:
        yield interaction_of(analysis["interaction"])


def over_levels(interaction: Step[object], by: str) -> Step[object]:
    """The test of an interaction as a test within strata, which are the levels of a variable."""
    given = mapping_of(interaction.options) | {"strata": [by]}
    return _made(interaction.statistic, interaction.method, given)


def _made(statistic: str, method: str, entry: dict[str, Any]) -> Step[object]:
    return Step(statistic, method, structure(card_of(f"{statistic}.{method}").options, entry))


def _options(entry: Any, interaction: bool = False) -> Iterator[tuple[str, Any, Any]]:
    """(key, shape, data) of the options of a step whose method is known."""
    for name, how in entry.items() if isinstance(entry, dict) else ():
        if isinstance(how, dict):
            step = f"{name}.{how.get('method')}" if name in STATISTICS else f"{TEST}.{name}"
            card = card_of(step) if step in MODULES else None
            shape = card and (card.interaction if interaction else card.options)
            if shape is not None:
                yield name, shape, how


DescribeStep = Annotated[
    Any,
    Made(
        lambda: _of_statistics(
            "describe", "One description; an arm each, and all arms where `overall` is true."
        ),
        step_of,
        parts=_options,
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
        parts=_options,
    ),
    Shared("plan", "estimate"),
]
TestStep = Annotated[Any, Made(_of_tests, test_of, parts=_options), Shared("plan", "test_step")]
InteractionStep = Annotated[
    Any,
    Made(_of_interaction, interaction_of, parts=partial(_options, interaction=True)),
    Shared("plan", "interaction"),
]


# What tells apart results that are over all visits.
OVER_VISITS = ("effect", "over", "contrast", "time", "term")


@dataclass(frozen=True)
class Statistic:
    """A result of a step. `second` is what tells several apart, with its value where it is known.

    `visits`: "each", "later" than the first, or None where one result is over all visits; `sure` is
    false for what stands only where it is defined.
    """

    stat: str
    method: str
    of: str
    second: tuple[str, str | None] | None
    sure: bool
    visits: str | None

    @property
    def name(self) -> str:
        return f"{self.stat}.{self.method}"


def statistics(step: Step[object], *, own: bool) -> tuple[Statistic, ...]:
    """The statistics of a step.

    `own` says that each subject has every treatment: a correlation is then of the differences, and
    what compares later visits with the first has none at that one.
    """
    card, gives = card_of(step.key), given(step, own=own)
    named = result_method(card.method, step.options)
    each = gives.results if isinstance(gives, Gives) else map(_read, gives.split())
    return tuple(_placed(one, named, card, step, own=own) for one in each)


def given(step: Step[object], *, own: bool) -> str | Gives:
    """What the card of a step says that it gives."""
    card = card_of(step.key)
    gives = card.gives(step.options, own) if callable(card.gives) else card.gives
    return gives or f"{card.statistic}.{{}}@{PAIR}"


def _read(text: str) -> ResultName:
    head, _, tail = text.removesuffix("?").partition(";")
    name, _, of = head.partition("@")
    stat, _, method = name.partition(".")
    second, _, value = tail.partition("=")
    apart = (second, value or None) if tail else None
    return ResultName(stat, of, not text.endswith("?"), method, apart)


def _placed(
    each: ResultName, method: str, card: Card, step: Step[object], *, own: bool
) -> Statistic:
    of = each.of
    if of == COMPARED:
        of = EVERYONE if items_of(step.options).get("groups") == "all" else PAIR
    second = each.second[0] if each.second else ""
    return Statistic(
        each.stat,
        each.method.replace("{}", method),
        of,
        each.second,
        each.sure,
        _visits(card, second, own=own),
    )


def _visits(card: Card, second: str, *, own: bool) -> str | None:
    """At which visits a step gives a statistic; of an effect over visits there is one."""
    if card.visits == "each":
        return "each"
    if second in OVER_VISITS:
        return None
    later = card.statistic == "change_difference" or (own and card.method == "ordinal_mixed")
    return "later" if later else "each"
