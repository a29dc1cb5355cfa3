"""What an audit found, arranged by the rows of the form."""

from collections.abc import Iterable
from dataclasses import dataclass

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.registration.registration import held
from trialtrace.audit.registration.rows import Held
from trialtrace.audit.relations.engine import (
    CONTRADICTS,
    HOLDS,
    NOT_CHECKED,
    QUESTION,
    Judgement,
    State,
)
from trialtrace.audit.relations.tables import judgements

SIZES, BASELINE, EFFECTS, OTHERS, TESTS = "4.6", "4.3", "4.7", "4.10", "4.9"
WHOLES, REGISTRY, PUBLICATIONS = "4.8", "2.3", "4.11"
ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        SIZES,
        (
            *("size.", "total.", "split.", "part.", "population.", "factor.count"),
            *("comparison.total", "share.everyone", "share.rule", "share.denominator"),
            "share.outcomes",
        ),
    ),
    (BASELINE, ("baseline.",)),
    (EFFECTS, ("difference.large", "deviation.unlike")),
    (
        OTHERS,
        (
            *("number.", "fact", "place.", "whole.", "headline.", "comparison.reduction"),
            *("direction.", "difference.sign", "hazard.direction", "significance."),
            *("statement.", "curve.order"),
        ),
    ),
    (WHOLES, ("share.", "mean.granularity", "deviation.granularity", "median.granularity")),
    (OTHERS, ("mean.scale", "deviation.scale", "quantile.scale", "quantile.order")),
)
"""The row of a relation by the first name that it begins with; of all others it is TESTS."""
ORDER = (SIZES, WHOLES, OTHERS, PUBLICATIONS, REGISTRY, TESTS, BASELINE, EFFECTS)
"""Of several contradictions of one number, the first of these rows has it."""
MAY_BE_EXPLAINED = (
    *("share.everyone", "share.rule", "interval.share", "headline.", "fact", "statement."),
    *("median.", "curve.", "quantile.deviation"),
)
"""Relations with an explanation that a paper need not print: available cases, another method of an
interval, a share of some patients. They are unclear, not yes."""
REPORTING = (
    *("statement.no_difference", "statement.groups", "statement.feasibility", "statement.safety"),
    "share.left",
)
"""Relations that ask for a number which a paper does not print: a matter of reporting, not of
trust."""
OF_MEANS = ("p.means", "p.group_means", "difference.estimate")


@dataclass(frozen=True)
class Found:
    """A contradiction or a question of one number: in which row it stands, and its state."""

    row: str
    state: State
    relation: str
    claim: str
    place: str
    sentence: str
    explained: bool


@dataclass(frozen=True)
class Results:
    """Everything that a form needs of an audit: findings by row, each claim in one row alone, the
    numbers that were checked by row, the registration, and how many continuous results are exactly
    what the rounded summaries give, of how many."""

    found: tuple[Found, ...]
    checked: dict[str, int]
    registered: tuple[Held, ...]
    exact: tuple[int, int]

    def of(self, row: str) -> list[Found]:
        return [one for one in self.found if one.row == row]


def results(ledger: Ledger) -> Results:
    """The audit of a ledger, arranged by the rows of the form."""
    every = [one for one in judgements(ledger) if one.relation not in REPORTING]
    found = [_found(ledger, one) for one in every if one.state in (CONTRADICTS, QUESTION)]
    found.sort(key=lambda one: (one.state != CONTRADICTS, ORDER.index(one.row)))
    # The numbers of a sum that does not hold are not counted once more as percentages or tests.
    rows: dict[tuple[str, ...], str] = {}
    kept = [one for one in found if rows.setdefault(_thing(ledger, one), one.row) == one.row]
    checked: dict[str, set[tuple[str, str]]] = {}
    for one in every:
        if one.state != NOT_CHECKED:
            checked.setdefault(row_of(ledger, one), set()).add((one.claim, one.part))
    counts = {row: len(numbers) for row, numbers in checked.items()}
    return Results(tuple(kept), counts, tuple(held(ledger)), _exact(every))


def _thing(ledger: Ledger, found: Found) -> tuple[str, ...]:
    """What stands in one row: a question by its claim, a contradiction by what it is about."""
    about = ledger.entries[found.claim].about
    if found.state == QUESTION:
        return (found.claim,)
    return (*map(str, about.cell), str(about.group), str(about.category), str(about.compare))


def _found(ledger: Ledger, one: Judgement) -> Found:
    entry = ledger.entries[one.claim]
    return Found(
        row_of(ledger, one),
        one.state,
        one.relation,
        one.claim,
        f"{entry.label}: {entry.printed} ({entry.place})",
        one.sentence,
        one.relation.startswith(MAY_BE_EXPLAINED),
    )


def row_of(ledger: Ledger, one: Judgement) -> str:
    """The one row of the form in which a judgement stands."""
    papers = {ledger.entries[name].paper for name in one.core}
    if len(papers) > 1:
        return REGISTRY if papers & set(ledger.registered) else PUBLICATIONS
    return next((row for row, names in ROWS if one.relation.startswith(names)), TESTS)


def _exact(every: Iterable[Judgement]) -> tuple[int, int]:
    """How many tests and differences of means the rounded summaries give to the last digit, of how
    many that they give at all."""
    made = [one.exact for one in every if one.relation in OF_MEANS and one.state == HOLDS]
    return sum(made), len(made)
