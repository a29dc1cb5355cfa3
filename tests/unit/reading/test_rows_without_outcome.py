"""Rows whose labels name a time, a change or a statistic alone, and what they are of."""

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import ReadPaper, Table

ARMS = ("Training (n=40)", "Control (n=50)")


def read(rows, caption="Table 2. Outcomes", notes="Values are mean (SD).", heads=1):
    table = Table("table 2", caption, tuple(map(tuple, rows)), heads, notes)
    made = draft(ReadPaper("", (), (table,)))
    own = {name: one for name, one in made.items.items() if one.arm == "training"}
    told = [(one.outcome, one.visit, one.printed.split()[2]) for one in own.values()]
    return told, [str(made.claims[name]["unconfirmed"]) for name in own]


def test_times_below_a_row_of_numbers_are_of_its_outcome():
    rows = [("", *ARMS), ("Pain, baseline", "50.1 (9.9)", "51.2 (9.1)")]
    rows += [("Week 12", "45.1 (9.9)", "49.2 (9.1)"), ("Fear", "30.1 (9.9)", "31.2 (9.1)")]
    rows += [("Week 12", "35.1 (9.9)", "39.2 (9.1)"), ("Change", "5.1 (9.9)", "8.2 (9.1)")]
    told, doubts = read(rows)
    assert told == [
        ("Pain, baseline", None, "50.1"),
        ("Pain", "Week 12", "45.1"),
        ("Fear", None, "30.1"),
        ("Fear", "Week 12", "35.1"),
        ("Fear", None, "5.1"),
    ]
    # What comes back below another outcome is sure, what stands there once is not.
    assert ["is guessed" in doubt for doubt in doubts] == [False, False, False, False, True]


def test_a_median_below_the_mean_is_of_the_same():
    rows = [("", *ARMS)]
    for name in ("Age (years)", "Weight (kg)"):
        rows += [(f"{name}, mean ± SD", "62 ± 12", "61 ± 11")]
        rows += [("Median (range)", "57 (43–84)", "58 (40–80)")]
    told, doubts = read(rows, notes="")
    assert [outcome for outcome, *_ in told] == ["Age (years)"] * 2 + ["Weight (kg)"] * 2
    assert not any("guessed" in doubt for doubt in doubts)


def test_times_that_begin_the_table_are_of_its_caption():
    rows = [("", *ARMS), ("Baseline", "50.1 (9.9)", "51.2 (9.1)")]
    rows += [("Week 12", "45.1 (9.9)", "49.2 (9.1)")]
    for caption, outcome in {
        "Table 2. Mean (SD) pain scores at each visit": "pain scores",
        "Table 2. Comparison of VAS pain score between the two groups (mean ± SD)": (
            "VAS pain score"
        ),
    }.items():
        told, _ = read(rows, caption)
        assert told == [(outcome, "Baseline", "50.1"), (outcome, "Week 12", "45.1")]


def test_a_caption_that_names_nothing_measured_is_a_doubt():
    rows = [("", *ARMS), ("Baseline", "50.1 (9.9)", "51.2 (9.1)")]
    _, doubts = read(rows, "Table 2. Primary and secondary outcomes")
    assert all(doubt.startswith("what was measured is not said") for doubt in doubts)


def test_an_outcome_over_columns_stands_alone_below_such_a_caption():
    rows = [("", "Pain", "Pain", "Fear", "Fear"), ("", *ARMS, *ARMS)]
    rows += [("Baseline", "50.1 (9.9)", "51.2 (9.1)", "30.1 (9.9)", "31.2 (9.1)")]
    told, _ = read(rows, "Table 2. Results", heads=2)
    assert told == [("Pain", "Baseline", "50.1"), ("Fear", "Baseline", "30.1")]
