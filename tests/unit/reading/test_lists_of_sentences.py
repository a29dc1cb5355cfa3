"""Lists of sentences: each number has its own of the outcomes, groups or times that are listed."""

import pytest
from drafted_sides import SIDES, read

from trialtrace.audit.reading.everyone import TAKEN
from trialtrace.audit.reading.paper import Table
from trialtrace.audit.reading.patients import BY_SIZE


def told(*tables, text):
    """(expression, arm or arms, outcome without its place, visit) of the numbers of a sentence."""
    made = read(SIDES, *tables, text=text)
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    return [
        (
            one.printed,
            one.arm or one.compare,
            "".join(one.path[:1]).partition(" (abstract")[0],
            one.visit,
        )
        for one in own
    ]


def test_effects_have_the_outcomes_that_are_listed_before_as_many():
    found = told(
        text="At 6 months, mean mass, pulse and girth was 3.3 (95% CI 0.3 to 6.3) kg, 2.3 (95% CI "
        "0.5 to 4.2) and 0.4 (95% CI 0.1 to 0.7) cm lower with training than with usual care."
    )
    assert [outcome for *_, outcome, _ in found] == [
        "At 6 months, mean mass … was",
        "At 6 months, pulse … was",
        "At 6 months, girth … was",
    ]
    found = told(
        text="The mean difference in SBP and DBP between the two groups, adjusted for sex and age, "
        "was 3.3 (95% CI 0.3 to 6.3) and 2.3 (95% CI 0.5 to 4.2) mmHg."
    )
    assert [("SBP" in outcome, "DBP" in outcome) for *_, outcome, _ in found] == [
        (True, False),
        (False, True),
    ]


def test_numbers_of_a_group_at_two_times_are_both_of_it():
    text = (
        "Nobody fell with training, compared to 4 (8%) and 2 (4%) of the usual care group at 3 and "
        "6 months, respectively."
    )
    assert [(one[0], one[1], one[3]) for one in told(text=text)] == [
        ("4 (8%)", "usual care", "3 months"),
        ("2 (4%)", "usual care", "6 months"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Patients were assigned to either training (n = 27) or usual care (n = 28).",
            [("27", "training"), ("28", "usual care")],
        ),
        (
            "Data were available for 15 patients taking training and for 8 with usual care.",
            [("15", "training")],
        ),
        (
            "The time spent (minutes per week) was 74 for interval training and 45 for usual care.",
            [("74", "training"), ("45", "usual care")],
        ),
        (
            "Benefits were found for warm acts (ES = 0.83) and for loud ones (ES = 0.73).",
            [
                ("difference 0.83", ("training", "usual care")),
                ("difference 0.73", ("training", "usual care")),
            ],
        ),
        (
            "Pain was lower with training than with usual care (17.1 ± 0.4 vs 20.5 ± 0.4; "
            "between-group difference, -3.4 ± 0.5%).",
            [
                ("17.1 ± 0.4", "training"),
                ("20.5 ± 0.4", "usual care"),
                ("mean difference -3.4", ("training", "usual care")),
            ],
        ),
        ("Some 70 to 94% came.", []),
    ],
)
def test_each_number_has_its_group(text, found):
    assert [one[:2] for one in told(text=text)] == found


def test_counts_of_men_and_women_are_of_these():
    found = told(text="A total of 84 participants, 46 male (55%) and 38 female (45%), came.")
    assert [outcome.rpartition(" … ")[2] for _, _, outcome, _ in found[1:]] == ["male", "female"]


def test_a_p_that_goes_on_has_the_outcome_of_the_first():
    found = told(
        text="The training group did better than the usual care group in the examination, both in "
        "the first test (P = 0.001) and in the later test (P = 0.01)."
    )
    assert "examination" in found[1][2]
    assert "later test" in found[1][2]
    assert "first" not in found[1][2]


def test_a_share_of_as_many_patients_as_an_arm_or_all_arms_is_of_these():
    text = (
        "The follow-up was completed by 93.3% (84/90). Pain was seen in 12/40 (30%) and rash in "
        "9/31 (29%)."
    )
    made = read(SIDES, text=text)
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert [(one.arm, TAKEN in one.doubts, BY_SIZE in one.doubts) for one in own] == [
        ("all", True, False),
        ("training", False, True),
        (None, False, False),
    ]


def test_a_spread_is_that_of_the_cells_with_the_same_numbers():
    rows = (
        ("", "Training (n=40)", "Usual care (n=50)"),
        ("Pressure, mean ± SD (range)", "22.7 ± 2.1 (18 to 27)", "22.4 ± 2.8 (17 to 28)"),
    )
    text = (
        "The fall was 3.1 ± 0.4 (mean ± SE) with training. Mean pressure was 22.7 ± 2.1 and "
        "22.4 ± 2.8 in the training and the usual care group."
    )
    found = told(Table("table 2", "Table 2. Pressure", rows, 1), text=text)
    assert [one[0] for one in found] == [
        "mean 3.1 (SE 0.4)",
        "mean (SD) 22.7 (2.1)",
        "mean (SD) 22.4 (2.8)",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "In all, 68 patients were assigned to training (n = 40) or control (n = 28).",
        "A total of 68 patients were randomised to either training (n = 40) or control (n = 28).",
    ],
)
def test_the_sum_of_the_arms_is_of_everyone_and_each_size_of_its_arm(text):
    rows = (("", "Training (n=40)", "Control (n=50)"), ("Women, n (%)", "10 (25)", "20 (40)"))
    made = read(Table("table 1", "Table 1. Baseline", rows, 1), text=text)
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert [(one.printed, one.arm) for one in own] == [
        ("68", "all"),
        ("40", "training"),
        ("28", "control"),
    ]


def test_the_sum_of_reasons_is_of_no_group():
    text = "A further 12 patients were excluded for health (n = 8) and choice (n = 4)."
    assert [one[:2] for one in told(text=text)] == [("12", ()), ("8", ()), ("4", ())]


def test_groups_that_text_lists_thrice_are_the_arms():
    group = "for the NC+BM, BC+BM, and BM groups, respectively."
    text = f"The fall was 5.1±1.5, 3.6±1.2, and 3.5±2.1 mm {group} "
    text += f"The gain was 3.6±2.7, 2.5±1.7, and 2.4±3.4 mm {group} "
    made = read(text=text + f"The fill was 5.8±3.6, 5.0±2.3, and 6.9±2.4 mm {group}")
    assert [one.arm for one in made.items.values()] == ["nc+bm", "bc+bm", "bm"] * 3


def test_a_p_between_as_many_groups_as_a_figure_says_is_of_all():
    rows = (("", "A (n=40)", "B (n=50)", "C (n=45)"), ("Age, mean (SD)", "6 (1)", "6 (2)", "5 (1)"))
    text = "There was no difference in pain (P > 0.05) between the 3 treatment groups."
    made = read(Table("table 1", "Table 1. Baseline", rows, 1), text=text)
    assert [one.compare for one in made.items.values() if one.kind == "p"] == [("all",)]
