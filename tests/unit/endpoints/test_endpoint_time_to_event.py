"""Times to events: censoring, unknown times, and the first of several events."""

from tiny_trial import derived, refused, shown, tiny

DEATH = """
death: {label: Death, code: DEATH, kind: time_to_event, table: patients, time: days,
        event: {died: {is: "1"}}, event_label: Died, censored_label: Alive}
"""


# Of c and h the death is 25 and 10 after the relapse was no longer looked for.


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
