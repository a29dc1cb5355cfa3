"""Derivations against the same rules written as plain loops over drawn subjects."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_trial import derived, edges, shown, tiny

FIRST = """
one: {label: One, code: ONE, kind: time_to_event, table: patients, time: t1,
      event: {e1: {is: "1"}}, event_label: Happened, censored_label: Not yet}
two: {label: Two, code: TWO, kind: time_to_event, table: patients, time: t2,
      event: {e2: {is: "1"}}, event_label: Happened, censored_label: Not yet}
first: {label: F, code: FIRST, kind: time_to_event, first_of: [one, two]}
"""
LONG = """
pain: {label: Pain, code: PAIN, kind: repeated, table: diary, column: pain, baseline: x,
       visit: {column: day, labels: {"0": x, "1": y, "2": z}}}
any: {label: Any, code: ANY, kind: event, of: pain, event: {above: 1}}
"""
TWO_TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  diary: {of: raw2, key: [id, day], subject: id}
"""
TIME = st.one_of(st.none(), st.integers(-1, 3))
HAPPENED = st.sampled_from([None, "0", "1"])


def dotted(*cells: object) -> str:
    return " ".join("." if cell is None else str(cell) for cell in cells)


def one(time: int | None, event: str | None) -> tuple[int, int] | None:
    return None if time is None or time < 0 or event is None else (time, 1 - int(event))


@settings(max_examples=40)
@given(st.lists(st.tuples(TIME, HAPPENED, TIME, HAPPENED), min_size=1, max_size=8))
def test_the_first_of_two_events(subjects):
    expected = []
    for t1, e1, t2, e2 in subjects:
        parts = [one(t1, e1), one(t2, e2)]
        if None in parts:
            expected.append((None, None))
            continue
        happened = [time for time, censored in parts if not censored]
        expected.append((min(happened), 0) if happened else (min(parts)[0], 1))
    lines = [f"{chr(97 + i)} 1 {dotted(*row)}" for i, row in enumerate(subjects)]
    patients = "\n".join(["id rx t1:integer e1 t2:integer e2", *lines])
    with tempfile.TemporaryDirectory() as folder:
        tables = derived(tiny(FIRST), Path(folder), patients=patients)
    found = [
        row[2:] for row in shown(tables["adtte"], "PARAMCD", "AVAL", "CNSR") if row[1] == "FIRST"
    ]
    assert found == expected


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.integers(0, 2)),
        st.one_of(st.none(), st.integers(0, 3)),
    ),
    st.randoms(use_true_random=False),
)
def test_long_visits(values, random):
    rows = [(subject, day, value) for (subject, day), value in values.items()]
    random.shuffle(rows)
    diary = "\n".join(["id day:integer pain:integer", *[dotted(*row) for row in rows]])
    with tempfile.TemporaryDirectory() as folder:
        trial = tiny(LONG, trial=TWO_TABLES)
        tables = derived(trial, Path(folder), patients="id rx\na 1\nb 0\nc 1", diary=diary)
    expected = []
    for subject in "abc":
        pain = [values.get((subject, day)) for day in range(3)]
        base = pain[0]
        for value in pain:
            change = None if value is None or base is None else value - base
            expected.append((subject, "PAIN", value, base, change))
        expected += [
            (subject, "ANY", None if value is None else float(value > 1), None, None)
            for value in pain
        ]
    assert shown(tables["bds"], "PARAMCD", "AVAL", "BASE", "CHG") == expected
    traced = {(edge[0], edge[1]) for edge in edges(tables, "bds", "AVAL")}
    with_value = {
        (row[0], row[1]) for row in shown(tables["bds"], "ASEQ", "AVAL") if row[2] is not None
    }
    assert with_value <= traced
