"""Times to events: censoring, unknown times, and the first of several events."""

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

DEATH = """
death: {label: Death, code: DEATH, kind: time_to_event, table: patients, time: days,
        event: {died: {is: "1"}}, event_label: Died, censored_label: Alive}
"""
FIRST = """
relapse: {label: Relapse, code: REL, kind: time_to_event, table: patients, time: t1,
          event: {e1: {is: "1"}}, event_label: Relapsed, censored_label: No relapse}
death: {label: Death, code: DEATH, kind: time_to_event, table: patients, time: t2,
        event: {e2: {is: "1"}}, event_label: Died, censored_label: Alive}
first: {label: Either, code: EFS, kind: time_to_event, first_of: [relapse, death]}
"""


def test_event_censored_and_unknown(tmp_path):
    trial = tiny(DEATH, cleaning="tables: {patients: {units: {days: days}}}")
    tables = derived(
        trial,
        tmp_path,
        patients="""
        id  rx  days:integer  died
        a   1   100           1
        b   0   0             0
        c   1   .             1
        d   0   50            .
        e   0   -3            1
        """,
    )
    assert shown(tables["adtte"], "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC") == [
        ("a", 100, "days", 0, "Died", None),
        ("b", 0, "days", 1, None, "Alive"),
        ("c", None, "days", None, None, None),  # when is unknown
        ("d", None, "days", None, None, None),  # whether is unknown
        ("e", None, "days", None, None, None),  # before the start
    ]
    assert edges(tables, "adtte", "AVAL")[:2] == [
        ("a", 1, "patients", 2, "days"),
        ("a", 1, "patients", 2, "died"),
    ]


def test_one_row_a_subject_after_where(tmp_path):
    patients = "id rx days:integer died kind\na 1 10 0 x\na 1 20 1 y\nb 0 30 1 x"
    assert "1 subjects with several rows" in refused(tiny(DEATH), tmp_path, patients=patients)
    chosen = tiny(DEATH.replace("time: days", 'time: days, where: {kind: {is: "y"}}'))
    tables = derived(chosen, tmp_path, patients=patients)
    assert shown(tables["adtte"], "AVAL", "CNSR") == [("a", 20, 0), ("b", None, None)]
    assert [edge[3:] for edge in edges(tables, "adtte", "AVAL")] == [
        (3, "days"),
        (3, "died"),
        (3, "kind"),
    ]


def test_the_first_event_else_the_earliest_censoring(tmp_path):
    tables = derived(
        tiny(FIRST),
        tmp_path,
        patients="""
        id  rx  t1:integer  e1  t2:integer  e2
        a   1   10          1   30          1
        b   1   30          0   20          1
        c   1   15          0   40          1
        d   1   15          0   40          0
        e   1   25          0   25          0
        f   1   25          1   25          1
        g   1   .           1   40          0
        """,
    )
    first = [
        row
        for row in shown(tables["adtte"], "PARAMCD", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC")
        if row[1] == "EFS"
    ]
    assert [(row[0], *row[2:]) for row in first] == [
        ("a", 10, 0, "Relapsed", None),
        ("b", 20, 0, "Died", None),
        ("c", 40, 0, "Died", None),  # an event counts although relapse was followed less long
        ("d", 15, 1, None, "No relapse"),  # both are known to be absent up to day 15 only
        ("e", 25, 1, None, "No relapse; Alive"),
        ("f", 25, 0, "Relapsed", None),  # on one day: as the first one named
        ("g", None, None, None, None),  # the relapse might have come at any time
    ]
    third = [edge for edge in edges(tables, "adtte", "AVAL") if edge[:2] == ("a", 3)]
    assert third == [("a", 3, "patients", 2, column) for column in ("e1", "e2", "t1", "t2")]


# Of c and h the death is 25 and 10 after the relapse was no longer looked for.
@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (0, {"c": (15, 1, "No relapse"), "h": (15, 1, "No relapse")}),
        (10, {"c": (15, 1, "No relapse"), "h": (25, 0, None)}),
        (25, {"c": (40, 0, None), "h": (25, 0, None)}),
    ],
)
def test_an_event_long_after_the_end_of_observation_of_another_is_censored_there(
    tmp_path, most, expected
):
    tables = derived(
        tiny(FIRST.replace("[relapse, death]", f"[relapse, death], unseen_at_most: {most}")),
        tmp_path,
        patients="""
        id  rx  t1:integer  e1  t2:integer  e2
        a   1   10          1   30          1
        b   1   30          0   20          1
        c   1   15          0   40          1
        d   1   15          0   40          0
        h   1   15          0   25          1
        """,
    )
    rows = shown(tables["adtte"], "PARAMCD", "AVAL", "CNSR", "CNSDTDSC")
    found = {row[0]: row[2:] for row in rows if row[1] == "EFS"}
    others = {"a": (10, 0, None), "b": (20, 0, None), "d": (15, 1, "No relapse")}
    assert found == others | expected


def test_times_in_different_units_have_no_first(tmp_path):
    trial = tiny(FIRST, cleaning="tables: {patients: {units: {t1: days, t2: months}}}")
    patients = "id rx t1:integer e1 t2:integer e2\na 1 10 1 30 1"
    assert "different units: days, months" in refused(trial, tmp_path, patients=patients)


def test_a_time_must_be_a_number(tmp_path):
    text = refused(tiny(DEATH), tmp_path, patients="id rx days died\na 1 ten 1")
    assert "without numbers" in text and "ten" not in text.replace("written", "")


def test_a_time_in_a_column_ends_at_the_horizon(tmp_path):
    trial = tiny(
        DEATH.replace("time: days", "time: days, unit: weeks, horizon: 52, horizon_label: One year")
    )
    tables = derived(
        trial,
        tmp_path,
        patients="""
        id  rx  days:integer  died
        a   1   52            1
        b   0   53            1
        c   1   60            0
        d   0   60            .
        e   1   52            0
        f   0   .             1
        """,
    )
    assert shown(tables["adtte"], "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC") == [
        ("a", 52, "weeks", 0, "Died", None),  # the last day still counts
        ("b", 52, "weeks", 1, None, "One year"),
        ("c", 52, "weeks", 1, None, "One year"),
        ("d", None, "weeks", None, None, None),  # of whom the event is not known
        ("e", 52, "weeks", 1, None, "Alive"),
        ("f", None, "weeks", None, None, None),
    ]
    listed = tables["rejects"].select(["subject", "column", "rule", "severity"]).to_pylist()
    assert [tuple(row.values()) for row in listed] == [
        ("b", "days", "death_event_beyond_horizon", "flag"),
        ("c", "days", "death_beyond_horizon", "flag"),
    ]
