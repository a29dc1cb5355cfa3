"""Of whom a table is where its caption alone says it."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import ReadPaper, Table

HEADS = ("", "Training (n=40)", "Usual care (n=50)")
ROWS = ("Falls, n (%)", "Pain, n (%)", "Fractures, n (%)")


def table(number, caption, count):
    rows = tuple(
        (label, f"{count} ({count / 0.4:.0f})", f"{count} ({2 * count})") for label in ROWS
    )
    return Table(f"table {number}", f"Table {number}. {caption}", (HEADS, *rows), 1)


def outcomes(*tables, title=""):
    made = draft(ReadPaper(title, (), tables))
    return [(one.outcome, one.visit) for one in made.items.values() if one.arm == "training"]


@pytest.mark.parametrize(
    ("first", "second", "whom"),
    [
        ("Events of the trial in women", "Events of the trial in men", ("women", "men")),
        ("Events during rest in knees", "Events during rest in hips", ("knees", "hips")),
        (
            "Outcomes of the per-protocol analysis",
            "Outcomes of the intention-to-treat analysis",
            ("per-protocol", "intention-to-treat"),
        ),
    ],
)
def test_words_in_which_captions_of_the_same_rows_differ_go_before_each_outcome(
    first, second, whom
):
    found = outcomes(table(2, first, 4), table(3, second, 8))
    assert [one for one, _ in found] == [
        f"{who} – {row.split(',')[0]}" for who in whom for row in ROWS
    ]


def test_times_in_which_captions_differ_are_visits():
    one, other = "Events and complaints of week 4", "Events and complaints of week 8"
    found = outcomes(table(2, one, 4), table(3, other, 8))
    assert found == [(row.split(",")[0], when) for when in ("week 4", "week 8") for row in ROWS]


def test_captions_of_other_things_say_nothing_of_whom():
    one, other = "Falls in the first year of the trial", "Costs and what physicians thought of it"
    assert outcomes(table(2, one, 4), table(3, other, 8))[:3] == outcomes(table(2, one, 4))


def test_people_whom_one_caption_alone_names_are_the_subgroup_of_its_table():
    whole, women = table(1, "Falls in 90 patients", 8), table(2, "Pain at 6 months in women", 5)
    assert outcomes(whole, women)[3:] == [(f"women – {one[:-7]}", "6 months") for one in ROWS]
    trial = outcomes(whole, women, title="Training in women")
    assert trial[3:] == [(one[:-7], "6 months") for one in ROWS]
