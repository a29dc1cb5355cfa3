"""Whether the hypothesis that a result tests holds under a truth: what rejecting it then is."""

import json
from collections.abc import Mapping

from trialtrace.base.words import no_effect
from trialtrace.run.simulation.replicates import Trials
from trialtrace.run.simulation.truths import Known, is_null
from trialtrace.run.tables.contracts.rows import ResultRow

# Options of tests whose hypothesis is another than that there is no effect.
THRESHOLD, MARGINS = "threshold", ("margin", "lower", "upper")
# Standard errors of a large trial within which what is true may be what is tested.
NEAR = 3.0
SIGNS = {"greater": 1, "less": -1}


def holds(
    trials: Trials,
    row: ResultRow,
    known: Mapping[str, Known],
    results: Mapping[str, ResultRow],
) -> bool | None:
    """Whether what a result tests is true, so that what is rejected is an error; None where nobody
    can say, or where no difference between arms is tested.

    `known` is what is true of the estimates among the truth's `results`.
    """
    options = json.loads(row["options"])
    if not set(MARGINS).isdisjoint(options):
        return None
    if THRESHOLD in options:
        shares = [
            each
            for name, each in known.items()
            if results[name]["stat_name"] == "proportion"
            and results[name]["group1_level"] == row["group1_level"]
            and _same_place(results[name], row)
        ]
        return _agreed([_is(share, options[THRESHOLD], options.get("sides")) for share in shares])
    if trials.trial.stated.no_effect:
        return is_null(trials, row)
    if row["group1_level"] is not None or row["group2_level"] is not None:
        return None
    told = [
        _is(known[name], no_effect(other["stat_name"]), options.get("sides"))
        for name, other in results.items()
        if name in known and _same_place(other, row) and _compares(other, row)
    ]
    # Where some arms differ the hypothesis of all is wrong; of those that do not it says nothing.
    return _agreed(told) if row["comparison"] is not None else False if False in told else None


def _same_place(row: ResultRow, other: ResultRow) -> bool:
    names = ("analysis_id", "parameter", "population", "visit", "stratum")
    return all(dict(row)[name] == dict(other)[name] for name in names)


def _compares(other: ResultRow, row: ResultRow) -> bool:
    """Whether another result compares the arms of a row, or any where a row is over all of them."""
    if row["comparison"] is None:
        return other["comparison"] is not None
    return (other["comparison"], other["reference"]) == (row["comparison"], row["reference"])


def _is(known: Known, tested: float, sides: str | None) -> bool | None:
    """Whether a hypothesis on one value holds: that it is the tested one, or on the wrong side."""
    if known.value is None:
        return None
    away = (known.value - tested) * SIGNS.get(sides or "", 1)
    if known.error and abs(away) <= NEAR * known.error:
        return None
    return away <= 0 if sides in SIGNS else away == 0


def _agreed(verdicts: list[bool | None]) -> bool | None:
    """What all that can be said agree on."""
    said = set(verdicts) - {None}
    return said.pop() if len(said) == 1 else None
