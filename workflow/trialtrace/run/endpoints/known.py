"""Of how many patients an outcome is known, by visit and by arm, and where that is unequal.

Losses between those randomised and those analysed are no outcome, and are told whatever the outcome
says. Of an endpoint that one arm has none of, nothing is tested: it is of the others alone. p is
Pearson's, or Fisher's exact one where fewer than five are expected in a cell of two arms; times all
endpoints and visits that are tested.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.integrity import chances
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import BINARY, SCORES, TIMES
from trialtrace.run.trial.visits import visit_labels

# Endpoint -> visit ("" where there is none) -> arm -> (known, all).
Known = dict[str, dict[str, dict[str, tuple[int, int]]]]
UNUSUAL, FEWEST_LOST, FEWEST_EXPECTED, LINES = 0.01, 5, 5.0, 3


def known_by_arm(study: Study) -> Known:
    """Counts of all endpoints that are numbers, answers or times, of every arm; nothing where a
    patient has every treatment, or where the arms are blinded."""
    arms = planned_arms(study)
    if len(arms) < 2:
        return {}
    made: Known = {}
    for name, records in study.made.items():
        if "AVAL" in records.columns and records.dataset in ("bds", "adtte"):
            made[name] = {
                visit: {
                    arm: (int((there & mask).sum()), int(mask.sum())) for arm, mask in arms.items()
                }
                for visit, there in _known(records, study.size)
            }
    return made


def planned_arms(study: Study) -> dict[str, Flags]:
    """Name of each arm -> its patients; none where a patient has every treatment."""
    planned = study.adsl.columns.get("TRT01P")
    if planned is None:
        return {}
    names = np.array(planned.to_pylist(), dtype=object)
    return {name: names == name for name in study.trial.design.arms}


def _known(records: Records, size: int) -> Iterator[tuple[str, Flags]]:
    """Each visit with the patients who have a value at it."""
    valid = records.columns["AVAL"].is_valid().to_numpy(zero_copy_only=False)
    labels = records.columns.get("AVISIT")
    visits = np.array([""] * len(records) if labels is None else labels.to_pylist(), dtype=object)
    visits[visits == None] = ""  # noqa: E711 - element by element
    for visit in dict.fromkeys(visits.tolist()):
        there = np.zeros(size, dtype=bool)
        there[records.subject[valid & (visits == visit)]] = True
        yield visit, there


def unequal_losses(study: Study, known: Known) -> Iterator[RedLine]:
    """A line for each of the endpoints and required variables that are most unequally known, and
    how many more are."""
    known = {**known, **_at_entry(study)}
    labels_of = {name: f"Endpoint {name} ({e.label})" for name, e in study.trial.endpoints.items()}
    tested = []
    for name, visits in known.items():
        endpoint = study.trial.endpoints.get(name)
        if endpoint is None or endpoint.kind in BINARY + SCORES + TIMES:
            losses = [(_chance(arms), visit) for visit, arms in visits.items() if _tested(arms)]
            tested += [(p, name, visit) for p, visit in losses]
    unusual = sorted(one for one in tested if one[0] * len(tested) < UNUSUAL)
    first = list({name: (p, name, visit) for p, name, visit in reversed(unusual)}.values())[::-1]
    labels = {name: arm.label for name, arm in study.trial.design.arms.items()}
    for p, name, visit in first[:LINES]:
        counts = known[name][visit].items()
        told = ", ".join(f"{labels[arm]} {k} of {n}" for arm, (k, n) in counts)
        at = f" at {visit}" if visit else ""
        what = labels_of.get(name, name)
        text = f"{what} is known unequally by arm{at}: {told}, which "
        text += f"has p {p * len(tested):.2g} by chance among {len(tested)} such counts."
        if died := _died_of_missing(study, name, visit):
            text += f" {died}"
        more = len(first) - LINES
        if more > 0 and name == first[LINES - 1][1]:
            text += f" So are {more} more."
        yield RedLine("known_unequally", "", None, text)


def _died_of_missing(study: Study, name: str, visit: str) -> str:
    """How many of those of whom an endpoint is not known died, by arm, where deaths are known."""
    deaths = [
        study.events[one.name]
        for one in study.trial.endpoints.values()
        if one.name in study.events and one.name != name and getattr(one.entry, "terminal", False)
    ]
    there = dict(_known(study.made[name], study.size)).get(visit) if name in study.made else None
    if not deaths or there is None:
        return ""
    died, missing = np.any(deaths, axis=0), ~there
    labels = {name: arm.label for name, arm in study.trial.design.arms.items()}
    told = [
        f"{labels[arm]} {int((died & missing & mask).sum())} of {int((missing & mask).sum())}"
        for arm, mask in planned_arms(study).items()
    ]
    return f"Of those of whom it is not known, died at any time: {', '.join(told)}."


def without_values(study: Study) -> Iterator[RedLine]:
    """A line for each endpoint of which nobody has a value at some of its visits."""
    for name, records in study.made.items():
        visits, values = (records.columns.get(one) for one in ("AVISIT", "AVAL"))
        values = records.columns.get("AVALC") if values is None else values
        if visits is None:
            continue
        there = set() if values is None else {*visits.filter(values.is_valid()).to_pylist()}
        labels = visit_labels(name, study.trial.endpoints.get)
        if lacking := [label for label in labels if label not in there]:
            text = f"Endpoint {name}: no row of the data gives a value at {one_of(lacking)}."
            yield RedLine("no_value_at_visit", "", None, text)


def _at_entry(study: Study) -> Known:
    """The same counts of the variables of the subjects that the dictionary requires."""
    made: Known = {}
    for name, origin in study.trial.subjects.origins.items():
        variable = study.trial.dictionary.get(origin.table, {}).get(origin.column)
        values = study.adsl.columns.get(adsl_code(name))
        if variable is not None and variable.required and values is not None:
            there = values.is_valid().to_numpy(zero_copy_only=False)
            arms = planned_arms(study).items()
            counts = {arm: (int((there & mask).sum()), int(mask.sum())) for arm, mask in arms}
            made[f"Variable {name} of the subjects"] = {"": counts}
    return made


def _tested(arms: dict[str, tuple[int, int]]) -> bool:
    lost = sum(n - k for k, n in arms.values())
    return lost >= FEWEST_LOST and all(k for k, _ in arms.values())


def _chance(arms: dict[str, tuple[int, int]]) -> float:
    counts: Floats = np.array([(k, n - k) for k, n in arms.values()], dtype=float)
    due = counts.sum(axis=1)[:, None] * counts.sum(axis=0) / counts.sum()
    if len(counts) > 2 or due.min() >= FEWEST_EXPECTED:
        return chances.pearson(counts)
    (k, n), (other, m) = ((round(count[0]), round(count.sum())) for count in counts)
    both = [
        chances.hypergeometric(k, n + m, k + other, n),
        chances.hypergeometric(other, n + m, k + other, m),
    ]
    return min(1.0, 2 * min(both))
