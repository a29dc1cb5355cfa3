"""What the built-in rules say of tables: what heads, labels, captions and notes state, no more."""

import pytest
from paper_of import claims, paper, printed, table

from trialtrace.audit.meaning.head_words import is_time, without_size
from trialtrace.audit.meaning.kinds import stated
from trialtrace.audit.meaning.rules import propose

TWO = " ; A (n = 20) ; B (n = 25) ; P"


def test_a_table_of_the_usual_form():
    of = paper(
        table(
            [
                TWO,
                "Age, mean (SD) ; 62.1 (8.8) ; 61.1 (8.5) ; 0.72",
                "Men, n (%) ; 5 (25) ; 10 (40) ; .30",
            ]
        )
    )
    found = claims(of)
    assert {text for _, text in found} == {
        "mean (SD) 62.1 (8.8)",
        "mean (SD) 61.1 (8.5)",
        "P = 0.72",
        "5 (25%)",
        "10 (40%)",
        "P = .30",
    }
    about = found["row 3, column 2", "5 (25%)"]
    assert about == {"outcome": "t1_men_n", "group": "a", "patients": "20"}
    assert found["row 3, column 4", "P = .30"]["compare"] == ["a", "b"]


@pytest.mark.parametrize(
    ("rows", "heads", "visits"),
    [
        (
            [
                "|2 ; A (n = 14)>2 ; B (n = 13)>2",
                "Start ; 24 M ; Start ; 24 M",
                "Weight, mean (SD) ; 54.1 (4.3) ; 53.2 (3.9) ; 55.2 (5.3) ; 55.6 (4.2)",
            ],
            2,
            ["Start", "24 M", "Start", "24 M"],
        ),
        (
            [
                "|2 ; Baseline>2 ; p value|2 ; Week 12>2 ; p value|2",
                "A (n = 9) ; B (n = 8) ; A (n = 9) ; B (n = 8)",
                "Pain, mean (SD) ; 5.1 (1.0) ; 5.2 (1.1) ; .8 ; 3.1 (1.0) ; 4.2 (1.1) ; .04",
            ],
            2,
            ["Baseline", "Baseline", "Baseline", "Week 12", "Week 12", "Week 12"],
        ),
        (
            [
                TWO,
                "Pain, mean (SD)",
                "_Week 1 ; 5.1 (1) ; 5.2 (1) ; .8",
                "_Week 2 ; 4.1 (1) ; 4.2 (1) ; .7",
            ],
            1,
            ["Week 1", "Week 1", "Week 1", "Week 2", "Week 2", "Week 2"],
        ),
    ],
)
def test_visits_stand_over_columns_or_before_rows_and_a_p_has_that_of_its_block(
    rows, heads, visits
):
    assert [about.get("visit") for about in claims(paper(table(rows, heads))).values()] == visits


def test_one_p_behind_the_visits_of_two_groups_is_left():
    rows = [
        "|2 ; A (n = 14)>2 ; B (n = 13)>2 ; P|2",
        "Start ; End ; Start ; End",
        "Weight, mean (SD) ; 54.1 (4.3) ; 53.2 (3.9) ; 55.2 (5.3) ; 55.6 (4.2) ; 0.03",
    ]
    assert len(printed(paper(table(rows, 2)))) == 4


def test_a_p_within_a_group_is_left():
    rows = [
        "|2 ; A (n = 14)>3 ; B (n = 13)>3",
        "Start ; End ; P ; Start ; End ; P",
        "Weight, mean (SD) ; 54 (4.3) ; 53 (3.9) ; .2 ; 55 (5.3) ; 56 (4.2) ; .3",
    ]
    assert not any(text.startswith("P") for text in printed(paper(table(rows, 2))))


@pytest.mark.parametrize(
    ("caption", "notes", "row", "found"),
    [
        ("Values are mean ± SD", "", "Age ; 62.1 ± 8.8 ; 61.1 ± 8.5 ; ", "mean (SD) 62.1 (8.8)"),
        (
            "",
            "Data are means (standard error).",
            "Age ; 62.1 (8.8) ; 61.1 (8.5) ; ",
            "mean (SE) 62.1 (8.8)",
        ),
        ("", "SD standard deviation, SE standard error", "Age ; 62.1 (8.8) ; 61.1 (8.5) ; ", None),
        ("mean (SD) or n (%)", "", "Men ; 5 (25) ; 10 (40) ; ", "5 (25%)"),
        ("mean (SD) or n (%)", "", "Age ; 62.1 (8.8) ; 61.1 (8.5) ; ", "mean (SD) 62.1 (8.8)"),
        ("mean (SD)", "", "Men ; 5 (25) ; 10 (40) ; ", None),
        ("", "", "Men ; 5 (25%) ; 10 (40%) ; ", "5 (25%)"),
        ("", "", "Score ; 5 (25) ; 10 (40) ; ", None),
        ("mean (SD)", "", "HbA1c, % ; 8.1 (0.9) ; 8.0 (0.8) ; ", "mean (SD) 8.1 (0.9)"),
        ("", "", "Smoker (%) ; 55.0 ; 40.0 ; ", "55.0%"),
        ("", "", "Median age ; 55 ; 40 ; ", "median 55"),
        ("", "", "Age, median (IQR) ; 55 (50–61) ; 54 (49–60) ; ", "median (IQR) 55 (50 to 61)"),
    ],
)
def test_kinds_are_what_the_nearest_words_state(caption, notes, row, found):
    texts = printed(paper(table([TWO, row], caption=caption, notes=notes)))
    assert (texts[:1] or [None]) == [found]


def test_an_interval_in_the_row_below_belongs_to_its_estimate_and_a_p_there_to_its_row():
    rows = [
        " ; A (n = 46) ; B (n = 45) ; LSM difference (SE) ; P",
        "LSM (SE) ; −21.89 (2.44) ; −19.61 (2.66) ; −2.28 (3.37) ; ",
        "(95% CI) ; (−26.7, −17.1) ; (−24.9, −14.4) ; (−8.94, 4.39) ; 0.500",
    ]
    found = claims(paper(table(rows)))
    assert [text for _, text in found] == [
        "LS mean -21.89 (SE 2.44) (95% CI -26.7 to -17.1)",
        "LS mean -19.61 (SE 2.66) (95% CI -24.9 to -14.4)",
        "-2.28 (SE 3.37) (95% CI -8.94 to 4.39)",
        "P = 0.500",
    ]
    assert found["row 3, column 5", "P = 0.500"]["outcome"] == "t1_lsm_se"


@pytest.mark.parametrize(
    ("head", "measure"),
    [
        ("Mean difference (95% CI)", "mean_difference"),
        ("Hazard ratio (95% CI)", "hazard_ratio"),
        ("OR (95% CI)", "odds_ratio"),
        ("Adjusted risk difference, 95% CI", "risk_difference"),
    ],
)
def test_a_head_that_names_an_estimate_is_no_group(head, measure):
    rows = [
        f" ; A (n = 46) ; B (n = 45) ; {head} ; P",
        "BP, mean (SD) ; 152.5 (9.9) ; 151.3 (9.0) ; 1.2 (0.2 to 2.2) ; 0.02",
    ]
    of = propose(paper(table(rows)))
    assert list(of.groups) == ["a", "b"]
    column = of.tables["t1"].columns["c4"]
    assert (column.kind, column.measure, column.compare) == ("estimate_ci", measure, ("a", "b"))


@pytest.mark.parametrize("head", ["Difference", "HR"])
def test_an_estimate_without_its_interval_is_left(head):
    rows = [f" ; A (n = 46) ; B (n = 45) ; {head}", "BP, mean (SD) ; 2.5 (9.9) ; 1.3 (9.0) ; 1.2"]
    of = propose(paper(table(rows)))
    assert list(of.groups) == ["a", "b"]
    assert of.tables["t1"].columns["c4"].leave


def test_a_section_without_indents_ends_where_its_counts_are_all_patients():
    rows = [
        TWO,
        "Sex, n (%)",
        "Male ; 5 (25) ; 10 (40) ; ",
        "Female ; 15 (75) ; 15 (60) ; ",
        "Smoker, n (%) ; 2 (10) ; 5 (20) ; ",
    ]
    found = claims(paper(table(rows)))
    assert [about["outcome"] for about in found.values()][::2] == [
        "t1_sex_n_male",
        "t1_sex_n_female",
        "t1_smoker_n",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ["Drug ; Dose", "Aspirin ; 100 mg"],
        [" ; Mean ; SD ; P", "Age ; 5.1 ; 2.2 ; 0.3"],
        [" ; Before ; After ; P", "Age ; 5.1 (2.0) ; 2.2 (1.0) ; 0.3"],
        [" ; Beta ; SE ; P", "Age ; 5.1 ; 2.2 ; 0.3"],
        [TWO, "Ratio ; 1/5 ; 2/7 ; "],
        [TWO, "Male, mean (SD) ; 5.1 (2) ; 2.2 (1) ; ", "Male, mean (SD) ; 5.2 (2) ; 2.3 (1) ; "],
    ],
)
def test_what_no_head_or_label_states_is_left_with_a_reason(rows):
    of = paper(table(rows), text="No.")
    said = propose(of).tables["t1"]
    left = [said.leave] if said.leave else [one.leave for one in said.rows.values()]
    assert printed(of) == [] and all(left)


def test_sizes_of_rows():
    rows = [" ; Drug ; Placebo", "n ; 31 ; 30", "Age, mean (SD) ; 5.1 (2) ; 2.2 (1)"]
    assert [about.get("patients") for about in claims(paper(table(rows))).values()][2:] == [
        "31",
        "30",
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Age, mean (SD)", ["mean_sd"]),
        ("LS mean (SE)", ["ls_mean_se"]),
        ("mean ± standard deviation or number (percentage)", ["mean_sd", "count_percent"]),
        ("median (interquartile range)", ["median_iqr"]),
        ("SD, standard deviation; SE, standard error", []),
        ("medians (range)", ["median_range"]),
        ("Mean", ["mean"]),
        ("Base, men and sd", []),
    ],
)
def test_kinds_that_words_state(text, kinds):
    assert [kind for kind, _ in stated(text)] == kinds


@pytest.mark.parametrize(
    "text",
    ["24 M", "Week 12", "12 weeks", "Baseline", "End of treatment", "6 mo", "Day 7 (n = 20)"],
)
def test_times(text):
    assert is_time(text)


@pytest.mark.parametrize(
    "text", ["M1", "T2", "65 years or more", "Male", "Start of smoking", "2 mg"]
)
def test_what_is_no_time(text):
    assert not is_time(text)


def test_a_name_with_its_size_and_kind_behind_it():
    assert without_size("Placebo group (n = 8) Mean (SD)") == "Placebo group"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "It fell, t(198) = −2.22, p = -.22, and F(1, 198) = 0.84, p = .00000.",
            ["t(198) = -2.22, p = -.22", "F(1, 198) = 0.84, p = .00000"],
        ),
        ("By χ²(1) = 31.24, p = 2.29 × 10^−8.", ["χ²(1) = 31.24, p = 2.29 × 10^-8"]),
        (
            "Here z = −1.96, p = 0,05 and r(38) = .17, p = 0 . 3.",
            ["z = -1.96, p = 0.05", "r(38) = .17, p = 0.3"],
        ),
        (
            "F(3, 63) = 5.907, n.s., Q(5) = 3.1, p < .05",
            ["F(3, 63) = 5.907, n.s.", "Q(5) = 3.1, p < .05"],
        ),
        ("We gave 12 mg (P = 0.04).", []),
    ],
)
def test_tests_in_sentences(text, found):
    assert printed(paper(text=text)) == found if found else printed(paper(text=text)) == []


def test_a_correction_that_the_paper_names_is_that_of_its_f():
    of = paper(
        text="We used Greenhouse-Geisser corrections. It changed, F(3, 63) = 3.85, p = .035."
    )
    assert list(claims(of).values()) == [{"correction": "greenhouse_geisser"}]


def test_a_column_of_numbers_of_patients_next_to_the_means_may_have_empty_places():
    heads = ["|2 ; A>2 ; B>2 ; P|2", "n ; Mean (SD) ; n ; Mean (SD)"]
    body = [
        "Pain ; 19 ; 5.1 (1.0) ; 24 ; 5.2 (1.1) ; .8",
        "Sleep ; – ; 6.1 (1.0) ; 25 ; 6.2 (1.1) ; .7",
    ]
    found = claims(paper(table([*heads, *body], heads=2)))
    assert {text: about.get("patients") for (_, text), about in found.items() if "SD" in text} == {
        "mean (SD) 5.1 (1.0)": "19",
        "mean (SD) 5.2 (1.1)": "24",
        "mean (SD) 6.1 (1.0)": None,
        "mean (SD) 6.2 (1.1)": "25",
    }
