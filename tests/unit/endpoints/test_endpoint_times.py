"""Times from dates, competing events, interval-censored times and outcomes at a fixed time."""

from pathlib import Path

import numpy as np
import pytest
from tiny_trial import derived, edges, shown, tiny

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
PATIENTS = """
id  rx  rand_on:date  died  died_on:date  seen_on:date
a   1   2020-01-01    1     2020-01-31    2020-01-20
b   0   2020-01-01    0     .             2020-03-01
c   1   2020-01-01    1     2021-06-01    2021-06-01
d   0   2020-01-01    1     2020-02-01    2020-02-02
e   1   2020-01-01    1     .             2020-02-02
f   0   2020-01-01    0     2020-02-01    2020-02-02
g   1   2020-01-01    1     2019-12-31    2019-12-01
h   0   .             1     2020-02-01    2020-01-02
i   1   2020-01-01    .     .             2020-01-02
j   0   2020-01-01    0     .             .
"""


def test_impossible_dates_are_listed(tmp_path):
    tables = derived(tiny(DEATH, SUBJECTS), tmp_path, patients=PATIENTS)
    rejects = tables["rejects"].select(["source_row", "column", "rule", "severity"]).to_pylist()
    assert [(r["source_row"], r["column"], r["rule"]) for r in rejects] == [
        (5, "died_on", "death_contact_after_event"),
        (6, "died_on", "death_event_without_date"),
        (7, "died_on", "death_date_without_event"),
        (8, "died_on", "death_event_before_start"),
        (8, "seen_on", "death_contact_before_start"),
    ]
    assert {r["severity"] for r in rejects} == {"reject"}


def test_a_status_and_one_date(tmp_path):
    """The date is of the death, or of the day when a patient was last alive or was lost."""
    patients = "id rx rand_on:date status ended:date\na 1 2020-01-01 dead 2020-01-31\n"
    patients += "b 0 2020-01-01 alive 2020-03-01\nc 0 2020-01-01 lost 2020-01-11"
    text = DEATH.replace("died_on", "ended").replace("seen_on", "ended")
    text = text.replace('{died: {is: "1"}}', "{status: {is: dead}}")
    tables = derived(tiny(text, SUBJECTS), tmp_path, patients=patients)
    assert [row[1:3] for row in shown(tables["adtte"], "AVAL", "CNSR")] == [
        (30, 0),
        (60, 1),
        (10, 1),
    ]
    assert tables["rejects"].num_rows == 0


FRACTURE = (
    DEATH.replace(" horizon: 365, horizon_label: One year,", "")
    + """
broken: {label: B, code: BROKEN, kind: occurrence, table: breaks, term: Fracture, date: day}
fracture: {label: F, code: FRACT, kind: time_to_event, table: patients, start: start,
           occurrence: broken, last_contact: seen_on, terminal: false, day_of_start: 0,
           event_label: Fracture, censored_label: No fracture, competing: [death]}
by_60: {label: By 60, code: BY60, kind: event_by, of: fracture, time: 60, censored: missing,
        competing: no_event}
"""
)
TABLES = (
    SUBJECTS
    + """
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         breaks: {of: other, key: [source_row], subject: id}}
"""
)
BREAKS = "id day:date\na 2020-02-10\na 2020-01-20\nb 2020-03-01\ng ."


def test_the_first_fracture_with_death_competing(tmp_path):
    """a: the earlier fracture, day 19. b: fracture and death on day 60, the fracture counts.
    c: death on day 40. d: censored on day 30. e: death without a date. f: free until day 90.
    g: a fracture without a date.
    """
    patients = """
    id  rx  rand_on:date  died  died_on:date  seen_on:date
    a   1   2020-01-01    1     2020-03-01    2020-03-01
    b   0   2020-01-01    1     2020-03-01    2020-03-01
    c   1   2020-01-01    1     2020-02-10    2020-02-10
    d   0   2020-01-01    0     .             2020-01-31
    e   1   2020-01-01    1     .             2020-01-31
    f   1   2020-01-01    0     .             2020-03-31
    g   1   2020-01-01    0     .             2020-03-31
    """
    tables = derived(tiny(FRACTURE, TABLES), tmp_path, patients=patients, breaks=BREAKS)
    rows = shown(tables["adtte"], "PARAMCD", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC")
    assert [(r[0], *r[2:]) for r in rows if r[1] == "FRACT"] == [
        ("a", 19, 0, "Fracture", None),
        ("b", 60, 0, "Fracture", None),
        ("c", 40, 2, None, "Died"),
        ("d", 30, 1, None, "No fracture"),
        ("e", None, None, None, None),
        ("f", 90, 1, None, "No fracture"),
        ("g", None, None, None, None),
    ]
    rejects = [r for r in tables["rejects"].to_pylist() if r["rule"].startswith("fracture_")]
    assert [(r["table"], r["source_row"], r["column"], r["rule"]) for r in rejects] == [
        ("breaks", 5, "day", "fracture_event_without_date")
    ]
    by = shown(tables["bds"], "PARAMCD", "AVAL")
    assert [r[2] for r in by if r[1] == "BY60"] == [1, 1, 0, None, None, 0, None]


VISITS = """
seen: {label: S, code: SEEN, kind: repeated, table: patients, visits: {v1: w12, v2: post}}
event: {label: E, code: EVENT, kind: event, of: seen, event: {above: 0}}
time: {label: T, code: TIME, kind: interval_time, of: event, event_label: E, censored_label: N,
       DAYS}
"""


DATED = """dates: {table: visits, visit: {column: visit, labels: {"1": w12, "2": post}}, date: day},
       start: start"""
DATED_TABLES = """
subjects: {table: patients, variables: {start: rand_on}}
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         visits: {of: other, key: [source_row], subject: id}}
"""
DATES = """
id visit day:date
a 1 2020-03-31
a 2 2020-07-01
b 1 2020-03-25
b 2 2020-03-20
c 1 2020-03-25
d 1 2019-12-25
d 2 2020-07-01
"""


def test_intervals_by_the_dates_of_visits(tmp_path):
    """b's second visit is dated before its first, d's first before the start; c's has no date."""
    patients = """
    id  rx  rand_on:date  v1:integer  v2:integer
    a   1   2020-01-01    0           1
    b   0   2020-01-01    0           1
    c   1   2020-01-01    0           1
    d   0   2020-01-01    0           1
    """
    text = VISITS.replace("DAYS", DATED)
    tables = derived(tiny(text, DATED_TABLES), tmp_path, patients=patients, visits=DATES)
    assert shown(tables["adtte"], "AVALLO", "AVALHI") == [
        ("a", 90, 182),
        ("b", None, None),
        ("c", None, None),
        ("d", None, None),
    ]
    rules = [(r["source_row"], r["rule"]) for r in tables["rejects"].to_pylist()]
    assert rules == [(5, "time_visit_order"), (7, "time_visit_order")]
    assert {edge[4] for edge in edges(tables, "adtte", "AVAL") if edge[0] == "a"} == {
        "v1",
        "v2",
        "day",
        "rand_on",
    }
    text = text.replace("start: start", "start: start, days: {w12: 84, post: 180}")
    tables = derived(tiny(text, DATED_TABLES), tmp_path, patients=patients, visits=DATES)
    assert shown(tables["adtte"], "AVALLO", "AVALHI")[2] == ("c", 84, 180)


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


def test_two_visits_on_one_day_are_in_no_order(tmp_path):
    patients = "id rx rand_on:date v1:integer v2:integer\na 1 2020-01-01 0 1"
    dates = "id visit day:date\na 1 2020-03-31\na 2 2020-03-31"
    text = VISITS.replace("DAYS", DATED)
    tables = derived(tiny(text, DATED_TABLES), tmp_path, patients=patients, visits=dates)
    assert shown(tables["adtte"], "AVALLO", "AVALHI") == [("a", None, None)]
    assert [one["source_row"] for one in tables["rejects"].to_pylist()] == [3]


def test_a_fracture_without_a_row_of_follow_up_has_no_time(tmp_path):
    """Without it nobody knows how long the subject was followed, nor whether it was the first."""
    trial = """
subjects: {table: patients, variables: {start: rand_on}}
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         breaks: {of: other, key: [source_row], subject: id},
         seen: {of: more, key: [id], subject: id}}
"""
    text = FRACTURE[FRACTURE.index("broken:") : FRACTURE.index("by_60")]
    text = text.replace("table: patients", "table: seen").replace(", competing: [death]", "")
    tables = derived(
        tiny(text, trial),
        tmp_path,
        patients="id rx rand_on:date\na 1 2020-01-01\nb 0 2020-01-01",
        breaks="id day:date\na 2020-02-10\nb 2020-02-10",
        seen="id seen_on:date\nb 2020-03-01",
    )
    assert shown(tables["adtte"], "AVAL", "CNSR") == [("a", None, None), ("b", 40, 0)]


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
