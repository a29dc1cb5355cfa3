"""Slips of hands and of programs in an export, after what was tried on trialtrace by others.

Each takes a true trial and a generator, and changes the trial. `UNSEEN` are slips that no check of
these columns can tell from what is true.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from rows.true_trials import Made, blocked, export_of, true_trial

from trialtrace.run.integrity.dates import EXCEL, days_exchanged
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Export

Slip = Callable[[Made, np.random.Generator], None]


def trial_to_spoil(seed: int) -> tuple[Made, np.random.Generator]:
    """A true trial with deaths, last contacts and a score at week 12 of who was there, a weight,
    CRP and response at entry, and the days of its visits."""
    made, rng = true_trial(seed), np.random.Generator(np.random.PCG64([23, seed]))
    n, entered, visited = made.n, made.patients["entered"][1], made.visits["visited"][1]
    last = np.fmax.reduce(np.column_stack([visited, entered]), axis=1)
    died = last + 1 + np.floor(rng.exponential(90, n))
    weight = np.round(rng.normal(76, 13, n), 1)
    crp = np.round(np.exp(rng.normal(1.5, 1, n)), 1)
    made.patients["died_on"] = (DATE, np.where(rng.random(n) < 0.3, died, np.nan), "")
    made.patients["weight"] = (NUMBER, weight, "kg")
    made.patients["crp"] = (NUMBER, crp, "mg/l")
    made.patients["responded"] = (CODE, (rng.random(n) < 0.4).astype(float), "")
    made.visits["day"] = (NUMBER, visited - entered[:, None], "")
    born = np.floor(entered - (made.patients["age"][1] + rng.random(n)) * 365.25)
    made.patients["born"] = (DATE, born, "")
    seen = np.where(rng.random(n) < 0.3, last, last + np.floor(rng.exponential(60, n)))
    seen = np.where(np.isnan(made.patients["died_on"][1]), seen, died)
    score = np.where(seen - entered < 84, np.nan, np.round(rng.normal(50, 10, n)))
    made.patients["last_seen"] = (DATE, seen, "")
    made.patients["score_12"] = (NUMBER, score, "")
    return made, rng


def spoiled_export(made: Made) -> Export:
    """What the checks see of it: rows in the order of the patients, every column used."""
    export = export_of(made)
    used = frozenset((one.name, c.name) for one in export.sheets for c in one.columns)
    sheets = tuple(replace(one, in_order=True) for one in export.sheets)
    milestones = {
        "randomised": ("patients", "entered"),
        "birth": ("patients", "born"),
        "last_contact": ("patients", "last_seen"),
        "death": ("patients", "died_on"),
    }
    walked = (("visits", "walked"),)
    return replace(
        export,
        used=used,
        outcomes=used,
        sheets=sheets,
        block_sizes=(4, 6),
        milestones=milestones,
        age=("patients", "age"),
        baseline=(*export.baseline, *walked),
    )


def _of_patients(made: Made, name: str, values: np.ndarray) -> None:
    kind, _, unit = made.patients[name]
    made.patients[name] = kind, values, unit


def _of_visits(made: Made, name: str, values: np.ndarray) -> None:
    kind, _, unit = made.visits[name]
    made.visits[name] = kind, values, unit


def _every_visit(made: Made, change: Callable[[np.ndarray], np.ndarray]) -> None:
    for name, (_, values, _) in list(made.visits.items()):
        _of_visits(made, name, change(values))


def _later_half(made: Made) -> np.ndarray:
    return np.arange(made.n) >= made.n // 2


def entry_of_1904(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["entered"][1]
    _of_patients(made, "entered", values - EXCEL * _later_half(made))


def visits_of_1904(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["visited"][1]
    _of_visits(made, "visited", values - EXCEL * _later_half(made)[:, None])


def deaths_of_1904(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["died_on"][1]
    _of_patients(made, "died_on", values + EXCEL * _later_half(made))


def all_deaths_of_1904(made: Made, rng: np.random.Generator) -> None:
    for name in ("died_on", "last_seen"):
        _of_patients(made, name, made.patients[name][1] + EXCEL)


def entry_a_month_early(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["entered"][1]
    _of_patients(made, "entered", values - 30 * _later_half(made))


def visits_in_reverse(made: Made, rng: np.random.Generator) -> None:
    _every_visit(made, lambda values: values[::-1])


def deaths_before_visits(made: Made, rng: np.random.Generator) -> None:
    died = made.patients["died_on"][1].copy()
    early = np.flatnonzero(~np.isnan(died))[::3]
    died[early] = made.patients["entered"][1][early] + 5
    _of_patients(made, "died_on", died)


def total_row(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["weight"][1].copy()
    values[-1] = values[:-1].sum()
    _of_patients(made, "weight", values)


def code_999(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["crp"][1]
    _of_patients(made, "crp", np.where(rng.random(made.n) < 0.06, 9999, values))


def code_minus_9(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["crp"][1].copy()
    values[rng.choice(made.n, 4, replace=False)] = -9
    _of_patients(made, "crp", values)


def heights_in_inches(made: Made, rng: np.random.Generator) -> None:
    """Of eight patients; they hide each other from a look at single values."""
    values = made.patients["height"][1].copy()
    few = rng.choice(made.n, 8, replace=False)
    values[few] = np.round(values[few] / 2.54)
    _of_patients(made, "height", values)


def weight_filled_down(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["weight"][1].copy()
    values[11:21] = values[10]
    _of_patients(made, "weight", values)


def weight_sorted(made: Made, rng: np.random.Generator) -> None:
    _of_patients(made, "weight", np.sort(made.patients["weight"][1]))


def response_sorted(made: Made, rng: np.random.Generator) -> None:
    _of_patients(made, "responded", np.sort(made.patients["responded"][1]))


def laboratory_sorted(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["lab1"][1]
    _of_visits(made, "lab1", np.sort(values.ravel()).reshape(values.shape))


def a_visit_sorted(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["walked"][1].copy()
    there = ~np.isnan(values[:, 2])
    values[there, 2] = np.sort(values[there, 2])
    _of_visits(made, "walked", values)


def columns_exchanged(made: Made, rng: np.random.Generator) -> None:
    weight, crp = made.patients["weight"][1], made.patients["crp"][1]
    _of_patients(made, "weight", crp * 0.01)
    _of_patients(made, "crp", weight)


def _in_sites(made: Made, sites: int) -> None:
    """Patients at so many sites, and their arms in blocks of these."""
    made.site = np.arange(made.n) % sites
    made.arm = blocked(np.random.default_rng(made.n), made.site)


def _at_a_site(made: Made) -> np.ndarray:
    """Who is at the largest site; a trial of one gets three."""
    site = np.bincount(made.site).argmax()
    if np.all(made.site == site):
        _in_sites(made, 3)
        site = 1
    return made.site == site


def pounds_at_a_site(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["weight"][1]
    pounds = np.round(values * 2.2046, 1)
    _of_patients(made, "weight", np.where(_at_a_site(made), pounds, values))


def nobody_responded_at_a_site(made: Made, rng: np.random.Generator) -> None:
    _in_sites(made, 2)
    values = made.patients["responded"][1]
    _of_patients(made, "responded", np.where(_at_a_site(made), 0.0, values))


def scale_turned_at_a_site(made: Made, rng: np.random.Generator) -> None:
    there = _at_a_site(made)
    values = made.visits["walked"][1].copy()
    values[there, 1:] = 730 - values[there, 1:]
    _of_visits(made, "walked", values)


def another_unit_at_a_visit(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["lab1"][1].copy()
    values[:, 3] = np.round(values[:, 3] / 10, 1)
    _of_visits(made, "lab1", values)


def older_cut_of_the_visits(made: Made, rng: np.random.Generator) -> None:
    visited = made.visits["visited"][1]
    late = visited > np.nanquantile(visited, 0.75)
    _every_visit(made, lambda values: np.where(late, np.nan, values))


def arm_filled_down(made: Made, rng: np.random.Generator) -> None:
    at = np.flatnonzero(_at_a_site(made))[5:19]
    made.arm[at] = made.arm[at[0]]


def ages_moved_down(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["age"][1].copy()
    values[made.n // 2 :] = values[made.n // 2 - 1 : -1]
    _of_patients(made, "age", values)


def another_unit_from_a_day_on(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["crp"][1]
    _of_patients(made, "crp", np.where(_later_half(made), values / 20, values))


def labels_shifted(made: Made, rng: np.random.Generator) -> None:
    moved = np.arange(made.n) % 3 == 0

    def change(values: np.ndarray) -> np.ndarray:
        later = np.column_stack([values[:, 1:], np.full(len(values), np.nan)])
        return np.where(moved[:, None], later, values)

    made.visits["day"] = (NUMBER, np.round(np.tile(np.arange(4) * 30.0, (made.n, 1))), "")
    _every_visit(made, change)


def one_weight(made: Made, rng: np.random.Generator) -> None:
    _of_patients(made, "weight", np.full(made.n, 70.0))


def one_day_of_entry(made: Made, rng: np.random.Generator) -> None:
    _of_patients(made, "entered", np.full(made.n, made.patients["entered"][1][0]))


def first_carried_forward(made: Made, rng: np.random.Generator) -> None:
    values, who = made.visits["lab1"][1].copy(), rng.random(made.n) < 0.9
    values[who, 1:] = values[who, :1]
    _of_visits(made, "lab1", values)


def patients_again(made: Made, rng: np.random.Generator) -> None:
    who = np.arange(made.n)
    who[-4:] = who[:4]
    again = made.taken(who)
    made.patients, made.visits = again.patients, again.visits


def days_and_months_exchanged(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["visited"][1]
    later = np.where(np.isnan(values), np.nan, days_exchanged(np.nan_to_num(values)))
    later[1::2] = 0
    _of_visits(made, "visited", values + np.nan_to_num(later))


def a_year_late(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["visited"][1].copy()
    values[::6, 3] += 365
    _of_visits(made, "visited", values)


def last_contacts_a_year_early(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["last_seen"][1].copy()
    values[rng.choice(made.n, 5, replace=False)] -= 365
    _of_patients(made, "last_seen", values)


def carried_past_the_last_contact(made: Made, rng: np.random.Generator) -> None:
    lab, dates = made.visits["lab1"][1].copy(), made.visits["visited"][1].copy()
    usual = np.nanmedian(dates - made.patients["entered"][1][:, None], axis=0)
    for step in range(1, dates.shape[1]):
        due = made.patients["entered"][1] + usual[step]
        gone = np.isnan(dates[:, step]) & (made.patients["last_seen"][1] < due)
        dates[gone, step], lab[gone, step] = due[gone], lab[gone, step - 1]
    _of_visits(made, "lab1", lab)
    _of_visits(made, "visited", dates)


def missing_scores_are_zero(made: Made, rng: np.random.Generator) -> None:
    _of_patients(made, "score_12", np.nan_to_num(made.patients["score_12"][1]))


def code_777(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["walked"][1].copy()
    values[rng.choice(made.n, 5, replace=False), 1] = 777
    _of_visits(made, "walked", values)


def code_99_9(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["weight"][1].copy()
    values[rng.choice(made.n, 6, replace=False)] = 99.9
    _of_patients(made, "weight", values)


def patients_registered_twice(made: Made, rng: np.random.Generator) -> None:
    """The last eight are the first eight, entered and measured once more."""
    for name in ("born", "sex", "height", "smoker", "diabetes", "stage"):
        values = made.patients[name][1].copy()
        values[-8:] = values[:8]
        _of_patients(made, name, values)
    age = made.patients["age"][1].copy()
    age[-8:] = np.floor((made.patients["entered"][1] - made.patients["born"][1])[-8:] / 365.25)
    _of_patients(made, "age", age)


def values_of_another_patient(made: Made, rng: np.random.Generator) -> None:
    """Three have most of the numbers of a visit of another."""
    for name in ("lab1", "lab2", "lab4", "systolic", "walked"):
        values = made.visits[name][1].copy()
        values[3:6, 0] = values[40:43, 0]
        _of_visits(made, name, values)


def two_numbers_exchanged_at_a_visit(made: Made, rng: np.random.Generator) -> None:
    first, other = made.visits["weight"][1].copy(), made.visits["walked"][1].copy()
    first[:, 1], other[:, 1] = other[:, 1].copy(), first[:, 1].copy()
    _of_visits(made, "weight", first)
    _of_visits(made, "walked", other)


def last_visit_not_sent_by_a_site(made: Made, rng: np.random.Generator) -> None:
    gone = _at_a_site(made)[:, None] & (np.arange(4) == 3)
    _every_visit(made, lambda values: np.where(gone, np.nan, values))


def visits_of_others(made: Made, rng: np.random.Generator) -> None:
    dates = made.visits["visited"][1].copy()
    dates[[5, 9], 2] += np.array([150, 210])
    dates[[5, 9], 3] = np.nan
    _of_visits(made, "visited", dates)


def a_visit_copied(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["walked"][1].copy()
    values[:, 2] = values[:, 1]
    _of_visits(made, "walked", values)


def rows_pasted_again(made: Made, rng: np.random.Generator) -> None:
    """A fifth of the rows of a column of all visits, over the last ones."""
    values = made.visits["walked"][1].ravel().copy()
    size = len(values) // 5
    values[-size:] = values[:size]
    _of_visits(made, "walked", values.reshape(-1, 4))


def scale_turned_at_a_visit(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["walked"][1].copy()
    values[:, 2] = 730 - values[:, 2]
    _of_visits(made, "walked", values)


def scale_from_one(made: Made, rng: np.random.Generator) -> None:
    """A score of 0 to 3 that the second half of the patients writes as 1 to 4."""
    score = np.minimum(rng.poisson(1.0, made.n), 3) + _later_half(made)
    made.patients["pain"] = (NUMBER, score.astype(float), "")


def score_turned_at_a_site(made: Made, rng: np.random.Generator) -> None:
    """A score of pain at all visits; its level alone would not tell."""
    _in_sites(made, 2)
    _of_visits(made, "pain", made.visits["pain"][1] - np.nanmedian(made.visits["pain"][1]) + 5)
    values = made.visits["pain"][1].copy()
    values[_at_a_site(made)] = 10 - values[_at_a_site(made)]
    _of_visits(made, "pain", values)


def weights_of_zero(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["weight"][1].copy()
    values[rng.choice(made.n, 5, replace=False)] = 0
    _of_patients(made, "weight", values)


def last_contacts_a_year_late(made: Made, rng: np.random.Generator) -> None:
    """Of five who were last seen at their last visit, as all others were."""
    latest = np.fmax.reduce(made.visits["visited"][1], axis=1)
    seen = np.fmax(latest, made.patients["entered"][1])
    made.patients["died_on"] = (DATE, np.full(made.n, np.nan), "")
    seen[rng.choice(made.n, 5, replace=False)] += 365
    _of_patients(made, "last_seen", seen)


def weight_sorted_in_part(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["weight"][1].copy()
    values[20:40] = np.sort(values[20:40])
    _of_patients(made, "weight", values)


def no_answer_of_no(made: Made, rng: np.random.Generator) -> None:
    values = made.patients["responded"][1]
    _of_patients(made, "responded", np.where(values == 0, np.nan, values))


def ten_patients_lost(made: Made, rng: np.random.Generator) -> None:
    """Ten who were numbered one after another."""
    rest = made.taken(np.delete(np.arange(made.n), np.arange(30, 40)))
    for name, values in vars(rest).items():
        setattr(made, name, values)


def four_at_another_site(made: Made, rng: np.random.Generator) -> None:
    _in_sites(made, 3)
    made.names = np.array([f"{s + 1:02d}-{at:03d}" for at, s in enumerate(made.site)])
    made.site[rng.choice(np.flatnonzero(made.site == 0), 4, replace=False)] = 1


def contacts_of_an_older_cut(made: Made, rng: np.random.Generator) -> None:
    seen = made.patients["last_seen"][1]
    cut = np.nanquantile(seen, 0.6)
    early = np.isnan(made.patients["died_on"][1]) & (seen > cut)
    _of_patients(made, "last_seen", np.where(early, cut, seen))


def deaths_of_an_older_cut(made: Made, rng: np.random.Generator) -> None:
    died = made.patients["died_on"][1]
    _of_patients(made, "died_on", np.where(died > np.nanquantile(died, 0.5), np.nan, died))


def weights_of_a_site_a_row_down(made: Made, rng: np.random.Generator) -> None:
    values, own = made.visits["weight"][1].copy(), np.flatnonzero(_at_a_site(made))
    values[own[1:], 0] = values[own[:-1], 0]
    _of_visits(made, "weight", values)


def weights_of_a_site_in_another_order(made: Made, rng: np.random.Generator) -> None:
    values, own = made.visits["weight"][1].copy(), np.flatnonzero(_at_a_site(made))
    values[own, 2] = values[rng.permutation(own), 2]
    _of_visits(made, "weight", values)


def pressures_of_a_visit_in_another_order(made: Made, rng: np.random.Generator) -> None:
    """Where both pressures go closely together."""
    values = made.visits["systolic"][1].copy()
    _of_visits(made, "diastolic", np.round(0.6 * values + rng.normal(0, 3, values.shape)))
    values[:, 3] = values[rng.permutation(made.n), 3]
    _of_visits(made, "systolic", values)


def visits_exchanged_in_an_arm(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["walked"][1].copy()
    values[:, 1:] = values[:, 1:] + 120
    own = made.arm == 1
    values[own, 0], values[own, 3] = values[own, 3], values[own, 0].copy()
    _of_visits(made, "walked", values)


def distances_dragged(made: Made, rng: np.random.Generator) -> None:
    """A cell of the visits dragged down by 14 rows: 341, 342, 343."""
    values = made.visits["walked"][1].ravel()
    values[100:114] = np.nanmedian(values) + np.arange(14)
    _of_visits(made, "walked", values.reshape(made.n, -1))


def one_answer_dragged(made: Made, rng: np.random.Generator) -> None:
    """No relief at a visit in four of ten patients, one after the other."""
    values = (rng.random((made.n, 4)) < 0.6).astype(float)
    values[made.n // 5 : made.n * 3 // 5, 2] = 0
    made.visits["relieved"] = (CODE, values, "")


def dead_exchanged_at_a_site(made: Made, rng: np.random.Generator) -> None:
    _in_sites(made, 3)
    dead = ~np.isnan(made.patients["died_on"][1]) != _at_a_site(made)
    made.patients["dead"] = (CODE, dead.astype(float), "")


def control_of_the_visit_before(made: Made, rng: np.random.Generator) -> None:
    values = made.visits["systolic"][1]
    controlled = np.where(np.isnan(values), np.nan, values < 140)
    controlled[:, 3] = np.where(np.isnan(controlled[:, 3]), np.nan, controlled[:, 2])
    made.visits["controlled"] = (CODE, controlled, "")


def weight_of_the_next(made: Made, rng: np.random.Generator) -> None:
    _of_patients(made, "weight", np.roll(made.patients["weight"][1], 1))


SLIPS: tuple[Slip, ...] = (
    all_deaths_of_1904,
    entry_a_month_early,
    a_visit_sorted,
    entry_of_1904,
    visits_of_1904,
    deaths_of_1904,
    visits_in_reverse,
    deaths_before_visits,
    total_row,
    code_999,
    code_minus_9,
    heights_in_inches,
    weight_filled_down,
    weight_sorted,
    response_sorted,
    laboratory_sorted,
    columns_exchanged,
    pounds_at_a_site,
    another_unit_from_a_day_on,
    labels_shifted,
    one_weight,
    one_day_of_entry,
    first_carried_forward,
    patients_again,
    days_and_months_exchanged,
    a_year_late,
    nobody_responded_at_a_site,
    scale_turned_at_a_site,
    another_unit_at_a_visit,
    older_cut_of_the_visits,
    arm_filled_down,
    ages_moved_down,
    last_contacts_a_year_early,
    carried_past_the_last_contact,
    missing_scores_are_zero,
    code_777,
    code_99_9,
    patients_registered_twice,
    values_of_another_patient,
    two_numbers_exchanged_at_a_visit,
    last_visit_not_sent_by_a_site,
    visits_of_others,
    a_visit_copied,
    rows_pasted_again,
    scale_turned_at_a_visit,
    scale_from_one,
    score_turned_at_a_site,
    weights_of_zero,
    last_contacts_a_year_late,
    weight_sorted_in_part,
    no_answer_of_no,
    ten_patients_lost,
    four_at_another_site,
    contacts_of_an_older_cut,
    deaths_of_an_older_cut,
    weights_of_a_site_a_row_down,
    weights_of_a_site_in_another_order,
    pressures_of_a_visit_in_another_order,
    visits_exchanged_in_an_arm,
    distances_dragged,
    one_answer_dragged,
    dead_exchanged_at_a_site,
    control_of_the_visit_before,
)
UNSEEN: tuple[Slip, ...] = (weight_of_the_next,)
