"""Imputed dates and spans in derived data: flags, and the raw cells behind them."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
from tiny_trial import derived, drawn, edges, shown, tiny

ENDPOINTS = """
death:
  {label: Death, code: DEATH, kind: time_to_event, table: patients, start: randomised,
   event: {died: {is: "1"}}, event_date: dead, last_contact: last, terminal: false,
   day_of_start: 0, event_label: Death, censored_label: Alive}
"""
SUBJECTS = "subjects: {table: patients, variables: {randomised: in}}"
PATIENTS = """
id rx in:date       died dead:date  last:date
a  1  2020-01-01    1    2020-03-15 2020-03-31
b  1  2020-01-15    0    .          2020-06-01
c  0  2020-01-01    1    2020-02-02 2020-02-02
"""


def with_marks(table: pa.Table, **marks: list[str | None]) -> pa.Table:
    for column, flags in marks.items():
        table = table.append_column(f"{column} (DTF)", pa.array(flags, type=pa.string()))
    return table


def test_an_imputed_date_has_its_flag_where_it_is_the_date_of_a_record(tmp_path: Path):
    table = with_marks(drawn(PATIENTS), dead=["D", None, None], **{"in": [None, "M", None]})
    made = derived(tiny(ENDPOINTS, SUBJECTS), tmp_path, patients=table)
    assert shown(made["adtte"], "AVAL", "ADT", "ADTF", "STARTDTF") == [
        ("a", 74.0, dt.date(2020, 3, 15), "D", None),
        ("b", 138.0, dt.date(2020, 6, 1), None, "M"),
        ("c", 32.0, dt.date(2020, 2, 2), None, None),
    ]
    assert shown(made["adsl"], "RANDODTF") == [("a", None), ("b", "M"), ("c", None)]


def test_without_an_imputed_date_there_is_no_flag(tmp_path: Path):
    made = derived(tiny(ENDPOINTS, SUBJECTS), tmp_path, patients=drawn(PATIENTS))
    assert not [name for name in made["adtte"].column_names if name.endswith("DTF")]


def test_a_span_leads_to_both_raw_cells(tmp_path: Path):
    spans = "tables: {patients: {spans: {wait: {from: in, to: dead, unit: days}}}}"
    endpoints = "wait: {label: Wait, code: WAIT, kind: measure, table: patients, column: wait}"
    table = drawn(PATIENTS).append_column("wait", pa.array([74.0, None, 32.0]))
    made = derived(tiny(endpoints, cleaning=spans), tmp_path, patients=table)
    assert shown(made["bds"], "AVAL", "AVALU") == [
        ("a", 74.0, "days"),
        ("b", None, "days"),
        ("c", 32.0, "days"),
    ]
    assert edges(made, "bds", "AVAL")[:2] == [
        ("a", 1, "patients", 2, "dead"),
        ("a", 1, "patients", 2, "in"),
    ]


def test_days_are_counted_between_the_days_of_moments(tmp_path: Path):
    """From 23:30 to 00:30 is a day by the calendar."""
    table = """
    id rx in:datetime          died dead:datetime       last:datetime
    a  1  2020-01-01T23:30:00  1    2020-01-02T00:30:00 2020-03-31T12:00:00
    b  0  2020-01-15T08:00:00  0    .                   2020-01-15T09:00:00
    """
    made = derived(tiny(ENDPOINTS, SUBJECTS), tmp_path, patients=table)
    assert shown(made["adtte"], "AVAL", "CNSR", "STARTDT", "ADT") == [
        ("a", 1.0, 0, dt.date(2020, 1, 1), dt.date(2020, 1, 2)),
        ("b", 0.0, 1, dt.date(2020, 1, 15), dt.date(2020, 1, 15)),
    ]
    assert shown(made["adsl"], "RANDOMISED")[0] == ("a", dt.datetime(2020, 1, 1, 23, 30))
