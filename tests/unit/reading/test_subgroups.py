"""Of whom a table is where its caption alone says it."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.item import Item
from trialtrace.audit.reading.paper import ReadPaper, Table
from trialtrace.audit.reading.strata import stratified

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


HEADS_OF_ALL = ("", "Training (n=60)", "Usual care (n=60)")
ALL_ROWS = (
    ("Deaths, n (%)", "", ""),
    ("All patients", "20/60 (33.3)", "26/60 (43.3)"),
    ("Men", "10/30 (33.3)", "12/31 (38.7)"),
    ("Women", "8/30 (26.7)", "14/29 (48.3)"),
)


def strata(*tables):
    """(outcome, stratum, split) of each claim of tables."""
    about = [claim["about"] for claim in draft(ReadPaper("", (), tables)).claims.values()]
    return [(one["outcome"], one.get("stratum"), one.get("split")) for one in about]


def test_men_and_women_that_are_all_patients_are_strata_of_a_split():
    found = strata(Table("table 1", "Table 1. Deaths by sex", (HEADS_OF_ALL, *ALL_ROWS), 1))
    assert found == [
        ("deaths_all_patients", stratum, stratum and "sex")
        for stratum in (None, "Men", "Women")
        for _ in range(2)
    ]


def test_tables_of_men_and_of_women_are_strata_of_the_table_of_all():
    def of(number, caption, sizes, cells):
        heads = ("", f"Training (n={sizes[0]})", f"Usual care (n={sizes[1]})")
        rows = (heads, ("Deaths, n (%)", *cells))
        return Table(f"table {number}", f"Table {number}. {caption}", rows, 1)

    whole = of(1, "Deaths", (60, 60), ("20 (33.3)", "26 (43.3)"))
    women = of(2, "Deaths in women", (30, 29), ("8 (26.7)", "14 (48.3)"))
    men = of(3, "Deaths in men", (30, 31), ("10 (33.3)", "12 (38.7)"))
    found = strata(whole, women, men)
    assert [one[:2] for one in found[2::2]] == [("deaths", "women"), ("deaths", "men")]
    assert not any(stratum for _, stratum, _ in strata(whole, women))


def test_limits_are_strata_and_patients_that_are_not_all_are_none():
    rows = (
        *ALL_ROWS[:2],
        ("<65 years", "10/30 (33.3)", "12/31 (38.7)"),
        ("≥65 years", "8/30 (26.7)", "14/29 (48.3)"),
    )
    caption = "Table 1. Deaths"
    assert strata(Table("table 1", caption, (HEADS_OF_ALL, *rows), 1))[2][1:] == (
        "<65 years",
        "at_65",
    )
    rows = (*ALL_ROWS[:3], ("Women", "8/28 (28.6)", "14/29 (48.3)"))
    assert not any(one[1] for one in strata(Table("table 1", caption, (HEADS_OF_ALL, *rows), 1)))


def test_strata_below_a_heading_are_of_the_outcome_above_it():
    sizes = {("Deaths",): (60, 60), ("Deaths", "Sex", "Men"): (30, 31)}
    sizes[("Deaths", "Sex", "Women")] = (30, 29)
    read = [
        Item("", "", f"1/{n}", "", "count_percent", arm=arm, path=path)
        for path, both in sizes.items()
        for arm, n in zip(("a", "b"), both, strict=True)
    ]
    found = [(one.path, one.stratum, one.split) for one in stratified(read)]
    assert found[2::2] == [(("Deaths",), "Men", "sex"), (("Deaths",), "Women", "sex")]
