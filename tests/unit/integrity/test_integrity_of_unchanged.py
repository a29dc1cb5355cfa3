"""Values that honest rows hold again: derived, carried on, unchanged; and slips that look so."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from trialtrace.run.integrity import blocks, carried, read
from trialtrace.run.integrity import values as single
from trialtrace.run.integrity.export import NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.look import PAGE_LEVEL

N = 150


def least(looks) -> float:
    return min((one.p for one in looks), default=1.0)


def long(values: np.ndarray) -> Export:
    """Rows of patients, visits and parameters (n, visits, parameters), as ADaM has them."""
    n, visits, parameters = values.shape
    who = np.repeat(np.arange(n), visits * parameters)
    step = np.tile(np.repeat(np.arange(visits), parameters), n)
    part = np.tile(np.arange(parameters), n * visits)
    column = Column("AVAL", NUMBER, values.ravel())
    rows = np.arange(2, len(who) + 2)
    return Export(n, "bds", (Sheet("bds", rows, who, step, part, (column,), visits=True),))


@pytest.mark.parametrize("pasted", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_parameters_carried_forward_are_no_rows_of_another_patient(seed, pasted):
    rng = np.random.default_rng([41, seed])
    level = rng.normal((24, 25, 48, 97), (4, 4, 7, 12), (N, 1, 4))
    values = np.round(level + rng.normal(0, (2, 2, 3, 5), (N, 5, 4)))
    left = rng.choice([1, 2, 3, 9], N, p=[0.1, 0.1, 0.1, 0.7])
    for visit in range(1, 5):
        values[left <= visit, visit] = values[left <= visit, visit - 1]
    if pasted:
        kept = np.flatnonzero(left == 9)[:4]
        values[kept[2:]] = values[kept[:2]]
    p = least(blocks.looks(long(values)))
    assert p < 1e-9 if pasted else p > PAGE_LEVEL / 10


@pytest.mark.parametrize(("derived", "rows"), [([1, 3], 3), ([], 5), (range(5), 5)])
def test_rows_that_adam_declares_as_derived_are_left_out(derived, rows):
    cells = ["LOCF" if at in derived else None for at in range(5)]
    table = pa.table({"AVAL": [1.0] * 5, "DTYPE": pa.array(cells, pa.string())})
    assert read._measured(table).sum() == rows
    assert read._measured(table.select(["AVAL"])).all()


@pytest.mark.parametrize(
    ("choices", "numbers"),
    [
        ({"0": "none", "2": "mild", "10": "worst"}, (0, 10, 2)),
        ({"M": "Male", "F": "Female"}, ()),
        ({}, ()),
    ],
)
def test_codes_that_are_numbers_stand_in_the_places_of_the_cells(choices, numbers):
    table = pa.table({"pain": pa.array([*choices, None], pa.string())})
    variable = SimpleNamespace(name="pain", choices=choices)
    assert read._numbers_of_codes(table, variable) == numbers
    if numbers:
        places = read.codes_of(table, "pain", choices)[:-1]
        assert [f"{numbers[at]:g}" for at in places] == [*choices]


def lesions(seed: int, again: float, visits: int = 4, mean: float = 3.2) -> np.ndarray:
    """Two diameters of a patient in whole units, each that of the visit before so often."""
    rng = np.random.default_rng([43, seed])
    made = [np.round(np.exp(rng.normal(mean, 0.45, (N, 2))))]
    trend = rng.normal(-0.12, 0.18, (N, 1))
    for _ in range(visits - 1):
        next_one = np.round(made[-1] * np.exp(trend + rng.normal(0, 0.12, (N, 2))))
        made.append(np.where(rng.random((N, 2)) < again, made[-1], next_one))
    return np.stack(made, axis=1)


def of_visits(values: np.ndarray, names: tuple[str, ...]) -> Export:
    n, visits = values.shape[:2]
    who, step = np.repeat(np.arange(n), visits), np.tile(np.arange(visits), n)
    columns = tuple(Column(name, NUMBER, values[:, :, at].ravel()) for at, name in enumerate(names))
    sheet = Sheet("v", np.arange(2, len(who) + 2), who, step, 0 * step, columns, visits=True)
    return Export(n, "v", (sheet,))


def of_values(export: Export) -> float:
    """The least chance of single values, without that of whole visits."""
    told = "equal to the value before", "midway"
    return least(one for one in carried.looks(export) if any(what in one.told for what in told))


@pytest.mark.parametrize("visits", [2, 4])
@pytest.mark.parametrize("seed", range(6))
def test_lesions_that_are_often_unchanged_are_not_carried_forward(seed, visits):
    export = of_visits(lesions(seed, 0.35, visits), ("lesion1", "lesion2"))
    assert of_values(export) > 1e-3


@pytest.mark.parametrize("wrong", [False, True])
def test_a_sum_of_lesions_is_equal_where_they_are(wrong):
    """Of one to three lesions; where the sum is a number of its own it is told."""
    rng = np.random.default_rng(44)
    parts = np.concatenate([lesions(1, 0.35, 2), lesions(2, 0.35, 2)[:, :, :1]], axis=2)
    who = rng.random(N)
    parts[who < 0.3, :, 1:] = np.nan
    parts[who > 0.7, :, 2] = np.nan
    total = np.nansum(parts, axis=2, keepdims=True)
    if wrong:
        total = np.round(rng.normal(300, 60, (N, 2, 1)))
        total[:50, 1] = total[:50, 0]
    names = ("lesion1", "lesion2", "lesion3", "total")
    export = of_visits(np.concatenate([parts, total], axis=2), names)
    looks = [one for one in carried.looks(export) if "a visit are those" not in one.told]
    assert (least(looks) < 1e-6) == wrong
    assert ("v.total" in {one.where for one in looks}) == wrong


@pytest.mark.parametrize("together", [False, True])
def test_a_visit_carried_forward_in_a_third_of_the_patients_is_told(together):
    """Of one number, or of both in the same patients; at one visit, and at all that follow."""
    for first_of_all in (False, True):
        values = lesions(9, 0.0, mean=5.5)
        who = np.random.default_rng(9).random(N) < 0.35
        columns = slice(None) if together else slice(1)
        for visit in (2, 3) if first_of_all else (2,):
            values[who, visit, columns] = values[who, 1, columns]
        assert of_values(of_visits(values, ("lesion1", "lesion2"))) < 1e-6


@pytest.mark.parametrize(
    ("name", "low", "high", "told"),
    [
        ("oedema_temp", 0, 3, False),
        ("sbp", 1, 4, False),
        ("temp", 96, 104, True),
        ("height", 1600, 2100, True),
        ("temp", 0, 60, True),
    ],
)
def test_grades_under_the_name_of_a_measure_are_another_measure(name, low, high, told):
    values = np.random.default_rng(3).integers(low, high + 1, N).astype(float)
    none = np.zeros(N, int)
    sheet = Sheet(
        "p", np.arange(2, N + 2), np.arange(N), none, none, (Column(name, NUMBER, values),)
    )
    assert (least(single.possible(Export(N, "p", (sheet,)))) < 1e-6) == told
