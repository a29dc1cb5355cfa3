"""Composite events: a declared rule over findings and scores, by visit, up to a visit, or ever."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.names import AnalysedValue, Condition, Name, VisitLabel
from trialtrace.base.config.references import Ref
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.kinds.finding import check_visits
from trialtrace.run.endpoints.records import Cells, Records, joined, moved
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import COUNT, as_numbers, as_truth, ever, rule
from trialtrace.run.endpoints.visits import Grid, looked_at_visits, one_each
from trialtrace.run.tables.conditions import (
    Named,
    columns_of,
    describe,
    evaluate,
    joins,
    plain,
    tests_of,
)
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    MISSING,
    VALUES,
    BinaryEndpoint,
    EndpointEntry,
    Labels,
    VisitChoice,
)
from trialtrace.run.trial.model import Endpoint, baseline
from trialtrace.run.trial.plan.methods import BINARY, SCORES
from trialtrace.run.trial.references import AVAL

COUNTED = {
    "at_visit": "by what is found at each visit",
    "by_visit": "at the visit or an earlier one",
    "ever": "at any visit",
}


@shape
class Score:
    """A value."""

    of: Annotated[Name, Ref("endpoint", SCORES + BINARY)] = key("Endpoint with the value.")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )


@shape
class CompositeEvent(EndpointEntry):
    """Whether a rule over findings and scores is met."""

    findings: Distinct[BinaryEndpoint] = key(
        "Yes/no endpoints; `findings` in the rule is how many are present."
    )
    scores: Filled[Name, Score] | None = optional(
        "Values for the rule: a name of your choice to an endpoint."
    )
    event: Condition = key(
        "The rule: a condition over `findings` (their number), single findings (1 "
        "present, 0 absent) and scores.",
        constant="rule of the composite",
        words=describe,
    )
    missing: Literal["any_missing", "any_finding", "undecided", "measured"] = key(
        "any_missing: the outcome is missing where any part is; any_finding: where any finding "
        "is, or a score that is unknown could change it; undecided: only where the unknown parts "
        "could change it; measured: unknown parts count as absent."
    )
    counted: Literal["at_visit", "by_visit", "ever"] = key(
        "at_visit: by what is found at each visit; by_visit: at it or an earlier one; "
        "ever: at any visit, a record a subject."
    )
    missing_visits: Literal["undecided", "passed_over"] | None = optional(
        "Visits without an outcome, with counted: by_visit or ever. undecided: no is "
        "known only if every visit so far says no; passed_over: if every visit with an "
        "outcome does."
    )
    visits: VisitChoice | Distinct[VisitLabel] | None = optional(
        "Visits of the records: all (so where it is left out), after_baseline, or a list "
        "of labels.",
        expected="all, after_baseline, or a list of labels of visits",
    )

    @property
    def parents(self) -> list[str]:
        return list(dict.fromkeys([*self.findings, *(score.of for score in self.parts.values())]))

    @property
    def parts(self) -> dict[str, Score]:
        """The values for the rule by their names."""
        return self.scores or {}

    @property
    def follows_visits(self) -> bool:
        return self.counted != "ever"

    @property
    def chosen_visits(self) -> str | tuple[str, ...] | None:
        return self.visits

    def rule(self, labels: Labels) -> str:
        named = {name: plain(labels.of(name)) for name in self.findings}
        scores = {
            name: f"{VALUES[score.value]}{labels.of(score.of)}"
            for name, score in self.parts.items()
        }
        named |= {name: plain(words) for name, words in scores.items()}
        yes = {*self.findings, *(n for n, s in self.parts.items() if s.of in labels.yes_no)}
        text = f"yes with {_told(self.event, named, yes)}, {COUNTED[self.counted]}. "
        text += f"Findings are: {labels.listed(self.findings, '; ')}"
        words = MISSING | {
            "any_finding": "missing where any finding is"
            + f", or where it hangs on a missing value of {' or '.join(scores.values())}"
            * bool(scores)
        }
        return f"{text}; {words[self.missing]}"


def _told(condition: Mapping[str, object], named: Named, yes: Collection[str]) -> str:
    """A rule read aloud: "at least 2 findings, or at least 1 finding and worse symptoms". A part
    that is either 1 or 0 (`yes`) and must be 1 is told by its label alone."""
    told = []
    for name, test in condition.items():
        if joins(name, test) and isinstance(test, list):
            parts = [_told(part, named, yes) for part in test]
            told.append(", or ".join(parts) if name == "any" else " and ".join(parts))
        elif name == "findings" and isinstance(test, Mapping) and [*test] == ["at_least"]:
            told.append(f"at least {test['at_least']} finding{'s' * (test['at_least'] != 1)}")
        elif name in yes and test == {"is": 1}:
            told.append(named[name][0])
        else:
            told.append(describe({name: test}, named))
    return " and ".join(told)


def _check_composite(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    for score, one in entry.get("scores", {}).items():
        place = (name, "scores", score)
        if score in (COUNT, *entry["findings"]):
            document.add(place, f"the name {score}", "a name that is not taken yet")
        changed = one["of"] in files.derived and one.get("value", "value") != "value"
        if changed and baseline(one["of"], files.derived.get) is None:
            document.add(place, f"{one['of']} without a baseline", "one with `baseline`")
    columns = {COUNT: AVAL} | dict.fromkeys([*entry["findings"], *entry.get("scores", {})], AVAL)
    check_condition(document, (name, "event"), entry["event"], columns, "a part of the composite")
    over = entry["counted"] in ("by_visit", "ever")
    if over != ("missing_visits" in entry):
        found = f"{tell(entry['counted'])} {'without' if over else 'with'} missing_visits"
        expected = "missing_visits with by_visit and ever, and only with them"
        document.add((name, "counted"), found, expected)
    check_visits(files, name, entry)


ENTRIES = {"composite_event": CompositeEvent}
CHECKS = {"composite_event": _check_composite}


# --- what is derived -----------------------------------------------------------------------------


def derive_composite_event(endpoint: Endpoint[CompositeEvent], study: Study) -> Records:
    """A record a subject and visit (`counted: at_visit`, `by_visit`), or a subject (`ever`).

    GROUNDS names the findings that were present and the scores whose test was met, with the visit
    where it was an earlier one, and what was unknown. The raw cells are those of all parts, at all
    visits that decide.
    """
    entry = endpoint.entry
    grid = Grid(looked_at_visits(study, endpoint), study.size)
    findings, scores, cells = _parts(study, endpoint, grid)
    truth = rule(entry.event, findings, scores, entry.missing)
    grounds = _grounds(entry.event, findings, scores, truth)
    if entry.counted == "at_visit":
        values = grid.place() | yes_no(as_truth(truth)) | {"GROUNDS": grounds}
        return Records("bds", grid.subjects, values, tuple(cells))
    by_visit = truth.reshape(grid.visits, grid.size)
    so_far = ever(by_visit, passing_over=entry.missing_visits == "passed_over")
    grounds = _first_grounds(grid, by_visit, grounds)
    if entry.counted == "by_visit":
        values = grid.place() | yes_no(as_truth(so_far.ravel())) | {"GROUNDS": grounds}
        return Records("bds", grid.subjects, values, tuple(_later(cells, grid)))
    last = (grid.visits - 1) * grid.size
    values = yes_no(as_truth(so_far[-1])) | {"GROUNDS": grounds.slice(last)}
    subjects = np.arange(grid.size)
    return Records("bds", subjects, values, tuple(moved(cells, grid.subjects, ("AVAL",))))


def _parts(
    study: Study, endpoint: Endpoint[CompositeEvent], grid: Grid
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], list[Cells]]:
    """Findings and scores by name in the cells of the grid, and the raw cells behind them."""
    findings, scores, cells = {}, {}, []
    for name in endpoint.entry.findings:
        findings[name], behind = one_each(study, endpoint, grid, name, "value")
        known = findings[name][~np.isnan(findings[name])]
        if not np.isin(known, (0, 1)).all():
            found = f"{name}, whose values are not yes or no"
            expected = "yes/no endpoints; a value belongs under `scores`"
            raise UserError(f"{study.place(endpoint)}: {COUNT}", found=found, expected=expected)
        cells += behind
    for name, score in endpoint.entry.parts.items():
        what = score.value or "value"
        scores[name], behind = one_each(study, endpoint, grid, score.of, what)
        cells += behind
    return findings, scores, cells


def _grounds(
    condition: Mapping[str, Any],
    findings: Mapping[str, np.ndarray],
    scores: Mapping[str, np.ndarray],
    truth: np.ndarray,
) -> pa.Array:
    """ "present: a, b; unknown: c"; nothing where no part is present nor unknown."""
    named = set(columns_of(condition))
    parts = dict(findings) | {name: value for name, value in scores.items() if name in named}
    present, unknown = [], []
    for name, value in parts.items():
        met = value == 1
        if name in scores:
            table = pa.table({name: pa.array(value, from_pandas=True)})
            tests = [test for column, test in tests_of(condition) if column == name]
            met = np.any([as_numbers(evaluate({name: t}, table)) == 1 for t in tests], axis=0)
        present.append(_where(met, name))
        unknown.append(_where(np.isnan(value), name))
    heads = (("present: ", joined(present, ", ")), ("unknown: ", joined(unknown, ", ")))
    return joined([pc.binary_join_element_wise(head, text, "") for head, text in heads], "; ")


def _where(mask: np.ndarray, text: str) -> pa.Array:
    return pc.if_else(pa.array(mask), text, pa.scalar(None, type=pa.string()))


def _first_grounds(grid: Grid, by_visit: np.ndarray, grounds: pa.Array) -> pa.Array:
    """At each visit the grounds of the first yes so far, with its visit; else the visit's own."""
    yes = by_visit == 1
    visit = np.arange(grid.visits)[:, None]
    first = np.where(yes.any(axis=0), yes.argmax(axis=0), grid.visits)
    source = np.where(visit >= first, first, visit)
    cell = pa.array((source * grid.size + np.arange(grid.size)).ravel())
    if not grid.labels:
        return grounds.take(cell)
    told = pc.binary_join_element_wise(grid.place()["AVISIT"], grounds, ": ")
    return told.take(cell)


def _later(cells: list[Cells], grid: Grid) -> Iterator[Cells]:
    """Cells of a visit behind the records of that visit and of all later ones."""
    for later in range(grid.visits):
        to = np.arange(len(grid)) + later * grid.size
        yield from moved(cells, np.where(to < len(grid), to, -1), ("AVAL",))
