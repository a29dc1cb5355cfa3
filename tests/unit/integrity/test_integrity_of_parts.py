"""What a part of an export has otherwise than the rest: nothing in a column, or coarser numbers."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from test_integrity_contradictions import days

from trialtrace.run.integrity import empty, ends, rounded
from trialtrace.run.integrity.export import CODE, NUMBER, Column, Export, Sheet

N = 120
RNG = np.random.default_rng(9)
ENTRY = 19000.0 + np.sort(RNG.choice(900, N, replace=False))
REGION = RNG.integers(0, 4, N)
SCORE = np.round(RNG.normal(50, 12, N))
NONE = np.zeros(N, np.intp)


def export(later: np.ndarray, *, entered: bool = True, region: str = "Region") -> Export:
    """A score at entry and later in two columns of one row, with or without a day of entry."""
    columns = (
        days("entered", ENTRY),
        Column("where", CODE, REGION.astype(float), label=region),
        Column("s0", NUMBER, SCORE),
        Column("s1", NUMBER, later),
    )
    of = Sheet("p", np.arange(2, N + 2), np.arange(N), NONE, NONE, columns, in_order=True)
    used = frozenset(("p", name) for name in ("s0", "s1"))
    made = Export(N, "p", (of,), used=used, wide=((("p", "s0"), ("p", "s1")),))
    return replace(made, entry=("p", "entered") if entered else None)


def least(made: Export, check=empty):
    return min(check.looks(made), key=lambda one: one.p)


def test_a_column_that_nobody_of_a_region_has():
    own = REGION == 2
    found = least(export(np.where(own, np.nan, SCORE)))
    assert found.where == "p.s1" and "one where has a value" in found.told
    assert found.rows == tuple(np.flatnonzero(own) + 2)
    # Of the others nobody lacks one: half a patient, and twice the odds, of each side and place.
    odds = 0.5 / ((~own).sum() + 0.5) * 2
    none = stats.binom.pmf(0, own.sum(), 1 / (1 + odds))
    assert found.p == pytest.approx(2 * none * 5)
    # One who has it, and a place in a body, are no such place.
    some = np.where(own, np.nan, SCORE)
    some[np.flatnonzero(own)[0]] = 50
    assert least(export(some)).p == 1
    assert least(export(np.where(own, np.nan, SCORE), region="Site of tumour")).p > 0.05


def test_a_site_has_a_column_that_others_have():
    lacking = np.where(REGION == 1, np.nan, SCORE)
    made = replace(export(lacking, region="Ward"), site=REGION.astype(np.intp))
    assert least(made).p < 1e-6 and "one site has" in least(made).told
    assert not [*empty.looks(replace(made, used=frozenset()))]


def test_a_stretch_of_entries_without_a_value():
    lacking = SCORE.copy()
    lacking[40:55] = np.nan
    lacking[[3, 11, 20, 30]] = np.nan
    found = least(export(lacking))
    assert found.rows == tuple(range(42, 57))
    # Of the 105 others 4 lack it: at most the chance in orders drawn by lot with twice that.
    share = 2 * 4.5 / 106
    drawn = np.random.default_rng(1).random((4000, N)) < share
    sums = np.cumsum(np.pad(drawn, ((0, 0), (1, 0))), axis=1)
    longest = [((sums[:, n:] - sums[:, :-n]) == n).any(axis=1).mean() for n in (1, 2, 3)]
    assert all(one <= (N - n + 1) * share**n for n, one in enumerate(longest, 1))
    assert found.p == pytest.approx(106 * share**15 * 5)


def test_who_was_not_due_lacks_nothing():
    late = np.where(np.arange(N) >= 90, np.nan, SCORE)
    assert least(export(late)).p > 0.05
    region = np.where(np.arange(N) >= 90, 9, REGION % 3)
    made = replace(export(late, region="Ward"), site=region.astype(np.intp))
    assert least(made).p > 0.05
    # Without a day of entry nobody knows who was due later.
    assert least(replace(made, entry=None)).p == 1
    assert {one.where for one in empty.looks(replace(made, entry=None))} == {"p.s0"}


def test_values_that_are_missing_at_random_are_no_part():
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        share = rng.choice([0.02, 0.1, 0.3, 0.6])
        found.append(least(export(np.where(rng.random(N) < share, np.nan, SCORE))).p)
    assert min(found) > 0.01


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(("step", "told"), [(25, True), (20, True), (5, False), (2, False)])
def test_steps_of_a_region_that_are_as_wide_as_the_spread(step, told, place):
    """Fives are read off; quarters of a scale are another scale."""
    own = place == REGION
    coarse = np.where(own, np.round(SCORE / step) * step, SCORE)
    found = least(export(coarse), rounded)
    assert (found.p < 1e-6) == told and (found.p > 0.05) == (not told)
    if told:
        assert found.where == "p.s1" and found.rows == tuple(np.flatnonzero(own) + 2)
        # Of the others some are multiples: twice their odds, times the steps, sides and parts.
        k, n = int((SCORE[~own] % step == 0).sum()), int((~own).sum())
        odds = 2 * (k + 0.5) / (n - k + 0.5)
        p = 2 * stats.binom.pmf(own.sum(), own.sum(), odds / (1 + odds))
        assert found.p == pytest.approx(p * (coarse[own].max() + 1) * (4 + 2 * N))


@pytest.mark.parametrize(("part", "what"), [(slice(70, N), "from one"), (slice(0, 40), "up to")])
def test_whole_numbers_from_one_row_on(part, what):
    volume = np.round(RNG.normal(3.1, 0.7, N), 2)
    volume[part] = np.round(volume[part])
    found = least(export(volume), rounded)
    assert found.p < 1e-6 and what in found.told
    assert {*np.arange(N)[part] + 2} <= {*found.rows} and len(found.rows) <= N // 2 + 1
    # In a file of any order there is no such part.
    made = export(volume)
    loose = replace(made, sheets=tuple(replace(one, in_order=False) for one in made.sheets))
    assert least(loose, rounded).p > 0.05


def test_rows_of_a_patient_are_one_in_a_step():
    """Twelve patients of ten rows each are no more than twelve."""
    who, rows = np.repeat(np.arange(60), 10), np.arange(2, 602)
    values = np.repeat(np.round(np.random.default_rng(2).normal(50, 5, 60)), 10)
    values[-120:] = np.repeat(np.tile([40.0, 60], 6), 10)
    values[::10] += np.where(who[::10] < 48, 1, 0)
    of = Sheet("v", rows, who, rows % 10, 0 * who, (Column("x", NUMBER, values),), in_order=True)
    found = least(Export(60, "p", (of,), used=frozenset({("v", "x")})), rounded)
    other = values[:-120] % 20 == 0
    odds = 2 * (other.sum() + 0.5) / ((~other).sum() + 0.5)
    assert found.p == pytest.approx(min(1, 2 * (odds / (1 + odds)) ** 12 * 61 * 1200))


def test_numbers_of_few_levels_are_not_coarser_in_a_part():
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        counts = rng.poisson(rng.choice([0.3, 1, 3]), N).astype(float)
        liked = np.where(rng.random(N) < 0.4, np.round(SCORE / 10) * 10, SCORE)
        found += [least(export(one), rounded).p for one in (counts, liked, np.sort(counts))]
    assert min(found) > 0.01


def test_numbers_of_clusters_are_not_coarser_in_a_part():
    codes = np.repeat([33480.0, 33490.0, 43310.0, 17.0, 18.0, 21.0], N // 6)
    made = export(codes)
    assert any(one.where == "p.s1" and one.p < 1e-6 for one in rounded.looks(made))
    none = rounded.looks(replace(made, lasting=frozenset({"s1"})))
    assert not [one for one in none if one.where == "p.s1"]


@pytest.mark.parametrize(
    ("name", "on"), [("last_contact", 14), ("last_contact", 2), ("biopsy", 14)]
)
def test_last_contacts_of_a_site_that_end_on_one_day(name, on):
    """The older cut of a site; two on its last day are two, and no other date need go on."""
    site = np.arange(N) % 4
    last = 19000.0 + np.arange(N) * 9
    own = np.flatnonzero(site == 2)
    cut = last[own[-on]]
    last[own[-on:]] = cut
    none = np.zeros(N, np.intp)
    of = Sheet("p", np.arange(2, N + 2), np.arange(N), none, none, (days(name, last),))
    looks = [one for one in ends.looks(Export(N, "p", (of,), site=site)) if "older" in one.told]
    if name == "biopsy":
        assert not looks
        return
    (found,) = looks
    # Each of the 90 others has a day of their own.
    assert found.p == pytest.approx(min(1, 4 * stats.binom.sf(on - 1, 30, 2 * 1.5 / 91)))
    assert (found.p < 1e-6) == (on > 2)
    assert on == 2 or found.rows == tuple(own[-on:] + 2)
