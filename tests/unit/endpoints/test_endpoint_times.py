"""Times from dates, competing events, interval-censored times and outcomes at a fixed time."""

from pathlib import Path

import numpy as np
import pytest
from tiny_trial import derived, shown, tiny

from trialtrace.run.endpoints.kinds.interval_time import bounds
from trialtrace.stats.survival.competing_risks import cumulative_incidence

ORACLE = Path(__file__).resolve().parents[2] / "oracle"

SUBJECTS = "subjects: {table: patients, variables: {start: rand_on}}"
DEATH = """
death: {label: Death, code: DEATH, kind: time_to_event, table: patients, start: start,
        event_date: died_on, event: {died: {is: "1"}}, last_contact: seen_on, terminal: true,
        day_of_start: 0, horizon: 365, horizon_label: One year, event_label: Died,
        censored_label: Alive}
"""


VISITS = """
seen: {label: S, code: SEEN, kind: repeated, table: patients, visits: {v1: w12, v2: post}}
event: {label: E, code: EVENT, kind: event, of: seen, event: {above: 0}}
time: {label: T, code: TIME, kind: interval_time, of: event, event_label: E, censored_label: N,
       DAYS}
"""


def test_bounds_hold_the_first_yes():
    rng = np.random.default_rng(1)
    happened = rng.choice([0.0, 1.0, np.nan], size=(5, 400))
    days = np.cumsum(rng.integers(1, 50, size=(5, 400)), axis=0).astype(float)
    low, high = bounds(happened, days)
    for subject in range(400):
        seen = [
            (d, h)
            for d, h in zip(days[:, subject], happened[:, subject], strict=True)
            if not np.isnan(h)
        ]
        with_it = [d for d, h in seen if h == 1]
        assert high[subject] == (min(with_it) if with_it else np.inf)
        free = [d for d, h in seen if h == 0 and d < high[subject]]
        assert low[subject] == max(free, default=0)


def test_the_visit_at_which_an_event_was_seen_with_death_competing(tmp_path):
    """a: seen on day 180; b: died on day 100, after the last visit without; c: died before it."""
    text = (
        VISITS.replace("DAYS", "days: {w12: 84, post: 180}")
        + DEATH
        + """
first: {label: Seen, code: FIRST, kind: time_to_event, seen: time, competing: [death]}
"""
    )
    patients = """
    id  rx  v1:integer  v2:integer  rand_on:date  died  died_on:date  seen_on:date
    a   1   0           1           2020-01-01    0     .             2020-12-01
    b   0   0           .           2020-01-01    1     2020-04-10    2020-04-01
    c   1   0           .           2020-01-01    1     2020-03-01    2020-03-01
    """
    tables = derived(tiny(text, SUBJECTS), tmp_path, patients=patients)
    adtte = tables["adtte"]
    rows = adtte.filter(adtte["PARAMCD"].to_numpy(zero_copy_only=False) == "FIRST")
    assert [row[1:] for row in shown(rows, "AVAL", "CNSR", "EVNTDESC")] == [
        (180, 0, "E"),
        (84, 1, None),
        (60, 2, None),
    ]


MUTUAL = """
os: {label: Death, code: OS, kind: time_to_event, table: patients, time: t_death,
     event: {died: {is: "1"}}, event_label: Died, censored_label: Alive, competing: [transplant]}
transplant: {label: Transplant, code: TX, kind: time_to_event, table: patients, time: t_tx,
     event: {tx: {is: "1"}}, event_label: Transplanted, censored_label: Not, competing: [os]}
by_300: {label: By 300, code: BY300, kind: event_by, of: os, time: 300, censored: missing,
     competing: no_event}
"""


def test_two_events_that_compete_with_each_other_as_by_cmprsk(tmp_path):
    """Who was transplanted may die later, of which neither curve may know. R's values are those of
    the oracle, which knows the first event alone."""
    lines = (ORACLE / "data" / "competing.csv").read_text().splitlines()
    cases = [line.split(",") for line in lines if line.startswith("two_groups,")]
    first = [(float(time), int(float(cause))) for _, time, cause, *_ in cases]
    patients = ["id rx t_death:number died t_tx:number tx"]
    for n, (time, cause) in enumerate(first):
        death = (time, int(cause == 1)) if cause != 2 else (time + 50, n % 2)
        patients.append(f"{n} 1 {death[0]} {death[1]} {time} {int(cause == 2)}")
    adtte = derived(tiny(MUTUAL), tmp_path, patients="\n".join(patients))["adtte"]
    at = 0.55 * max(time for time, _ in first)
    for code, cause in (("OS", 1), ("TX", 2)):
        rows = adtte.filter(adtte["PARAMCD"].to_numpy(zero_copy_only=False) == code)
        time, status = (rows[name].to_numpy().astype(float) for name in ("AVAL", "CNSR"))
        curve = cumulative_incidence(
            time, np.array([1, 0, 2])[status.astype(int)], of=1, confidence=0.95, variance="aalen"
        )
        reached = np.flatnonzero(curve.time <= at)[-1]
        assert curve.incidence[reached] == pytest.approx(by_r(f"cause{cause}.aalen@0.55.estimate"))


def by_r(quantity: str) -> float:
    """A number of R's cmprsk of the oracle's trial of two groups."""
    lines = (ORACLE / "expected" / "competing_risks.csv").read_text().splitlines()
    (value,) = (one for one in lines if one.startswith(f"two_groups,{quantity},"))
    return float(value.rpartition(",")[2])
