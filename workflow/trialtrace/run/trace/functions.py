"""The functions that make a number, by name, with file and line: what a trace calls its code."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from trialtrace.run.trial.plan.card import TEST, Card
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING
from trialtrace.run.trial.plan.references import ADJUSTMENTS
from trialtrace.run.trial.plan.registry import of_method

PACKAGE = Path(__file__).resolve().parents[2]
SHOWN = "workflow/trialtrace"
# What makes the numbers that no card of the plan names.
DISPLAYS = {
    "baseline": "run/methods/displays/analyse.py:baseline",
    "flow": "run/methods/displays/analyse.py:flow",
    "adverse_events": "run/methods/displays/analyse.py:adverse_events",
    PLANNING: "run/methods/planning/analyse.py:planning",
}
ADJUST = "run/methods/multiplicity/analyse.py:adjust"
COUNTS = "run/methods/analysing/run.py:run_analysis"


@dataclass(frozen=True)
class Function:
    """A function of the package: its name, its file and the line on which it begins."""

    name: str
    file: str
    line: int
    text: str


@cache
def functions_of(analysis: str, method: str) -> tuple[dict[str, str | int], ...]:
    """What makes a result, by name, file and line; a count has what runs its analysis."""
    return tuple(
        {"name": function.name, "file": function.file, "line": function.line}
        for function in made_by(analysis, method)
    )


@cache
def made_by(analysis: str, method: str) -> list[Function]:
    """The same with the text of each."""
    if analysis in DISPLAYS:
        return [_function(DISPLAYS[analysis])]
    short = method.partition(".")[2]
    if any(short.startswith(f"{one}_") for one in ADJUSTMENTS):
        return [_function(ADJUST)]
    card = _card(method)
    named = (
        [formula.replace(".", "/").replace(":", ".py:") for formula in card.formulas]
        if card
        else []
    )
    return [_function(f"stats/{one}") for one in named] or [_function(COUNTS)]


@cache
def _card(method: str) -> Card | None:
    """The card of a result: its own, that of its test, or one by whose method it is made."""
    statistic, _, short = method.partition(".")
    cards = of_method(short)
    for name in (statistic, TEST):
        for card in cards:
            if card.statistic == name:
                return card
    return cards[0] if cards else None


@cache
def _function(named: str) -> Function:
    """A function by "file:name"; its text goes from its first line to the next that begins one."""
    file, _, name = named.partition(":")
    lines = (PACKAGE / file).read_text(encoding="utf-8").splitlines()
    start = re.compile(rf"(def|class) {name}\b|{name} = ")
    first = next((at for at, line in enumerate(lines) if start.match(line)), None)
    if first is None:
        return _function(_imported(file, name, lines))
    last = first + 1
    while last < len(lines) and (not lines[last] or lines[last][0] in " )]}"):
        last += 1
    text = "\n".join(lines[first:last]).rstrip()
    return Function(name, f"{SHOWN}/{file}", first + 1, text)


def _imported(file: str, name: str, lines: list[str]) -> str:
    """Where a function is defined that a module has from another one."""
    text = "\n".join(lines)
    match = re.search(rf"^from trialtrace\.([\w.]+) import [^#]*?\b{name}\b", text, re.MULTILINE)
    if match is None:
        raise LookupError(f"{file} has no {name}")
    return f"{match[1].replace('.', '/')}.py:{name}"
