"""Values with another patient, visits exchanged in a group, and older cuts, against scipy."""

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity import blocks, cuts, ends, exchanged, misplaced
from trialtrace.run.integrity.export import NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.misplaced import PARTS, STRETCHES, Rows

ALL = np.ones((1, PARTS))


def measured(n: int = 160, visits: int = 3) -> np.ndarray:
    """A number at visits that are correlated by 0.9."""
    rng = np.random.default_rng(5)
    return np.round(rng.normal(500, 90, (n, 1)) + rng.normal(0, 30, (n, visits)))


def in_columns(values: np.ndarray, site: np.ndarray | None = None, **of) -> Export:
    n, names = len(values), [f"y{at}" for at in range(values.shape[1])]
    columns = tuple(Column(x, NUMBER, each) for x, each in zip(names, values.T, strict=True))
    none = np.zeros(n, np.intp)
    sheet = Sheet("p", np.arange(2, n + 2), np.arange(n), none, none, columns, True)
    wide = tuple(("p", name) for name in names)
    return Export(n, "p", (sheet,), site=site, wide=(wide,), **of)


def least(export: Export) -> tuple[str, str, float]:
    look = min(misplaced.looks(export), key=lambda each: each.p)
    return look.where, look.told, look.p


def by_eighths(x: np.ndarray, y: np.ndarray, lag: int = 0) -> tuple[float, int]:
    """Fisher's z of ranks about the means of eighths, and the degrees of freedom."""
    at = np.arange(max(lag, 0), len(x) + min(lag, 0))
    part = at * PARTS // len(x)
    pairs = [stats.rankdata(x)[at], stats.rankdata(y)[at - lag]]
    pairs = [one - [one[part == each].mean() for each in part] for one in pairs]
    return float(np.arctanh(np.corrcoef(*pairs)[0, 1])), len(at) - PARTS


@pytest.mark.parametrize("lag", [1, -1, 3])
def test_values_some_rows_off_go_with_the_patient_there(lag):
    x = measured(visits=2)
    moved, others = np.roll(x[:, 1], lag), x[:, 0]
    part = np.arange(160) * PARTS // 160
    found = min(misplaced.off(Rows(*map(ranked, (moved, others)), part, ALL)))
    (z, df), (other, _) = by_eighths(moved, others, lag), by_eighths(moved, others, -lag)
    p = stats.norm.sf((z - max(other, 0)) * np.sqrt((df - 2) / 1.06))
    share, rows = {1: (0.3, "one row"), 3: (0.075, "three rows")}[abs(lag)]
    side = "above" if lag > 0 else "below"
    assert found == (
        pytest.approx(p / share, rel=1e-6),
        f"the patient {rows} {side}",
        0,
    )


def ranked(values: np.ndarray) -> np.ndarray:
    return stats.rankdata(values) / len(values)


def test_what_stands_with_its_patient_is_left_alone_and_so_are_neighbours_who_are_alike():
    x = measured()
    site = np.arange(160) // 40
    assert least(in_columns(x, site))[2] == 1
    trend = np.arange(160.0)[:, None] * 10 + np.random.default_rng(1).normal(0, 30, (160, 3))
    assert least(in_columns(trend, site))[2] == 1


def test_a_site_a_row_down_in_another_order_or_upside_down():
    x, site, rng = measured(), np.arange(160) % 3, np.random.default_rng(2)
    own = np.flatnonzero(site == 1)
    for order, told in (
        (np.roll(own, 1), "53 values at a site go with the patient one row above"),
        (own[::-1], "53 values at a site go with the patients upside down"),
        (rng.permutation(own), "53 values at a site go with no other visit of their patients"),
    ):
        spoiled = x.copy()
        spoiled[own, 2] = x[order, 2]
        where, text, p = least(in_columns(spoiled, site))
        assert (where, text) == ("p.y2", f"whether {told}") and p < 1e-6


def test_the_chance_of_a_part_that_goes_with_no_other_visit():
    """Against six tenths of the correlation outside of it, of which the variance counts too."""
    x = measured(visits=2)
    lost = x.copy()
    lost[:40, 1] = x[np.random.default_rng(3).permutation(40), 1]
    part = np.arange(160) * PARTS // 160
    rows = Rows(ranked(lost[:, 1]), ranked(lost[:, 0]), part, STRETCHES)
    p, _, group = min(misplaced.astray(rows))
    assert STRETCHES[group].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    own, outside = rows.shifted(0)
    spread = np.sqrt(1.06 / 36 + 0.36 * 1.06 / (120 - 6 - 2))
    due = stats.norm.cdf((own.z[group] - 0.6 * outside.z[group]) / spread)
    assert (own.df[group], outside.df[group]) == (38, 114)
    assert p == pytest.approx(due * int((rows.shifted(0)[1].df >= 20).sum()), rel=1e-6)


def test_patients_who_are_alike_are_left_alone():
    """Of a site at which all are much the same the ranks go together less."""
    x, rng = measured(), np.random.default_rng(4)
    x[:40] = np.round(500 + rng.normal(0, 10, (40, 1)) + rng.normal(0, 10, (40, 3)))
    assert least(in_columns(x, np.arange(160) // 40))[2] == 1


def test_a_visit_in_another_order_is_told_where_other_numbers_of_its_rows_are_lost_as_well():
    x, rng = measured(), np.random.default_rng(6)
    beside = np.round(x / 10 + rng.normal(0, 6, x.shape))
    merged, unlike = x.copy(), beside.copy()
    merged[:, 1] = x[rng.permutation(160), 1]
    unlike[:, 1] = np.round(merged[:, 1] / 10 + rng.normal(0, 6, 160))
    for other, found in ((beside, True), (unlike, False)):
        both = np.hstack([merged, other])
        names = tuple(("p", f"y{at}") for at in range(6))
        export = in_columns(both)
        object.__setattr__(export, "wide", (names[:3], names[3:]))
        looks = [one.p for one in misplaced.looks(export) if one.where == "p.y1"]
        assert (min(looks) < 1e-6) == found


def test_mostly_one_value_tells_nothing():
    few = np.where(np.random.default_rng(7).random((160, 3)) < 0.8, 0, measured())
    assert not list(misplaced.looks(in_columns(few)))


def test_baseline_and_a_later_visit_exchanged_in_an_arm():
    x, arm = measured(visits=2), np.arange(160) % 2
    x[:, 1] -= 80
    own = arm == 1
    x[own] = x[own, ::-1]
    export = {"began": frozenset({("p", "y0")}), "allocated": (arm, np.arange(160))}
    (look,) = exchanged.of_groups(in_columns(x, **export))
    p = stats.f_oneway(x[own, 0], x[~own, 0]).pvalue
    assert look.p == pytest.approx(p / 0.75) and look.where == "p.y0" and p < 1e-4
    # Of clusters it is the means that differ by chance.
    units = np.arange(160) // 2 % 10 * 2 + arm
    means = [[x[units == unit, 0].mean() for unit in np.unique(units[of])] for of in (own, ~own)]
    export["allocated"] = arm, units
    (of_clusters,) = exchanged.of_groups(in_columns(x, **export))
    assert of_clusters.p == pytest.approx(stats.f_oneway(*means).pvalue / 0.75)
    # Another arm at later visits changes nothing, as long as all changes are the same.
    x[:, 1] = np.where(own, x[:, 0] + 80, x[:, 0] - 80)
    export["allocated"] = arm, np.arange(160)
    (one,) = exchanged.of_groups(in_columns(x, **export))
    x[:, 1] = np.where(np.arange(160) < 80, x[:, 0] + 80, x[:, 0] - 80)
    assert [one.p] == [each.p for each in exchanged.of_groups(in_columns(x, **export))] == [look.p]
    # Where all patients improve arms that differ at the baseline are left alone.
    x[:, 1] = x[:, 0] - 80
    assert [one.p for one in exchanged.of_groups(in_columns(x, **export))] == [1]


def test_last_contacts_before_the_deaths():
    """By hand: after day 100, until 140, four died; from day 60 on there are ten contacts and six
    deaths, the last four of which are deaths with the chance (6 over 4) / (16 over 4)."""
    free, had = np.array([*range(91, 101)]), np.array([10, 20, 70, 80, 120, 125, 130, 140])
    p, stray, later = ends.before(free.astype(float), had.astype(float))
    assert (p, stray, later) == (pytest.approx(15 / 1820), 0, 4)
    assert ends.before(free + 50.0, had.astype(float))[0] == 1


def test_deaths_and_contacts_of_older_cuts():
    rng = np.random.default_rng(8)
    entry = np.sort(rng.integers(0, 700, 200)).astype(float)
    died = entry + np.floor(rng.exponential(900, 200))
    died[died > 1500] = np.nan
    last = np.where(np.isnan(died), 1500 - rng.integers(0, 60, 200), died)
    site, n = np.arange(200) % 4, 200

    def chance(died: np.ndarray, last: np.ndarray) -> list[float]:
        columns = [Column(x, "date", v) for x, v in (("e", entry), ("d", died), ("l", last))]
        none = np.zeros(n, np.intp)
        sheet = Sheet("p", np.arange(n), np.arange(n), none, none, tuple(columns))
        export = Export(n, "p", (sheet,), site=site, entry=("p", "e"))
        for name, at in (("last", "l"), ("events", "d")):
            object.__setattr__(export, name, (export.known(("p", at)),))
        return [one.p for one in ends.looks(export)]

    assert min(chance(died, last)) > 0.05
    free = np.isnan(died)
    assert chance(died, np.where(free, np.minimum(last, 1100), last))[0] < 1e-6
    at_a_site = free & (site == 2)
    assert chance(died, np.where(at_a_site, np.minimum(last, 1100), last))[0] < 1e-4
    assert chance(np.where(died > 1100, np.nan, died), last)[1] < 1e-4


def test_who_was_no_longer_followed_lacks_no_visit():
    """80 were seen a year after entry, the last on day 684; 20 came later, and were due until day
    784, before the last date of all, day 900: each lacks a visit with the chance 0.5 / 81."""
    entry = np.arange(100) * 4.0 + 3
    entry[80:] = np.arange(20) * 5 + 324
    none, some = np.zeros(100, np.intp), np.arange(80)
    dates = tuple(Column(x, "date", v) for x, v in (("e", entry), ("l", np.full(100, 900.0))))
    people = Sheet("p", np.arange(100), np.arange(100), none, none, dates)
    visit = (Column("v", "date", entry[:80] + 365),)
    visits = Sheet("v", some, some, none[:80], none[:80], visit, visits=True)

    def chance(last: np.ndarray) -> float:
        export = Export(100, "p", (people, visits), entry=("p", "e"))
        contact = export.known(("p", "l"))
        object.__setattr__(contact, "values", last)
        object.__setattr__(export, "last", (contact,))
        return min(look.p for look in cuts.looks(export))

    late = entry + 365 > 684
    assert late.sum() == 20
    assert chance(np.full(100, 900.0)) == pytest.approx(0)
    assert chance(np.where(late, 600.0, 900)) == 1
    assert chance(np.where(np.arange(100) < 99, np.where(late, 600.0, 900), 900)) == pytest.approx(
        0.5 / 78, rel=0.1
    )


@pytest.mark.parametrize("lasts", [True, False])
def test_an_age_that_stands_again_at_the_next_visit_is_no_run(lasts: bool):
    """Rows of a visit after the other; a few patients had their birthday between. What was measured
    anew, and stands again for a third of the patients, is a run."""
    rng = np.random.default_rng(3)
    first, second = rng.integers(20, 70, (2, 60)).astype(float)
    later = np.where(np.arange(60) % 9 == 8, first + 1, first) if lasts else second
    later[:20] = first[:20]
    ages = Column("age", NUMBER, np.concatenate([first, later]))
    none, subject = np.zeros(120, np.intp), np.tile(np.arange(60), 2)
    sheet = Sheet("p", np.arange(2, 122), subject, none, none, (ages,), True)
    found = [look for look in blocks.looks(Export(60, "p", (sheet,))) if look.p < 1e-6]
    assert bool(found) is not lasts
