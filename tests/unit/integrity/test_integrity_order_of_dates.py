"""Dates of patients whose order their names say: what breaks it is told, however many do."""

import numpy as np
import pytest
from scipy import stats
from test_integrity_contradictions import days, sheet

from trialtrace.run.integrity import intervals, roles, sequence
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import CONTRADICTIONS, OF_MOST, OUT_OF_ORDER

N = 60
RNG = np.random.default_rng(8)
RANDOMISED = 19000.0 + RNG.choice(700, N, replace=False)
STARTED = RANDOMISED + RNG.integers(0, 9, N)
DIED = np.where(np.arange(N) % 2 == 0, STARTED + RNG.integers(100, 900, N), np.nan)
LAST = np.where(np.isnan(DIED), STARTED + 900, DIED)
BORN = RANDOMISED - 365 * RNG.integers(20, 80, N)


def moved(values: np.ndarray, by: int, count: int) -> np.ndarray:
    """The first so many of those that are known, by some days."""
    made = values.copy()
    made[np.flatnonzero(~np.isnan(values))[:count]] += by
    return made


def export(**changed: np.ndarray) -> Export:
    """Four tables' worth of dates: those of death stand in a table of their own."""
    of = {
        "born": days("birth_date", BORN),
        "rand": days("rand_date", RANDOMISED),
        "start": days("tx", STARTED, "Start of treatment, after randomisation"),
        "last": days("last_contact", LAST, "Date of last contact or death"),
        "died": days("death_date", DIED),
    }
    of |= {key: days(of[key].name, values, of[key].label) for key, values in changed.items()}
    dead = sheet("deaths", of.pop("died"))
    return Export(N, "p", (sheet("p", *of.values()), dead))


@pytest.mark.parametrize("count", [1, 4, 15, 29])
@pytest.mark.parametrize(
    ("key", "values", "by", "where", "told"),
    [
        ("start", STARTED, -40, "p.tx", "rand_date"),
        ("last", LAST, 200, "deaths.death_date", "p.last_contact"),
        ("rand", RANDOMISED, 60, "p.tx", "rand_date"),
    ],
)
def test_an_order_that_names_say_is_held_whatever_the_share(key, values, by, where, told, count):
    looks = [*sequence.looks(export(**{key: moved(values, by, count)}))]
    (look,) = [one for one in looks if one.where == where and f"before {told}" in one.told]
    n = int((~np.isnan(values if key != "last" else DIED)).sum())
    k = int(look.told.split()[0])
    assert look.told.startswith(f"{k} of {n} dates are before {told} of their patient")
    assert k == len(look.rows) and k >= count // (1 if where == "p.tx" else 2)
    assert look.remark == (CONTRADICTIONS if key == "last" else "")
    assert look.p == pytest.approx(stats.binom.sf(k - 1, n, 0.005))


def test_dates_in_their_order_are_silent():
    clean = export()
    assert not [one for one in sequence.looks(clean) if one.rows]
    assert not [one for one in intervals.looks(clean) if one.rows]


@pytest.mark.parametrize(("label", "told"), [("Scan", True), ("Result of the scan", False)])
def test_what_is_written_down_after_a_death_is_no_break(label, told):
    """Half of the dead and fewer have a scan after it, or only what was found on one before."""
    scan = moved(np.where(np.isnan(DIED), STARTED + 50, DIED - 9), 40, 20)
    made = Export(N, "p", (sheet("p", days("scan", scan, label), days("died_on", DIED)),))
    looks = [one for one in sequence.looks(made) if one.rows and one.remark == CONTRADICTIONS]
    assert [one.where for one in looks] == (["p.died_on"] if told else [])


def test_where_most_are_not_in_order_a_name_may_be_of_something_else():
    looks = sequence.looks(export(start=STARTED - 100))
    (look,) = [one for one in looks if one.rows]
    assert look.p == 1 and look.remark == OUT_OF_ORDER and "most" in look.told


@pytest.mark.parametrize(
    ("back", "name", "told"), [(3, "result", 1), (12, "result", 0), (3, "entered", 0)]
)
def test_an_order_that_nearly_all_keep_is_told(back, name, told):
    """Of two dates that come in any order one is the later in most; a form is typed some day."""
    first = 19000 + RNG.integers(0, 300, N)
    other = first + np.where(np.arange(N) < back, -20, 20)
    made = Export(N, "p", (sheet("p", days("biopsy", first), days(name, other)),))
    looks = [one for one in sequence.looks(made) if one.rows]
    assert len(looks) == told
    for one in looks:
        assert one.p == pytest.approx(stats.binom.sf(back - 1, N, 0.005))
        assert len(one.rows) == back
        # No name says the order: neither date is called the wrong one.
        assert one.remark == OF_MOST and "of their row, on or after it in the others" in one.told


@pytest.mark.parametrize(
    ("name", "label", "rank"),
    [
        ("dob", "", roles.BORN),
        ("randdt", "", roles.ENTERED),
        ("d1", "Date of randomisation and start of treatment", roles.BEGUN),
        ("treat_start", "Date of first treatment, after randomisation", roles.BEGUN),
        ("lstc", "Date of last contact or death", roles.SEEN),
        ("dthdt", "", roles.DEAD),
        ("chemo", "Last chemotherapy before randomisation", None),
        ("fu0", "Start of follow-up", None),
        ("birth_date", "Date of birth of the child", None),
        ("d_rep", "Date on which the death was reported", None),
        ("seen", "Date of visit", None),
        ("d_lab", "Date of analysis of the sample at death", None),
        ("biopsy", "Date of biopsy after randomisation", None),
    ],
)
def test_what_a_date_is_by_its_name(name, label, rank):
    assert roles.rank_of(name, label) == rank
