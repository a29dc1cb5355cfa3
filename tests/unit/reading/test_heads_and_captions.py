"""What heads and captions say of whom, when and what numbers of a table are."""

import pytest
from drafted_sides import read
from test_misleading_tables import TWO, told

from trialtrace.audit.reading.comparisons import OF_A_TERM, OF_EITHER
from trialtrace.audit.reading.item import NO_GROUPS
from trialtrace.audit.reading.paper import Table

BOTH = ("brace", "placebo")
PAIN = ("Pain, mean (SD)", "4.1 (1.2)", "5.2 (1.3)")


@pytest.mark.parametrize("sign", [" × ", " x ", " vs ", " / ", "–"])
def test_a_p_below_two_arms_is_of_both(sign):
    arms = ("Brace (n=40)", "Taping (n=32)", "Placebo (n=42)")
    found = told(
        ("", *arms, f"Brace{sign}Taping", f"Brace{sign}Placebo"),
        ("", *["Mean ± SD"] * 3, "p", "p"),
        ("Pain", "4.1 ± 1.2", "4.3 ± 1.1", "5.2 ± 1.3", "0.04", "0.031"),
        heads=2,
    )
    assert [one[1:4:2] for one in found[3:]] == [
        (("brace", "taping"), "P = 0.04"),
        (BOTH, "P = 0.031"),
    ]


@pytest.mark.parametrize("head", ["P-value (time)", "p for time", "P (time)"])
def test_a_p_of_time_compares_no_arms(head):
    assert told((*TWO, head), (*PAIN, "0.04"))[-1][1:] == ((), None, "P = 0.04", NO_GROUPS)
    rows = (("", *TWO[1:], "P", "P"), ("", "", "", "Time", "Group"), (*PAIN, "0.04", "0.03"))
    found = [one[1] for one in told(*rows, heads=2) if one[3].startswith("P")]
    assert found == [(), BOTH]
    rows = (("", *TWO[1:], *["Time effect"] * 2), ("", "", "", "F", "P"), (*PAIN, "3.2", "0.04"))
    assert told(*rows, heads=2)[-1][1:4] == ((), None, "F = 3.2, P = 0.04")


@pytest.mark.parametrize("head", ["P (time × group)", "P-value, group × time"])
def test_a_p_of_group_and_time_is_of_their_interaction(head):
    assert told((*TWO, head), (*PAIN, "0.31"))[-1][3] == "P = 0.31 for interaction"
    rows = ((*TWO, "P"), ("", "", "", "Group × time"), (*PAIN, "0.31"))
    assert told(*rows, heads=2)[-1][3] == "P = 0.31 for interaction"


@pytest.mark.parametrize("head", ["F", "f", "n", "Freq", "Frequencies"])
def test_whole_numbers_before_their_percentages_are_counts(head):
    heads = ("", TWO[1], TWO[1], TWO[2], TWO[2], "Estadígrafo", "gl", "p-value")
    below = ("", head, "%", head, "%", "", "", "")
    found = told(heads, below, ("Falls", "4", "10", "5", "11.9", "1.61*", "1", "0.2039"), heads=2)
    assert [one[1:4:2] for one in found] == [
        ("brace", "4 (10%)"),
        ("placebo", "5 (11.9%)"),
        (BOTH, "P = 0.2039"),
    ]


def test_an_f_of_a_test_is_no_count():
    found = told((*TWO, "F", "P"), (*PAIN, "3.21", "0.04"))
    assert found[-1][3] == "F = 3.21, P = 0.04"


def test_places_and_times_below_each_arm_are_when_and_no_arms():
    times = ["Home day 1", "Ward day 1", "Ward day 8"]
    heads = ("", *TWO[1:2] * 3, *TWO[2:] * 3)
    cells = ("Pain, mean (SD)", *["4.1 (1.2)"] * 6)
    found = told(heads, ("", *times, *times), cells, heads=2)
    assert [one[1:3] for one in found] == [(arm, when) for arm in BOTH for when in times]


@pytest.mark.parametrize(
    ("head", "caption", "lead"),
    [
        ("Grade 3–4 adverse events", "Table 2. Safety", "Grade 3–4 adverse events – "),
        ("", "Table 2. Grade ≥3 treatment-related toxicity", "Grade ≥3 – "),
        ("", "Table 2. Patients with grade 3 haemorrhoids", ""),
        ("", "Table 2. Adverse events of grade 1 and grade 2", ""),
    ],
)
def test_the_grade_of_all_rows_goes_before_what_they_are_of(head, caption, lead):
    found = told((head, *TWO[1:]), ("Falls, n (%)", "4 (10)", "5 (11.9)"), caption=caption)
    assert [one[0] for one in found] == [f"{lead}Falls"] * 2


def test_a_grade_over_the_labels_is_of_no_section_below():
    falls, section = ("Falls, n (%)", "4 (10)", "5 (11.9)"), ("Compliance", "", "")
    found = told(("Grade 3 events", *TWO[1:]), falls, section, ("Brace worn", *falls[1:]))
    assert [one[0] for one in found[::2]] == ["Grade 3 events – Falls", "Compliance – Brace worn"]


def test_changes_to_a_day_below_each_arm_are_changes():
    heads = ("", *TWO[1:2] * 2, *TWO[2:] * 2)
    days = ("", *["Change day 1", "Change day 8"] * 2)
    found = told(heads, days, ("Pain, mean (SD)", *["4.1 (1.2)"] * 4), heads=2)
    assert not any(str(one[2]).startswith("Change") for one in found)


def test_the_end_of_follow_up_in_a_caption_is_when():
    caption = "Table 2. Outcomes at the end of follow-up in both groups"
    assert [one[2] for one in told(TWO, PAIN, caption=caption)] == ["end of follow-up"] * 2


def test_a_term_of_a_model_is_of_all_patients_and_the_treatment_compares_groups_unsaid():
    heads, caption = ("Variable", "HR", "95% CI", "P"), "Table 3. Multivariate analysis of falls"
    age, own = ("Age over 60", "1.2", "1.1-1.4", "0.01"), ("Treatment", "0.8", "0.7-0.9", "0.01")
    found = [one[1:2] + one[4:] for one in told(heads, age, own, caption=caption)]
    assert found == [("all", OF_A_TERM), ((), NO_GROUPS)]
    found = told(heads, age, caption="Table 3. Multivariate analysis of falls in the brace arm")
    assert [one[1:2] + one[4:] for one in found] == [((), NO_GROUPS)]


@pytest.mark.parametrize("head", ["P pre-test", "Value of p", "p, before and after", "P-values 3"])
def test_a_column_of_p_under_further_words_is_one(head):
    found = told((*TWO, head), (*PAIN, "0.04"), ("Age, mean (SD)", "40 (9)", "41 (8)", ".311"))
    assert [one[3] for one in found if one[3].startswith("P")] == ["P = 0.04", "P = .311"]


def test_a_hyphen_in_an_interaction_is_none():
    found = told((*TWO, "P inter-action"), (*PAIN, "0.31"))
    assert found[-1][3] == "P = 0.31 for interaction"


@pytest.mark.parametrize("head", ["P group", "P. vivax"])
def test_numbers_up_to_1_below_a_name_that_begins_with_p_are_no_p(head):
    found = told((*TWO, head), ("Share", "0.41", "0.52", "0.31"))
    assert not any(one[3].startswith("P") for one in found)


def test_subgroups_with_their_numbers_of_patients_stand_below_arms():
    lower = ("Early (n = 20)", "Late (n = 21)", "Early (n = 18)", "Late (n = 19)")
    heads = ("", "Pramlintide", "Pramlintide", "Placebo", "Placebo")
    found = told(heads, ("", *lower), ("Pain, mean (SD)", *["4.1 (1.2)"] * 4), heads=2)
    assert [one[1] for one in found] == ["pramlintide"] * 2 + ["placebo"] * 2
    assert [one[0] for one in found][:2] == ["Pain, Early", "Pain, Late"]


def test_a_time_over_means_and_their_deviations_is_no_label():
    rows = (
        ("Scale", "Group", "Time", "Time"),
        ("Scale", "Group", "Before", "After"),
        ("Pain", "Brace", "4.1 ± 1.2", "3.1 ± 1.1"),
        ("Pain", "Placebo", "4.3 ± 1.3", "4.2 ± 1.4"),
    )
    found = [(one[1], one[3]) for one in told(*rows, heads=2)]
    assert [one[1].split(" ±")[0] for one in found] == ["4.1", "3.1", "4.3", "4.2"]


def test_a_maximum_is_no_arm():
    found = told((*TWO, "Maximum"), ("Stay", "4.1", "5.2", "9.0"))
    assert [one[1] for one in found] == ["brace", "placebo", ()]


OF_TWO = "1.5 (0.9 to 2.5)"
WORSE = ("Pain, mean (SD)", "5.2 (1.3)", "4.1 (1.2)")


@pytest.mark.parametrize(
    ("head", "shares", "means"),
    [
        ("Brace vs Placebo", "", "difference "),
        ("Brace − Placebo (95% CI)", "difference ", "difference "),
        ("Brace vs Placebo, ratio (95% CI)", "", ""),
        ("Brace/Placebo ratio (95% CI)", "", ""),
        ("Ratio (95% CI)", "", ""),
        ("Δ (95% CI)", "difference ", "difference "),
    ],
)
def test_a_column_that_compares_two_arms_is_no_third_arm(head, shares, means):
    found = told((*TWO, head), ("Falls, n (%)", "20 (50)", "14 (33)", OF_TWO), (*WORSE, OF_TWO))
    assert [one[1] for one in found] == ["brace", "placebo", BOTH] * 2
    expected = [f"{lead}1.5 (95% CI 0.9 to 2.5)" for lead in (shares, means)]
    assert [one[3] for one in found[2::3]] == expected
    assert (OF_EITHER in found[2][4]) == (not shares)


@pytest.mark.parametrize("head", ["Ratio (95% CI)", "Ratio of geometric means (95% CI)"])
def test_a_ratio_of_geometric_means(head):
    row = ("Titre, geometric mean (95% CI)", "3.4 (2.9 to 4.0)", "2.5 (2.1 to 3.0)", OF_TWO)
    assert told((*TWO, head), row)[-1][1:4:2] == (
        BOTH,
        "geometric mean ratio 1.5 (95% CI 0.9 to 2.5)",
    )


def test_a_change_below_an_arm_or_beside_visits_is_no_difference():
    heads = ("", "Brace (n=40)", "Brace (n=40)", "Placebo (n=42)", "Placebo (n=42)")
    below = ("", "Mean (SD)", "Δ (95% CI)", "Mean (SD)", "Δ (95% CI)")
    found = told(heads, below, ("Pain", "4.1 (1.2)", OF_TWO, "5.2 (1.3)", OF_TWO), heads=2)
    assert {one[1] for one in found} == {*BOTH}


def test_a_change_in_per_cent_behind_each_arm_is_no_share_and_no_deviation():
    heads = (*TWO[:2], "% change from baseline", TWO[2], "% change from baseline")
    found = read(
        Table("table 1", "Table 1. Pain", (heads, (*PAIN[:2], "−54", PAIN[2], "−31")), 1)
    ).items.values()
    assert [(one.arm, one.printed, one.change, one.size) for one in found] == [
        ("brace", "mean (SD) 4.1 (1.2)", False, 40),
        ("brace", "-54%", True, None),
        ("placebo", "mean (SD) 5.2 (1.3)", False, 42),
        ("placebo", "-31%", True, None),
    ]


@pytest.mark.parametrize("of", ["caption", "head"])
def test_percent_changed_is_a_change(of):
    words = "Percent changed from baseline to 4 weeks"
    caption, rows = words if of == "caption" else "Pain", [TWO, ("Pain", "54%", "31%")]
    if of == "head":
        rows.insert(1, ("", words, words))
    table = Table("table 1", f"Table 1. {caption}", tuple(rows), len(rows) - 1)
    found = read(table).items.values()
    assert [(one.arm, one.printed, one.change, one.size) for one in found] == [
        ("brace", "54%", True, None),
        ("placebo", "31%", True, None),
    ]


@pytest.mark.parametrize(
    "columns", [("PHQ-9 score, mean (SD)",), ("PHQ-9, mean (SD)", "Pain, mean (SD)")]
)
def test_arms_in_rows_below_visits_are_those_that_the_allocation_names(columns):
    text = "Patients were randomly allocated to FACETS (n = 84) or current practice (n = 80)."
    cells = {"Baseline": ("12.1 (4.0)", "12.3 (4.1)"), "Final visit": ("8.1 (3.9)", "10.3 (4.2)")}
    rows = [("", *columns)]
    for visit, (first, second) in cells.items():
        rows += [(visit, *[""] * len(columns)), ("FACETS", *[first] * len(columns))]
        rows.append(("Current practice", *[second] * len(columns)))
    made = read(Table("table 1", "Table 1. Scores by visit", tuple(rows), 1), text=text)
    found = [one for one in made.items.values() if one.cells]
    names = [name for name in ("facets", "current practice") for _ in columns]
    assert [one.arm for one in found] == names * 2
    assert {one.visit for one in found} == {*cells}
    bare = read(Table("table 1", "Table 1. Scores by visit", tuple(rows), 1))
    assert not {one.arm for one in bare.items.values()} & {*names}


ARMS_IN_ROWS = ("group 1", "group 1", "group 2", "group 2", "all", "all")


def test_groups_in_rows_are_arms_and_all_of_them_everyone():
    rows = (("", "Before", "After"), ("Pain", "", ""), *_groups("3.1 ± 0.6", "α"))
    rows = (*rows, ("Sleep", "", ""), *_groups("6.2 ± 1.4", "α"))
    found = read(Table("table 1", "Table 1. Outcomes", rows, 1)).items.values()
    assert [one.arm for one in found if "±" in one.printed] == [*ARMS_IN_ROWS] * 2
    assert {one.outcome for one in found if "±" in one.printed} == {"Pain", "Sleep"}


def _groups(cell, last):
    return [(name, cell, cell) for name in ("Group (1)", "Group(2)", "All")] + [
        (last, "0.2", "0.1")
    ]


def test_terms_of_a_model_are_no_arms():
    heads = ("", *TWO[1:], "", "F", "")
    below = ("", "Mean (SD)", "Mean (SD)", "Time", "Group", "Time × group")
    row = ("Pain", *PAIN[1:], "94.8", "11.7", "11.2")
    found = [one for one in told(heads, below, row, heads=2) if one[3].startswith("F")]
    assert [one[1:4:2] for one in found] == [((), "F = 94.8"), (BOTH, "F = 11.7"), ((), "F = 11.2")]
    heads = (*TWO, "Time", "Group × time")
    assert [one[1] for one in told(heads, (*PAIN, "7.2", "3.1"))] == [*BOTH]
