"""The lines of plan.yaml and the results of each: every entry has its results, every result its
entry.

Made from what the plan asks for (`planned_results`), so that a result of a run which no entry asks
for, and an entry without a result, can be seen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from typing import TYPE_CHECKING

from trialtrace.base.config.compose import Path_
from trialtrace.run.methods.analysing.planned import ANY_LEVEL, planned_results

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

STEPS = ("describe", "estimates", "tests", "interaction")
# Of these every entry makes results, of analyses their steps.
RESULTS = ("multiplicity", "planning")


@dataclass(frozen=True)
class PlanLine:
    """An entry of plan.yaml: its key, its line there, and the results that it asks for."""

    key: Path_
    line: int
    results: tuple[str, ...]

    @property
    def name(self) -> str:
        """ "analyses.cipn.estimates[1]", counted from 1."""
        text = "".join(
            f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in self.key
        )
        return text.removeprefix(".")

    @property
    def asks(self) -> bool:
        """Whether it is an entry that has results."""
        return self.key[0] in RESULTS or (len(self.key) > 2 and self.key[2] in STEPS)


def plan_lines(trial: "Trial", results: Iterable[str]) -> tuple[list[PlanLine], list[str]]:
    """Every entry of the plan in the order of its lines, with its results of a run; then the
    results that no entry asks for."""
    of, left = _entries(trial, results)
    lines = trial.lines("plan")
    kept = [
        PlanLine(key, lines[key], tuple(of.get(key, ()))) for key in lines if key in of or _top(key)
    ]
    return sorted(kept, key=lambda line: line.line), left


def _top(key: Path_) -> bool:
    """Whether a key is an entry of its own, and no part of one."""
    match key:
        case ("decision_level" | "confidence",):
            return True
        case ("estimands" | "analyses" | "multiplicity" | "planning", _):
            return True
        case ("analyses", _, "describe" | "estimates" | "tests", int()):
            return True
        case ("analyses", _, "interaction"):
            return True
        case ("displays", "baseline" | "flow") | ("displays", _, int()):
            return True
    return False


def _entries(trial: "Trial", results: Iterable[str]) -> tuple[dict[Path_, list[str]], list[str]]:
    """The results of each key, and those of none."""
    exact: dict[str, Path_] = {}
    open_: dict[str, list[tuple[re.Pattern[str], Path_]]] = {}
    for one in planned_results(trial):
        if ANY_LEVEL in one.pattern:
            found = open_.setdefault(_analysis(one.pattern), [])
            found.append((re.compile(translate(one.pattern.replace("[", "[[]"))), one.key))
        else:
            exact[one.pattern] = one.key
    of: dict[Path_, list[str]] = {}
    left: list[str] = []
    for result in results:
        key = exact.get(result) or _matching(open_, result)
        if key is None:
            left.append(result)
        else:
            of.setdefault(key, []).append(result)
    return of, left


def _matching(
    patterns: Mapping[str, list[tuple[re.Pattern[str], Path_]]], result: str
) -> Path_ | None:
    path_s: Iterator[Path_] = (
        key for pattern, key in patterns.get(_analysis(result), ()) if pattern.match(result)
    )
    return next(path_s, None)


def _analysis(result_id: str) -> str:
    return result_id.split("/")[1]
