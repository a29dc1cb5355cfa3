"""Of how many patients an outcome is known, by visit and by arm, and where that is unequal.

Losses between those randomised and those analysed are no outcome, and are told whatever the outcome
says. Of an endpoint that one arm has none of, nothing is tested: it is of the others alone. p is
Pearson's, or Fisher's exact one where fewer than five are expected in a cell of two arms; of
clusters that of an analysis of variance of their shares; times all endpoints and visits that are
tested. Who died before a visit and has no value is left out of it; where nothing tells when it was
due, or when they died, whoever died at any time is, and a note says what that hides. Where a
patient has every treatment it is the exact test of McNemar: patients of whom the outcome is known
with one treatment alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Flags, Floats
from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.endpoints.dates import day_numbers
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.visit_days import UNITS, day_of
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.look import UNEQUAL
from trialtrace.run.tables.measures import of_death
from trialtrace.run.trial.model import adsl_code, visit_labels
from trialtrace.run.trial.plan.methods import BINARY, SCORES, TIMES

# Endpoint -> visit ("" where there is none) -> arm -> (known, all).
Known = dict[str, dict[str, dict[str, tuple[int, int]]]]
FEWEST_LOST, FEWEST_EXPECTED, FEWEST_CLUSTERS, LINES = 5, 5.0, 3, 3


def known_by_arm(study: Study) -> Known:
    """Counts of all endpoints that are numbers, answers or times, of every arm; where a patient has
    every treatment of all patients by treatment; nothing where the arms are blinded."""
    arms = planned_arms(study)
    if len(arms) < 2:
        within = {} if study.trial.at.purpose.hides_arms else _known_within(study)
        return {
            name: {
                visit: {arm: (int(there.sum()), study.size) for arm, there in treatments.items()}
                for visit, treatments in visits.items()
            }
            for name, visits in within.items()
        }
    made: Known = {}
    for name, records in study.made.items():
        if _has_values(records):
            made[name] = {
                visit: {arm: _counts(there, mask) for arm, mask in arms.items()}
                for visit, there in _known(records, study.size)
            }
    return made


def _has_values(records: Records) -> bool:
    return "AVAL" in records.columns and records.dataset in ("bds", "adtte")


def planned_arms(study: Study) -> dict[str, Flags]:
    """Name of each arm -> its patients; none where a patient has every treatment."""
    planned = study.adsl.columns.get("TRT01P")
    if planned is None:
        return {}
    names = np.array(planned.to_pylist(), dtype=object)
    return {name: names == name for name in study.trial.design.arms}


def _known(records: Records, size: int, among: Flags | bool = True) -> Iterator[tuple[str, Flags]]:
    """Each visit with the patients who have a value at it, in these rows."""
    valid = records.columns["AVAL"].is_valid().to_numpy(zero_copy_only=False) & among
    labels = records.columns.get("AVISIT")
    visits = np.array([""] * len(records) if labels is None else labels.to_pylist(), dtype=object)
    visits[visits == None] = ""  # noqa: E711 - element by element
    for visit in dict.fromkeys(visits.tolist()):
        there = np.zeros(size, dtype=bool)
        there[records.subject[valid & (visits == visit)]] = True
        yield visit, there


def unequal_losses(study: Study) -> Iterator[RedLine]:
    """A line for each of the endpoints and required variables that are most unequally known, and
    how many more are."""
    deaths, groups, arms = _deaths(study), _clusters(study), planned_arms(study)
    looked_at = list(_looked_at(study))
    died = {(name, visit): deaths.before(due) for name, visit, _, due in looked_at}
    values = {(name, visit): there for name, visit, there, _ in looked_at}
    tested = chances_of([(*key, values[key], gone) for key, gone in died.items()], arms, groups)
    yield from _within_patients(study)
    unusual = sorted(one for one in tested if one[0] < UNEQUAL)
    first = list({name: (p, name, visit) for p, name, visit in reversed(unusual)}.values())[::-1]
    labels_of = {name: f"Endpoint {name} ({e.label})" for name, e in study.trial.endpoints.items()}
    for p, name, visit in first[:LINES]:
        there = values[name, visit]
        at = f" at {visit}" if visit else ""
        text = f"{labels_of.get(name, name)} is known unequally by arm{at}: "
        text += f"{_by_arm(study, there, np.ones(study.size, dtype=bool))}, which has p {p:.2g} "
        text += f"by chance among {len(tested)} such counts"
        text += "." if groups is None else " of clusters."
        if (gone := died[name, visit]).any():
            when = "before it" if at and not np.array_equal(gone, deaths.died) else "at any time"
            text += f" Of those of whom it is not known, died {when}, which p leaves out: "
            text += f"{_by_arm(study, gone, ~there)}."
        more = len(first) - LINES
        if more > 0 and name == first[LINES - 1][1]:
            text += f" So are {more} more."
        yield RedLine("known_unequally", "", None, text)


def behind_deaths(study: Study) -> Iterator[RedLine]:
    """A line for each endpoint that is known unequally where nothing tells whether those who died
    and have no value died before it was due."""
    deaths, groups, arms = _deaths(study), _clusters(study), planned_arms(study)
    looked_at = list(_looked_at(study))
    nobody = np.zeros(study.size, dtype=bool)
    every, rest = (
        {
            (name, visit): p
            for p, name, visit in chances_of(
                [(name, visit, there, gone(due)) for name, visit, there, due in looked_at],
                arms,
                groups,
            )
        }
        for gone in (lambda due: nobody, deaths.before)
    )
    for name, visit, there, due in looked_at:
        undated = deaths.died if due is None else deaths.died & np.isnan(deaths.day)
        p = every.get((name, visit), 1.0)
        if (undated & ~there).any() and p < UNEQUAL <= rest.get((name, visit), 1.0):
            at = f" at {visit}" if visit else ""
            text = (
                f"Endpoint {name}{at} is known of {_by_arm(study, there, ~nobody)}, which chance "
            )
            text += f"hardly gives (p {p:.2g}). Of those without it died at some time "
            text += (
                f"{_by_arm(study, deaths.died, ~there)}; nothing tells whether before it was due."
            )
            yield RedLine("known_unequally", "", None, text)


def _known_within(study: Study) -> dict[str, dict[str, dict[str, Flags]]]:
    """Of each endpoint with values by treatment, by visit, the patients who have one with each."""
    made: dict[str, dict[str, dict[str, Flags]]] = {}
    for name, records in _endpoints(study):
        if "TRTP" not in records.columns:
            continue
        treatment = np.array(records.columns["TRTP"].to_pylist(), dtype=object)
        every = {
            arm: _known(records, study.size, treatment == arm) for arm in study.trial.design.arms
        }
        for arm, visits in every.items():
            for visit, there in visits:
                made.setdefault(name, {}).setdefault(visit, {})[arm] = there
    return made


def _within_patients(study: Study) -> Iterator[RedLine]:
    """A line for each endpoint that is known with one treatment alone of more patients than with
    another alone. Of three treatments some may not have been meant for all."""
    if study.trial.at.purpose.hides_arms:
        return
    tested, arms = [], study.trial.design.arms
    for name, visits in _known_within(study).items():
        there = {arm: np.any([each[arm] for each in visits.values()], axis=0) for arm in arms}
        for arm, other in combinations(there, 2):
            alone = [int((there[a] & ~there[b]).sum()) for a, b in ((arm, other), (other, arm))]
            meant = len(arms) == 2 or (there[arm] & there[other]).sum() > sum(alone)
            if sum(alone) >= FEWEST_LOST and meant and there[arm].any() and there[other].any():
                p = min(1.0, 2 * chances.binomial(max(alone), sum(alone), 0.5))
                counts = {one: int(there[one].sum()) for one in (arm, other)}
                tested.append((p, name, counts, alone))
    for p, name, counts, alone in tested:
        if p * len(tested) < UNEQUAL:
            labels = [arms[arm].label for arm in counts]
            of = zip(labels, counts.values(), alone, strict=True)
            told = [f"{label} {k} of {study.size} ({own} with it alone)" for label, k, own in of]
            text = f"Endpoint {name} ({study.trial.endpoints[name].label}) is known unequally by "
            text += f"treatment within patients: {', '.join(told)}, which has p "
            text += f"{p * len(tested):.2g} by chance among {len(tested)} such counts."
            yield RedLine("known_unequally", "", None, text)


def chances_of(
    looked_at: Iterable[tuple[str, str, Flags, Flags]],
    arms: Mapping[str, Flags],
    groups: Floats | None = None,
) -> list[tuple[float, str, str]]:
    """The chance of as unequal losses between arms of each endpoint and visit that is tested, times
    how many are: who has a value, and who died before. `groups` are the clusters where these were
    randomised."""
    tested = []
    for name, visit, there, died in looked_at if len(arms) > 1 else ():
        # Who died has no value, and deaths are an outcome.
        counted = there | ~died
        counts = {arm: _counts(there, mask & counted) for arm, mask in arms.items()}
        if _tested(counts):
            p = _chance(counts) if groups is None else _by_group(there, counted, arms, groups)
            tested.append((p, name, visit))
    return [(p * len(tested), name, visit) for p, name, visit in tested]


def _endpoints(study: Study) -> Iterator[tuple[str, Records]]:
    """Endpoints that are tested: numbers, answers and times."""
    for name, records in study.made.items():
        endpoint = study.trial.endpoints.get(name)
        if endpoint and endpoint.kind in BINARY + SCORES + TIMES and _has_values(records):
            yield name, records


def _looked_at(study: Study) -> Iterator[tuple[str, str, Flags, float | None]]:
    """Endpoints at each visit, and the variables of the subjects that the dictionary requires: who
    has a value, and by what day since the start of follow-up nearly all had it."""
    start = _deaths(study).start
    for name, records in _endpoints(study):
        for visit, there in _known(records, study.size):
            yield name, visit, there, _due(records, visit, start)
    for name, origin in study.trial.subjects.origins.items():
        variable = study.trial.dictionary.get(origin.table, {}).get(origin.column)
        values = study.adsl.columns.get(adsl_code(name))
        if variable is not None and variable.required and values is not None:
            there = values.is_valid().to_numpy(zero_copy_only=False)
            yield f"Variable {name} of the subjects", "", there, None


def _due(records: Records, visit: str, start: Floats) -> float | None:
    """The day by which 19 in 20 of those with a value had their visit, by its dates, else by its
    label; None where nothing tells it."""
    if "ADT" in records.columns and visit:
        here = np.array(records.columns["AVISIT"].to_pylist(), dtype=object) == visit
        day = day_numbers(records.columns["ADT"]) - start[records.subject]
        if (here & ~np.isnan(day)).any():
            return float(np.nanquantile(day[here], 0.95))
    return day_of(visit)


@dataclass(frozen=True)
class Deaths:
    """Who died, the day since the start of the time to it, and the date of that start; NaN where
    a day is not known."""

    died: Flags
    day: Floats
    start: Floats

    def before(self, due: float | None) -> Flags:
        """Who died before a day; at any time where one of the days is not known."""
        return self.died if due is None else self.died & ~(self.day > due)


def _deaths(study: Study) -> Deaths:
    """By endpoints that end all, or that are deaths by their label."""
    died = np.zeros(study.size, dtype=bool)
    day, start = (np.full(study.size, np.nan) for _ in range(2))
    for name, endpoint in study.trial.endpoints.items():
        ends = of_death(endpoint.label, time=endpoint.kind in TIMES)
        if (
            (ends or getattr(endpoint.entry, "terminal", False))
            and endpoint.kind in BINARY + TIMES
            and name in study.made
        ):
            records = study.made[name]
            timed = endpoint.kind in TIMES
            column, code = ("CNSR", 0) if timed else ("AVAL", 1)
            met = records.numbers(column) == code
            died[records.subject[met]] = True
            if timed:
                day[records.subject[met]] = _days(records)[met]
                if "STARTDT" in records.columns:
                    start[records.subject] = day_numbers(records.columns["STARTDT"])
    return Deaths(died, day, start)


def _days(records: Records) -> Floats:
    """Times in days; NaN of a unit that is none of time."""
    units = records.columns.get("AVALU", pa.nulls(len(records), pa.string())).to_pylist()
    factors = [UNITS.get((unit or "").lower().rstrip("s"), np.nan) for unit in units]
    days: Floats = records.numbers("AVAL") * np.array(factors, dtype=float)
    return days


def _clusters(study: Study) -> Floats | None:
    """The number of each patient's cluster, NaN without one; None where patients are randomised."""
    if study.trial.design.kind != "cluster":
        return None
    code = adsl_code(study.trial.design.unit or "")
    names = study.adsl.columns.get(code, pa.nulls(study.size, pa.string()))
    numbers: Floats = names.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return numbers.astype(float)


def _by_group(there: Flags, counted: Flags, arms: Mapping[str, Flags], groups: Floats) -> float:
    """The chance by the clusters' shares: losses of one cluster go together. Nothing is told of
    few clusters, or where they are not known."""
    shares = []
    for mask in arms.values():
        own = mask & counted & ~np.isnan(groups)
        _, which = np.unique(groups[own], return_inverse=True)
        shares.append(np.bincount(which, there[own]) / np.bincount(which))
    few = min(map(len, shares)) < FEWEST_CLUSTERS
    return 1.0 if few or np.ptp(np.concatenate(shares)) == 0 else chances.anova(shares)


def _counts(there: Flags, mask: Flags) -> tuple[int, int]:
    return int((there & mask).sum()), int(mask.sum())


def _by_arm(study: Study, flags: Flags, among: Flags) -> str:
    """So many of so many of each arm."""
    labels = {name: arm.label for name, arm in study.trial.design.arms.items()}
    counts = {arm: _counts(flags, mask & among) for arm, mask in planned_arms(study).items()}
    return ", ".join(f"{labels[arm]} {k} of {n}" for arm, (k, n) in counts.items())


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
        if values is not None and _has_values(records):
            yield from _arms_without(study, name, dict(_known(records, study.size)))


def _arms_without(study: Study, name: str, known: dict[str, Flags]) -> Iterator[RedLine]:
    """A line for each arm that has values at other visits, and none where other arms have some."""
    for arm, mask in planned_arms(study).items():
        lacking = [v for v, there in known.items() if there.any() and not (there & mask).any()]
        if lacking and len(lacking) < len(known):
            label, n = study.trial.design.arms[arm].label, int(mask.sum())
            text = f"Endpoint {name}: none of the {n} patients of {label} has a value at "
            yield RedLine("no_value_at_visit", "", None, f"{text}{one_of(lacking)}, others have.")


def _tested(arms: Mapping[str, tuple[int, int]]) -> bool:
    lost = sum(n - k for k, n in arms.values())
    return lost >= FEWEST_LOST and all(k for k, _ in arms.values())


def chance_of_losses(arms: Mapping[str, tuple[int, int]]) -> float:
    """The chance of losses as unequal between groups of patients, (kept, all) of each; 1 of few."""
    return _chance(arms) if len(arms) > 1 and _tested(arms) else 1.0


def _chance(arms: Mapping[str, tuple[int, int]]) -> float:
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
