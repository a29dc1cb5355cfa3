"""Each item of the tool: a spoiled export on which its rows appear, an honest one without."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from rows.true_trials import VISITS, Made, export_of, true_trial

from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Export
from trialtrace.run.integrity.look import CONTRADICTION, LOSS, Judged, judged
from trialtrace.run.integrity.registry import CHECKS, ITEMS, look_at

SEED = 41
FIRST = 2
"""The row of the file in which the first patient stands."""
Spoiled = tuple[Made, Callable[[Export], Export] | None, np.ndarray]
"""A trial, what is declared besides, and the places of the patients who are spoiled."""


def patient(made: Made, name: str, values: np.ndarray, kind: str = NUMBER) -> None:
    made.patients[name] = kind, values.astype(float), ""


def visit(made: Made, name: str, values: np.ndarray) -> None:
    made.visits[name] = made.visits[name][0], values, made.visits[name][2]


def who(*places: int) -> np.ndarray:
    return np.array(places)


def column_pasted(made: Made) -> Spoiled:
    values = made.visits["lab4"][1].copy()
    values[60:72] = values[10:22]
    visit(made, "lab4", values)
    return made, None, np.append(np.arange(10, 22), np.arange(60, 72))


def patients_twice(made: Made) -> Spoiled:
    measured(made)
    for name in ("age", "height", "bilirubin", "platelets"):
        values = made.patients[name][1].copy()
        values[50:54] = values[20:24]
        patient(made, name, values)
    return made, None, np.append(np.arange(20, 24), np.arange(50, 54))


def measured(made: Made) -> None:
    """Numbers at entry of many levels."""
    rng = np.random.default_rng(7)
    patient(made, "bilirubin", np.round(rng.lognormal(2, 0.5, made.n), 1))
    patient(made, "platelets", np.round(rng.normal(250, 60, made.n)))


def twice_with_a_rare_event(made: Made) -> Spoiled:
    made, _, spoiled = patients_twice(made)
    event = np.zeros(made.n)
    event[spoiled] = 1
    patient(made, "embolism", event, CODE)
    declared = {"outcomes": frozenset({("patients", "embolism")})}
    return made, lambda export: replace(export, **declared), spoiled


def digits_of_a_person(made: Made) -> Spoiled:
    values = made.visits["walked"][1].copy()
    chosen = np.arange(made.n) % 3 != 0
    values[chosen] = np.floor(values[chosen] / 10) * 10 + 7
    visit(made, "walked", values)
    return made, None, np.flatnonzero(chosen)


def smokers_in_turn(made: Made) -> Spoiled:
    patient(made, "smoker", np.arange(made.n) // 10 % 2, CODE)
    return made, None, np.arange(made.n)


def older_in_an_arm(made: Made) -> Spoiled:
    patient(made, "age", made.patients["age"][1] + 9 * made.arm)
    return made, None, np.arange(made.n)


def men_in_an_arm(made: Made) -> Spoiled:
    rng = np.random.default_rng(3)
    patient(made, "sex", rng.random(made.n) < 0.2 + 0.6 * made.arm, CODE)
    return made, None, np.arange(made.n)


def an_arm_near_the_mean(made: Made) -> Spoiled:
    age = made.patients["age"][1]
    near = np.round(age.mean() + 0.2 * (age - age.mean()))
    patient(made, "age", np.where(made.arm == 1, near, age))
    return made, None, np.arange(made.n)


def weights_of_others(made: Made) -> Spoiled:
    rng = np.random.default_rng(5)
    height = made.patients["height"][1]
    patient(made, "arm_span", rng.permutation(height) + rng.integers(-3, 4, made.n))
    return made, goes_with("arm_span"), np.arange(made.n)


def goes_with(other: str) -> Callable[[Export], Export]:
    pair = (("patients", "height"), ("patients", other), 1)
    return lambda export: replace(export, correlated=(pair,))


def randomised_too_late(made: Made) -> Spoiled:
    days = made.patients["entered"][1].copy()
    days[-2:] = days.max() + 400
    patient(made, "entered", days, DATE)
    last = float(np.sort(days)[-3])
    return made, lambda export: replace(export, days=(0.0, last)), np.arange(made.n)[-2:]


def visits_back_in_time(made: Made) -> Spoiled:
    days = made.visits["visited"][1].copy()
    days[[4, 9, 30], 2] = days[[4, 9, 30], 1] - 20
    visit(made, "visited", days)
    return made, None, who(4, 9, 30)


def arms_by_month(made: Made) -> Spoiled:
    rng = np.random.default_rng(11)
    half = made.n // 2
    made.arm = np.where(rng.random(made.n) < 0.2, made.arm, np.arange(made.n) >= half)
    made.arm = made.arm.astype(np.intp)
    return made, None, np.arange(made.n)


def an_arm_filled_down(made: Made) -> Spoiled:
    made.arm = made.arm.copy()
    made.arm[20:44] = 1
    return made, None, np.arange(20, 44)


def at_weekends(made: Made) -> Spoiled:
    days = made.patients["entered"][1]
    saturday = days + (5 - (days.astype(int) + 3) % 7)
    patient(made, "entered", np.where(np.arange(made.n) % 2, days, saturday), DATE)
    return made, None, np.arange(0, made.n, 2)


def another_age_than_by_birth(made: Made) -> Spoiled:
    age, entered = made.patients["age"][1], made.patients["entered"][1]
    patient(made, "born", np.floor(entered - (age + 0.5) * 365.25), DATE)
    wrong = age.copy()
    wrong[[3, 8]] += 10
    patient(made, "age", wrong)
    return made, None, who(3, 8)


def outcome_missing_in_an_arm(made: Made) -> Spoiled:
    rng = np.random.default_rng(13)
    values = made.visits["walked"][1].copy()
    gone = (made.arm == 1) & (rng.random(made.n) < 0.5)
    values[gone, 3] = np.nan
    visit(made, "walked", values)
    return made, None, np.flatnonzero(np.isnan(values[:, 3]))


def event_of_a_whole_arm(made: Made) -> Spoiled:
    rng = np.random.default_rng(17)
    responded = np.where(made.arm == 1, 1, rng.random(made.n) < 0.4)
    patient(made, "responded", responded, CODE)
    return made, None, np.flatnonzero(made.arm == 1)


def sorted_column(made: Made) -> Spoiled:
    patient(made, "height", np.sort(made.patients["height"][1]))
    return made, None, np.arange(made.n)


def one_row_down(made: Made) -> Spoiled:
    values = made.visits["weight"][1].copy()
    values[41:, 2] = values[40:-1, 2]
    visit(made, "weight", values)
    return made, None, np.arange(40, made.n)


def another_unit_at_a_site(made: Made) -> Spoiled:
    values = made.patients["height"][1]
    patient(made, "height", np.where(made.site == 0, np.round(values / 2.54), values))
    return made, None, np.flatnonzero(made.site == 0)


def patients_lost(made: Made) -> Spoiled:
    made = made.taken(np.delete(np.arange(made.n), np.arange(30, 45)))
    return made, None, who(29, 30)


SPOILED = {
    "1.1": [column_pasted],
    "1.2": [patients_twice],
    "1.3": [twice_with_a_rare_event],
    "1.4": [digits_of_a_person],
    "2.1": [smokers_in_turn],
    "2.2": [older_in_an_arm],
    "2.3": [men_in_an_arm],
    "2.4": [an_arm_near_the_mean],
    "3.1": [weights_of_others],
    "4.1": [randomised_too_late],
    "4.2": [visits_back_in_time],
    "5.1": [arms_by_month],
    "5.2": [an_arm_filled_down],
    "5.3": [at_weekends],
    "6.1": [another_age_than_by_birth],
    "8.1": [outcome_missing_in_an_arm],
    "8.2": [event_of_a_whole_arm],
    "M1": [sorted_column, one_row_down],
    "M2": [another_unit_at_a_site],
    "M3": [patients_lost],
}


def trial() -> Made:
    """A trial at two sites and more."""
    return next(made for seed in range(SEED, 99) if np.ptp((made := true_trial(seed)).site) > 1)


def as_checked(made: Made) -> Export:
    """The export of a trial whose rows stand in the order of its patients; every column is used."""
    export = export_of(made)
    used = frozenset((one.name, c.name) for one in export.sheets for c in one.columns)
    return replace(
        export,
        used=used,
        outcomes=used,
        sheets=tuple(replace(one, in_order=True) for one in export.sheets),
        milestones=export.milestones | {"birth": ("patients", "born")},
        age=("patients", "age"),
    )


def flags(export: Export, item: str) -> list[Judged]:
    return [one for one in judged(look_at(export)) if one.flagged and of_item(one) == item]


def of_item(one: Judged) -> str:
    return CHECKS[one.look.check].item


@pytest.mark.parametrize(
    ("item", "spoil"), [(item, one) for item, every in SPOILED.items() for one in every]
)
def test_the_spoiled_rows_appear_under_their_item(item, spoil):
    made, declare, spoiled = spoil(trial().copy())
    export = as_checked(made)
    found = flags(declare(export) if declare else export, item)
    assert found, item
    rows = {
        "patients": spoiled + FIRST,
        "visits": spoiled[:, None] * VISITS + range(VISITS) + FIRST,
    }
    hits = [
        len({*one.look.rows} & {*rows[one.look.table].ravel().tolist()}) / len(one.look.rows)
        for one in found
        if one.look.rows
    ]
    assert max(hits, default=0) >= 0.4, [one.look for one in found]


def test_an_honest_export_has_no_flag():
    made = trial()
    rng = np.random.default_rng(19)
    measured(made)
    patient(made, "embolism", rng.random(made.n) < 0.05, CODE)
    patient(made, "responded", rng.random(made.n) < 0.4, CODE)
    age, entered = made.patients["age"][1], made.patients["entered"][1]
    patient(made, "born", np.floor(entered - (age + 0.5) * 365.25), DATE)
    patient(made, "arm_span", made.patients["height"][1] + rng.integers(-9, 10, made.n))
    days = float(entered.min()), float(entered.max())
    export = replace(goes_with("arm_span")(as_checked(made)), days=days)
    looks = look_at(export)
    assert [one.look for one in judged(looks) if one.flagged] == []
    assert {CHECKS[one.check].item for one in looks} >= {*SPOILED}


def test_every_item_but_that_of_publications_is_decided_by_rows():
    items = {item.number for item in ITEMS}
    assert items - {*SPOILED} == {"7.1"}
    assert {check.item for check in CHECKS.values()} == {*SPOILED}
    assert sum(not number.startswith("M") for number in items) == 18


def test_contradictions_and_losses_are_told_from_patterns():
    late, *_ = flags(as_checked(visits_back_in_time(trial().copy())[0]), "4.2")
    assert late.look.kind == CONTRADICTION
    lost, *_ = flags(as_checked(patients_lost(trial().copy())[0]), "M3")
    assert lost.look.kind == LOSS


def test_a_single_contradiction_is_a_flag_however_many_chance_gives():
    made = trial().copy()
    days = made.visits["visited"][1].copy()
    days[4, 2] = days[4, 1] - 1
    visit(made, "visited", days)
    (one,) = flags(as_checked(made), "4.2")
    assert one.look.rows == (4 * VISITS + 2 + FIRST,)
    assert one.adjusted > 0.05


def test_without_arms_nothing_compares_them():
    export = replace(as_checked(trial()), arm=None)
    items = {CHECKS[look.check].item for look in look_at(export)}
    assert not items & {"2.2", "2.3", "2.4", "5.1", "5.2", "8.2"}


@pytest.mark.parametrize("declared", [{}, {"randomised": ("patients", "entered")}])
def test_milestones_are_declared_and_not_looked_for(declared):
    made = trial().copy()
    patient(made, "died_on", made.patients["entered"][1] - 5, DATE)
    export = replace(as_checked(made), milestones=declared)
    assert not [one for one in flags(export, "4.2") if "death" in one.look.told]
