"""Rows some patients off, a status turned round, rows filled in, and a unit at a site's visit."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity import chances, factors, misplaced, neighbours, status, values
from trialtrace.run.integrity.export import DATE, NUMBER, Column, Export, Sheet

N = 120
NONE = np.zeros(N, np.intp)


def sheet(name: str, columns: dict[str, tuple[str, np.ndarray]], visits: int = 1) -> Sheet:
    """Rows by patient and visit."""
    made = tuple(Column(x, kind, np.asarray(v, float).ravel()) for x, (kind, v) in columns.items())
    who, step = np.repeat(np.arange(N), visits), np.tile(np.arange(visits), N)
    rows = np.arange(2, len(who) + 2)
    return Sheet(name, rows, who, step, 0 * step, made, in_order=True, visits=visits > 1)


def of_patients(*sheets: Sheet, sites: int = 4) -> Export:
    site = np.arange(N) * sites // N
    return Export(N, "p", sheets, site=site, entry=("p", "entered"))


def followed(turned: np.ndarray, closing: bool = False) -> float:
    """The chance of the status of a trial that ends on day 1000, turned round for some; or with a
    closing visit at which half have the event."""
    rng = np.random.default_rng(3)
    entry = np.sort(rng.integers(0, 600, N)).astype(float)
    died = entry + np.floor(rng.exponential(700, N))
    contact = 1000.0 - rng.integers(0, 60, N)
    had, end = died <= contact, np.minimum(died, contact)
    had = np.where(turned, ~had, had) | (closing & ~had & (np.arange(N) % 2 == 0))
    dates = {"entered": entry, "seen": end, "died": np.where(had, end, np.nan)}
    export = of_patients(sheet("p", {name: (DATE, of) for name, of in dates.items()}))
    for name, at in (("last", "seen"), ("events", "died")):
        object.__setattr__(export, name, (export.known(("p", at)),))
    (look,) = status.looks(export)
    return look.p


def test_a_status_turned_round_has_the_events_at_the_end():
    nobody, site = np.zeros(N, bool), np.arange(N) * 4 // N
    assert followed(nobody) > 0.5 and followed(nobody, closing=True) > 0.5
    assert followed(~nobody) < 1e-9 and followed(site == 2) < 1e-4


def test_times_without_an_event_that_end_on_the_day_of_one_are_told():
    rng = np.random.default_rng(5)
    entry = np.sort(rng.integers(0, 600, N)).astype(float)
    had = rng.random(N) < 0.5
    end = entry + rng.integers(20, 400, N)
    dead = had & (np.arange(N) % 4 == 0)
    progressed = np.where(had & ~dead, end, np.nan)
    kept = had & ~(~dead & (np.arange(N) % 9 == 0))

    def remarks(**dates: np.ndarray) -> list:
        columns = {"entered": entry, "seen": end, "event": np.where(kept, end, np.nan)} | dates
        export = of_patients(sheet("p", {name: (DATE, of) for name, of in columns.items()}))
        for name, at in (("last", "seen"), ("events", "event")):
            object.__setattr__(export, name, (export.known(("p", at)),))
        return [look for look in status.looks(export) if look.remark]

    (look,) = remarks(prog_date=progressed)
    assert look.p == 1 and look.rows == tuple(np.flatnonzero(had & ~kept) + 2)
    # The last assessment ends the times of all, whether it is a few's or most have one.
    assert not remarks(assessed=end)
    assert not remarks(last_seen=progressed)
    assert not remarks(prog_date=np.where(kept, progressed, np.nan))


def test_the_chance_of_events_at_the_end_is_that_of_their_person_days():
    """Ten from day 0 on: 5 events on day 100, 1 on day 85, contacts on days 20, 30, 40 and 50."""
    ended = np.array([100.0] * 5 + [85, 20, 30, 40, 50])
    had = np.arange(10) < 6
    within, before = 5 * 10 + 1, 5 * 30 + 25 + 0 + 0 + 0 + 0 + 1
    share = 4 * within / (4 * within + before)
    p = status.piled(np.zeros(10), ended, had, 10.0)
    assert p == pytest.approx(stats.binom.sf(4, 6, share))
    # Where contacts end there as well it is follow-up that ended.
    assert status.piled(np.zeros(10), np.where(had, ended, 99.0), had, 10.0) == 1


def test_dates_that_fit_the_entry_of_the_next_patient():
    rng = np.random.default_rng(4)
    entry = np.sort(rng.choice(4000, N, replace=False)).astype(float)
    visit = entry[:, None] + [0, 30] + rng.integers(-1, 2, (N, 2))

    def told(visit: np.ndarray) -> tuple[float, str]:
        of_visits = sheet("v", {"on": (DATE, visit)}, 2)
        export = of_patients(sheet("p", {"entered": (DATE, entry)}), of_visits)
        return min((one.p, one.told) for one in neighbours.looks(export))

    def least(visit: np.ndarray) -> float:
        return told(visit)[0]

    assert least(visit) > 0.05
    late = np.where(np.arange(N)[:, None] % 6, visit, visit + 25)
    assert least(late) > 0.05
    off = visit.copy()
    off[40:60] = visit[41:61]
    assert least(off) < 1e-9
    for lag, where in ((1, "1 after"), (-1, "1 before"), (3, "3 after"), (-2, "2 before")):
        off = visit.copy()
        off[40:60] = visit[40 + lag : 60 + lag]
        assert told(off)[1].endswith(f"that of the patient {where}")


def with_visits(visit: np.ndarray, entry: np.ndarray, visits: bool = True) -> Export:
    """Two dates of another table of each patient, of visits or of samples."""
    of = sheet("v", {"on": (DATE, visit)}, 2)
    return of_patients(
        sheet("p", {"entered": (DATE, entry)}), dataclasses.replace(of, visits=visits)
    )


@pytest.mark.parametrize("visits", [True, False])
@pytest.mark.parametrize("pairs", [0, 3, 10])
def test_dates_of_patients_that_are_exchanged_in_another_table(pairs, visits):
    """Patients far from each other in the file, so that no neighbour's entry fits."""
    rng = np.random.default_rng(5)
    entry = np.sort(rng.choice(700, N, replace=False)).astype(float)
    visit = entry[:, None] + [0, 30] + rng.integers(-2, 3, (N, 2))
    who = rng.choice(N, 2 * pairs, replace=False)
    visit[who] = visit[np.roll(who, pairs)]
    looks = [*neighbours.looks(with_visits(visit, entry, visits))]
    if not pairs:
        assert min(one.p for one in looks) > 0.05
        return
    found = min(looks, key=lambda one: one.p)
    assert found.p < 1e-4
    assert found.told.endswith("at that of another of these patients: exchanged")
    rows = {2 + 2 * int(one) for one in who} | {3 + 2 * int(one) for one in who}
    assert len(found.rows) >= 2 * pairs - 2 and set(found.rows) <= rows


def test_dates_that_are_late_together_are_of_no_other_patient():
    rng = np.random.default_rng(6)
    entry = np.sort(rng.choice(700, N, replace=False)).astype(float)
    late = np.where(np.arange(N) % 5 == 0, 40, 0)[:, None] * [1, 0]
    looks = [*neighbours.looks(with_visits(entry[:, None] + [0, 60] + late, entry))]
    told = [one for one in looks if one.rows]
    assert [(one.p, one.remark) for one in told] == [(1.0, neighbours.APART)]
    assert told[0].rows == tuple(2 + 2 * who for who in range(0, N, 5))
    assert "after the usual time" in told[0].told
    # A tail of a few days is no other time.
    tail = rng.geometric(0.2, (N, 2)) - 1
    looks = neighbours.looks(with_visits(entry[:, None] + [0, 60] + tail, entry))
    assert not [one for one in looks if one.rows]


def test_first_visits_of_another_trial():
    rng = np.random.default_rng(7)
    entry = np.sort(rng.choice(700, N, replace=False)).astype(float)
    other = np.sort(rng.choice(700, N, replace=False)) + rng.normal(0, 80, N)
    looks = [*neighbours.looks(with_visits(other[:, None] + [0, 60], entry))]
    (found,) = [one for one in looks if "first visits" in one.told]
    since = other - entry
    least = min((since <= -30).sum(), (since >= 30).sum())
    assert found.p == pytest.approx(stats.binom.sf(least - 1, N, 0.01)) and found.p < 1e-9
    # Late visits, or early ones, are those of their patients.
    for beside in (np.abs(since), -np.abs(since)):
        looks = neighbours.looks(with_visits((entry + beside)[:, None] + [0, 60], entry))
        (found,) = [one for one in looks if "first visits" in one.told]
        assert found.p == 1


def test_the_chance_of_dates_that_fit_is_how_often_entries_are_as_far_apart():
    """Days 0 but for two of 25, 10 and 20 days off, one of which fits; within 3 days of 10 or 20
    are 3 and 1 of 24 entries."""
    since = np.zeros(25)
    since[:2] = 10, 20
    apart = np.array([10.0, 50, *[8, 13], 22, *[40] * 19, np.nan])
    window = neighbours.usual_days(since)
    assert neighbours.far_off(since, window).tolist() == [0, 1]
    p, who = neighbours.fitting(since, apart, window)
    share = ((3 + 1) / 25 + (1 + 1) / 25) / 2
    assert who.tolist() == [0] and p == pytest.approx(stats.binom.sf(0, 2, share))


def test_the_chance_of_an_exchange_is_that_of_entries_drawn_at_random():
    """Three dates whose patients entered elsewhere: how often all fit, by drawing their entries."""
    rng = np.random.default_rng(8)
    due = rng.integers(0, 60, 400).astype(float)
    day = due.copy()
    day[:3] = [100.0, 20, 45]
    due[:3] = [20.0, 45, 100]
    window = (-3.0, 3.0, 3.0)
    p, who = neighbours.exchanged(day, due, window)
    drawn = rng.choice(due, (20000, 3, 2))
    since = day[:3][None, :, None] - drawn
    fit = (np.abs(since) <= 3).any(axis=2).sum(axis=1)
    assert who.tolist() == [0, 1, 2] and p >= 0.9 * (fit == 3).mean()
    # The binomial of the mean chance, by scipy.
    share = [(np.abs(one - due) <= 3).sum() + 1 for one in day[:3]]
    chance = np.mean([1 - (1 - each / 401) ** 2 for each in share])
    assert p == pytest.approx(stats.binom.sf(2, 3, chance))


def test_numbers_of_both_visits_a_row_down_and_a_visit_of_a_small_site():
    rng = np.random.default_rng(6)
    level = rng.normal(0, 1, (N, 1))
    x, y = (np.round(500 + 90 * (level + rng.normal(0, 0.25, (N, 2)))) for _ in "xy")

    def found(x: np.ndarray, sites: int = 4) -> tuple[float, str]:
        export = of_patients(sheet("v", {"x": (NUMBER, x), "y": (NUMBER, y)}, 2), sites=sites)
        return min((one.p, one.told) for one in misplaced.looks(export))

    assert found(x)[0] > 0.01
    p, told = found(np.roll(x, 1, axis=0))
    assert p < 1e-9 and told.startswith("whether 120 values go, by")
    off = x.copy()
    off[24:36, 1] = np.roll(x[24:36, 1], 1)
    assert found(off, sites=10)[0] < 1e-3 and found(x, sites=10)[0] > 0.01


def test_the_tail_of_a_correlation_of_few():
    r, n = 0.9, 12
    x = np.random.default_rng(1).normal(size=n)
    noise = np.random.default_rng(2).normal(size=n)
    noise -= np.polyval(np.polyfit(x, noise, 1), x)
    y = r * (x - x.mean()) / x.std() + np.sqrt(1 - r**2) * noise / noise.std()
    p = stats.pearsonr(x, y, alternative="greater").pvalue
    assert chances.correlated(np.arctanh(r), np.array(n - 2)) == pytest.approx(p)


@pytest.mark.parametrize("filled", ["zero", "the visit before"])
def test_rows_without_a_date_that_have_one_number(filled):
    rng = np.random.default_rng(9)
    score, on = rng.integers(20, 80, (N, 2)).astype(float), np.arange(N)[:, None] + [0, 30.0]
    pulse = rng.integers(50, 99, (N, 2)).astype(float)
    gone = np.arange(N) < 12

    def looks(score: np.ndarray, name: str = "score") -> list[float]:
        columns = {name: (NUMBER, score), "pulse": (NUMBER, pulse), "on": (DATE, on)}
        return [one.p for one in values.lone(of_patients(sheet("v", columns, 2)))]

    for column in (on, pulse):
        column[gone, 1] = np.nan
    score[gone, 1] = 0 if filled == "zero" else score[gone, 0]
    same = int((score[~gone, 1] == score[~gone, 0]).sum()) if filled != "zero" else 0
    share = 3 * (same + 1) / (2 * N - 12 + 2)
    assert looks(score) == [pytest.approx(2 * share**12)]
    assert not looks(score, "score_locf")
    score[gone, 1] = rng.integers(20, 80, 12)
    assert looks(score)[0] > 0.001


def test_pounds_at_one_visit_of_a_site():
    rng = np.random.default_rng(2)
    weight = rng.normal(80, 12, (N, 1)) + rng.normal(0, 1, (N, 3))

    def least(weight: np.ndarray) -> float:
        export = of_patients(sheet("v", {"weight": (NUMBER, np.round(weight, 1))}, 3), sites=12)
        return min(one.p for one in factors.looks(export))

    assert least(weight) > 0.05
    weight[20:30, 2] *= 2.2046
    assert least(weight) < 1e-9
