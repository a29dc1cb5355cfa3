"""Numbers of patients, shares and kinds that stand beside, above or in another table."""

import pytest
from drafted_sides import SIDES, read, told

from trialtrace.audit.reading.paper import Table


def table(*rows, caption="Table 2. Results", notes=""):
    return Table("table 2", caption, rows, 1, notes)


def claims(*rows, caption="Table 2. Results", notes=""):
    """(expression, arm or arms, patients) of the claims of a table."""
    made = read(SIDES, table(*rows, caption=caption, notes=notes))
    own = [one for one in made.items.values() if one.place.startswith("table 2")]
    return [(one.printed, one.arm or one.compare, one.size) for one in own]


HEAD = ("", "Training", "Usual care")


def test_a_table_without_patients_has_those_of_which_its_counts_are_the_shares():
    rows = (("Women, n (%)", "10 (25)", "20 (40)"), ("Fell, n (%)", "19 (48)", "17 (34)"))
    found = claims(HEAD, *rows, ("Age, mean (SD)", "60 (5)", "61 (6)"))
    assert {size for _, arm, size in found if arm == "training"} == {40}
    assert {size for _, arm, size in found if arm == "usual care"} == {50}
    # Of one share, or of shares of fewer, nothing is said.
    assert {size for *_, size in claims(HEAD, rows[0])} == {None}
    rows = (("Women, n (%)", "10 (27)", "20 (43)"), ("Fell, n (%)", "19 (51)", "17 (36)"))
    assert {size for *_, size in claims(HEAD, *rows)} == {None}


def test_patients_are_told_by_text_too():
    bare = Table("table 1", "Table 1. Baseline", (HEAD, ("Age, mean (SD)", "60 (5)", "61 (6)")), 1)
    rows = (("Women, n (%)", "10 (25)", "20 (40)"), ("Fell, n (%)", "19 (48)", "17 (34)"))
    text = "Patients were randomised to training (n = 40) or usual care (n = 50)."
    made = read(bare, table(HEAD, *rows), text=text)
    own = [one for one in made.items.values() if one.place.startswith("table 2")]
    assert [one.size for one in own] == [40, 50] * 2


def test_percentages_behind_a_name_are_of_the_counts_below_it():
    found = claims(
        ("", "Training", "%", "Usual care", "%", "P"),
        ("Age, mean (SD)", "24.7 (1.3)", "", "24.6 (1.2)", "", "0.75"),
        ("Male", "13", "33", "14", "28", "0.83"),
        ("Female", "27", "67", "36", "72", ""),
    )
    assert [one[:2] for one in found[3:5]] == [("13 (33%)", "training"), ("14 (28%)", "usual care")]
    assert found[0][0] == "mean (SD) 24.7 (1.3)"


def test_a_first_row_of_patients_with_their_shares_of_all_is_no_outcome():
    found = claims(
        HEAD, ("N (%)", "40 (44.4)", "50 (55.6)"), ("Age, years ± SD", "71.5 ± 11.1", "70.1 ± 9.4")
    )
    assert found == [
        ("40", "training", None),
        ("50", "usual care", None),
        ("mean (SD) 71.5 (11.1)", "training", 40),
        ("mean (SD) 70.1 (9.4)", "usual care", 50),
    ]


@pytest.mark.parametrize(
    ("rows", "notes"),
    [
        ((HEAD, ("Pain", "-1.12", "-1.24")), "Values are means (SD)."),
        (
            ((*HEAD, "MD", "95% CI of MD"), ("Pain", "-1.12", "-1.24", "0.12", "(-0.1 to 0.4)")),
            "",
        ),
    ],
)
def test_numbers_alone_are_means_where_notes_or_their_difference_say_so(rows, notes):
    found = told(read(SIDES, table(*rows, notes=notes)))
    assert [one[3] for one in found[:2]] == ["mean -1.12", "mean -1.24"]
    assert all("kind from" in one[4] for one in found[:2])


def test_side_effects_in_a_caption_are_no_standard_errors():
    rows = (HEAD, ("Dizziness", "1 (3)", "2 (4)"))
    assert not claims(*rows, caption="Table 2. Results of a questionnaire on SEs")
    found = claims(*rows, caption="Table 2. Means and SEs of scores")
    assert found[0][0] == "mean 1 (SE 3)"


def test_a_coefficient_of_the_treatment_compares_the_arms():
    rows = (("", "B (95% CI)", "ICC", "p"), ("Warm acts", "0.17 (0.06–0.28)", "0.02", "0.003"))
    found = claims(*rows, caption="Table 2. Regression: effect of intervention on acts")
    assert ("coefficient 0.17 (95% CI 0.06 to 0.28), P = 0.003", ("training", "usual care")) in [
        one[:2] for one in found
    ]


def test_a_spread_in_the_head_holds_for_a_row_called_a_mean():
    found = claims(
        ("", "Training, mean ± SE", "Usual care, mean ± SE"), ("Mean pain", "2 ± 1", "3 ± 1")
    )
    assert [one[0] for one in found] == ["mean 2 (SE 1)", "mean 3 (SE 1)"]


def test_differences_in_a_caption_are_those_of_their_column():
    rows = ((*HEAD, "Difference"), ("Pain, mean (SD)", "2.1 (0.4)", "3.2 (0.5)", "-1.1"))
    found = told(read(SIDES, table(*rows, caption="Table 2. Differences in pain")))
    assert [one[4] for one in found[:2]] == ["read", "read"]


def test_a_name_that_comes_back_in_the_plural_counts_as_one():
    heads = [("", "Film", one, "P") for one in ("Text/pictures", "Text/picture", "Text/picture")]
    tables = [
        Table(
            f"table {at}",
            f"Table {at}. Test",
            (head, ("Score, mean (SD)", "4 (1)", "3 (1)", "0.2")),
            1,
        )
        for at, head in enumerate(heads, 1)
    ]
    made = read(*tables, text="Students were randomised to film or text.")
    assert {one.arm for one in made.items.values() if one.kind == "mean_sd"} == {
        "film",
        "text pictures",
    }
    assert not any(
        "arm by the head" in doubt for one in made.items.values() for doubt in one.doubts
    )


def test_the_section_that_is_guessed_is_named():
    rows = (
        HEAD,
        ("1 month after discharge:", "", ""),
        ("Aspirin, n (%)", "30 (75.0)", "45 (90.0)"),
        ("Statin, n (%)", "20 (50.0)", "25 (50.0)"),
    )
    found = told(read(SIDES, table(*rows)))
    assert "“1 month after discharge” is guessed" in found[2][4]


def test_a_number_alone_among_counts_with_percentages_is_a_count():
    found = claims(
        ("", "Training (%)", "Usual care (%)"),
        ("Stage 1", "4 (10)", "5 (10)"),
        ("Stage 2", "3", "2"),
        ("Stage 3", "33 (82)", "43 (86)"),
    )
    assert [one[0] for one in found[2:4]] == ["3", "2"]
    found = claims(("", "Training (%)", "Usual care (%)"), ("Stage 2", "3", "2"))
    assert [one[0] for one in found] == ["3%", "2%"]


def test_a_label_alone_below_the_head_is_a_section():
    rows = (
        ("Parameter", "Training", "Usual care"),
        ("Age", "", ""),
        ("Mean ± SD (years)", "68.1 ± 12.4", "69.1 ± 9.4"),
    )
    made = read(SIDES, Table("table 2", "Table 2. Patients", rows, 2))
    assert {one[2] for one in told(made)} == {"Age – (years)"}


def test_an_arm_in_several_rows_below_no_outcome_is_in_doubt():
    rows = [("Group", "Before", "After", "Comment")]
    for name in ("Glucose", "Insulin"):
        rows.append((name, "", "", "5 of 9"))
        rows += [("Training", "3.9 ± 1.8", "5.7 ± 2.8", ""), ("Usual care", "2 ± 1", "2.3 ± 1", "")]
    found = told(read(SIDES, table(*rows)))
    assert len(found) == 10
    assert all("what was measured is not said" in one[4] for one in found if one[1])


@pytest.mark.parametrize("label", ["Number of women (%)", "No. of women, n (%)"])
def test_a_number_of_women_counts_some_of_the_patients(label):
    head = ("", "Training (n=40)", "Usual care (n=50)")
    rows = ((label, "10 (25)", "20 (40)"), ("Age, mean (SD)", "60 (5)", "61 (6)"))
    made = read(table(head, *rows))
    assert {one.outcome for one in [*made.items.values()][:2]} == {"Women"}
    rows = (("Number of women", "10", "20"), rows[1])
    made = [*read(table(head, *rows)).items.values()]
    assert [(one.outcome, one.printed, one.size) for one in made] == [
        ("Women", "10", 40),
        ("Women", "20", 50),
        ("Age", "mean (SD) 60 (5)", 40),
        ("Age", "mean (SD) 61 (6)", 50),
    ]
    # Of women alone, where nothing else tells how many they are.
    assert [one.is_size for one in read(table(HEAD, *rows)).items.values()][:2] == [True, True]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("In all 90 patients were randomised to training (n = 40) or usual care (n = 50).", 40),
        ("Of 90 patients, 40 were randomly allocated to training and 50 to usual care.", 40),
        ("In all 90 patients got training (n = 40) or usual care (n = 50).", None),
    ],
)
def test_what_each_group_was_given_to_is_its_size_and_no_outcome(text, size):
    made = read(table(HEAD, ("Age, mean (SD)", "60 (5)", "61 (6)")), text=text)
    about = [one["about"] for one in made.claims.values() if "abstract" in one["place"]]
    kind = "randomised" if size else "analysed"
    assert [one.get("size") for one in about[-2:]] == [kind] * 2
    assert [one["group"] for one in about[-2:]] == ["training", "usual_care"]
    assert {one.get("randomised") for one in made.groups.values()} == (
        {"40", "50"} if size else {None}
    )


@pytest.mark.parametrize(
    "text",
    [
        "Pain was seen with training (n = 40) and usual care (n = 50).",
        "Two who received training (n = 2) and usual care (n = 0) fell.",
    ],
)
def test_numbers_behind_names_that_nobody_was_given_to_are_no_sizes(text):
    made = read(table(HEAD, ("Age, mean (SD)", "60 (5)", "61 (6)")), text=text)
    assert not any(one.is_size for one in made.items.values())


def test_a_note_to_the_mark_of_a_cell_tells_its_patients():
    head = ("", "Training (n=40)", "Usual care (n=50)")
    rows = (
        ("Pulse, mean (SD)", "72.4 (9.1)*", "71.8 (8.7)"),
        ("Age, mean (SD)", "60 (5)†", "61 (6)"),
    )
    made = read(table(head, *rows, notes="* n = 38. † P < 0.05"))
    assert [one.size for one in made.items.values()] == [38, 50, 40, 50]
