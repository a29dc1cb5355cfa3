"""What many patients have by nature: no complaint at all, the country in which a trial began."""

import numpy as np

from trialtrace.run.integrity import records, runs
from trialtrace.run.integrity import values as values_of
from trialtrace.run.integrity.export import NUMBER, Column, Export, Sheet


def test_zeros_of_complaints_are_no_equal_records():
    rng = np.random.default_rng(4)
    n = 200
    data = rng.gamma(2.0, 20.0, (n, 6)).round(1) + 0.1
    # One patient in six has no complaint at all.
    data[rng.random(n) < 1 / 6] = 0
    none = np.zeros(n, np.intp)
    columns = tuple(Column(f"y{at}", NUMBER, each) for at, each in enumerate(data.T))
    sheet = Sheet("p", np.arange(2, n + 2), np.arange(n), none, none, columns)
    (look,) = [one for one in records.looks(Export(n, "p", (sheet,))) if "columns of" in one.told]
    assert look.p > 0.5
    twice = data.copy()
    twice[100:103] = twice[np.flatnonzero(data[:, 0] > 0)[:3]]
    columns = tuple(Column(f"y{at}", NUMBER, each) for at, each in enumerate(twice.T))
    export = Export(n, "p", (Sheet("p", np.arange(2, n + 2), np.arange(n), none, none, columns),))
    (look,) = [one for one in records.looks(export) if "columns of" in one.told]
    assert look.told.startswith("3 pairs") and look.p < 1e-6


def test_a_country_in_row_after_row_is_where_a_trial_began():
    rng = np.random.default_rng(4)
    values = rng.integers(0, 20, 300).astype(float)
    values[40:60] = 3
    none = np.zeros(300, np.intp)

    def found(name: str) -> list[float]:
        columns = (Column(name, NUMBER, values),)
        sheet = Sheet("p", np.arange(2, 302), np.arange(300), none, none, columns)
        return [one.p for one in runs.looks(Export(300, "p", (sheet,)))]

    assert found("CNTRYNUM") == [] and found("pulse")[0] < 1e-6


def test_no_year_at_school_is_no_code():
    rng = np.random.default_rng(4)
    values = np.round(rng.normal(120, 8, 300))
    values[:40] = 0
    none = np.zeros(300, np.intp)

    def found(name: str) -> list[float]:
        columns = (Column(name, NUMBER, values),)
        sheet = Sheet("p", np.arange(2, 302), np.arange(300), none, none, columns)
        looks = values_of.codes(Export(300, "p", (sheet,)))
        return [one.p for one in looks if "have zero" in one.told]

    assert found("edu_fa_baseline") == [] and found("sodium")[0] < 1e-6
