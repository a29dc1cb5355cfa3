"""Sentences whose nouns, units and labels stand between numbers, and what they leave unsaid."""

import pytest
from drafted_sides import read

from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.clauses import NAMELESS, UNSAID
from trialtrace.audit.reading.item import NO_GROUPS
from trialtrace.audit.reading.paper import Table

HEADS = ("", "Brace (n=40)", "Taping (n=50)", "Splint (n=45)")
THREE = Table(
    "table 1", "Table 1. Baseline", (HEADS, ("Women, n (%)", "10 (25)", "20 (40)", "9 (20)")), 1
)
TWO = Table("table 1", "Table 1. Baseline", tuple(row[:3] for row in THREE.rows), 1)
EACH = ["brace", "taping", "splint"]


def told(sentence, table=THREE):
    """(expression, arm or arms, outcome, doubts) of each number of an abstract's sentence."""
    made = read(table, text=tidy(sentence))
    return [
        (one.printed, one.arm or one.compare, one.outcome.rpartition(" (")[0], one.doubts)
        for one in made.items.values()
        if one.place.startswith("abstract")
    ]


@pytest.mark.parametrize("noun", ["horses ", "of horses ", "ponies and mules ", ""])
@pytest.mark.parametrize("form", ["4/24 (17%) {}with", "17% {}in", "4 (17%) {}under"])
def test_a_noun_behind_the_first_number_alone_shifts_no_group(noun, form):
    ahead, behind = form.format(noun).rsplit(" ", 1)
    share = form.split(" {}")[0]
    other = f"{share} {behind} taping and {share} {behind} splint"
    text = f"Lameness was seen in {ahead} {behind} brace, {other}."
    assert [one[1] for one in told(text)] == EACH


def test_a_unit_or_a_time_behind_the_first_number_alone_shifts_no_group():
    text = (
        "Yield was {} litres with brace, 22.0 (SD 3.1) with taping and 21.1 (SD 2.9) with splint."
    )
    assert [one[1] for one in told(text.format("21.3 (SD 3.0)"))] == EACH
    text = (
        "Uptake rose by 4.9 ml/kg/min (95% CI 3.8 to 6.0) in brace, 2.8 (95% CI 1.8 to 3.9) in "
        "taping and 0.2 (95% CI -0.9 to 1.2) in splint."
    )
    assert [one[:2] for one in told(text)] == [
        ("4.9 ml/kg/min (95% CI 3.8 to 6.0)", "brace"),
        ("2.8 (95% CI 1.8 to 3.9)", "taping"),
        ("0.2 (95% CI -0.9 to 1.2)", "splint"),
    ]


def test_names_before_their_numbers_stay_with_them():
    text = "It was seen with brace in 4 (17%), with taping in 6 (24%) and with splint in 3 (13%)."
    assert [one[1] for one in told(text)] == EACH


def test_patients_called_by_their_arm_share_what_is_told_behind_all():
    text = (
        "Ten of 40 (25%) brace wearers, 5 of 50 (10%) with taping and 9 of 45 (20%) in splint fell."
    )
    assert [one[1:3] for one in told(text)] == [(arm, "fell") for arm in EACH]


def test_a_p_behind_numbers_of_all_groups_is_of_all():
    text = "They fell: 4 (10%) with brace, 6 (12%) with taping and 3 (7%) with splint (P = 0.57)."
    assert told(text)[-1][:2] == ("P = 0.57", ("all",))


def test_a_sentence_that_begins_with_a_number_is_parted_from_a_bracket():
    text = (
        "Pain fell more with brace (difference -6.1 points, 95% CI -8.6 to -3.6). 21 (53%) "
        "walkers in the brace group and 15 (30%) in the taping group returned."
    )
    assert [one[1:3] for one in told(text, TWO)[1:]] == [(arm, "returned") for arm in EACH[:2]]


@pytest.mark.parametrize(
    "text",
    [
        "No difference between the groups was found at week 4 (p = 0.53).",
        "There was no difference between the groups at day 30 (p = 0.53).",
        "There was no significant difference in pain at hour 24 (p = 0.53).",
    ],
)
def test_a_time_behind_a_difference_is_none(text):
    assert [one[:2] for one in told(text, TWO)] == [("p = 0.53", ("brace", "taping"))]


@pytest.mark.parametrize(
    "text",
    [
        "Significant differences in pain were seen at rest (p = 0.03).",
        "Costs differed (p = 0.03).",
        "The difference did not reach significance (p = 0.03).",
        "Pain was not significantly different (p = 0.03).",
        "No difference was seen in pain (p = 0.03), nor in the number of patients with falls.",
    ],
)
def test_what_differs_differs_between_the_two_groups(text):
    assert [one[:2] for one in told(text, TWO)] == [("p = 0.03", ("brace", "taping"))]
    assert [one[1] for one in told(text)] != [("brace", "taping")]


@pytest.mark.parametrize(
    "text",
    [
        "Pain differed between men and others (p = 0.03).",
        "There were differences in pain (p = 0.03) between these and those who declined.",
        "Patients with a fracture differed in pain (p = 0.03).",
        "Pain was significantly different from baseline (p = 0.03).",
        "The difference over time was significant (p = 0.03).",
        "Pain fell (p = 0.03).",
    ],
)
def test_a_difference_of_others_or_over_time_compares_no_groups(text):
    assert not any(isinstance(one[1], tuple) and one[1] for one in told(text, TWO))


def test_scores_called_alpha_are_results_and_levels_are_not():
    text = "Fit was rated alpha in {}% of the brace and 87.2% of the taping group"
    assert [one[0] for one in told(f"{text.format('84.8')}.", TWO)] == ["84.8%", "87.2%"]
    assert told(f"{text.format('84.8')} with alpha = 0.05.", TWO) == []
    assert told("Cronbach's alpha was 0.85 and 0.9.", TWO) == []


def test_a_label_of_the_section_is_no_part_of_an_outcome():
    for label in ("Results: ", "Results ", "Main findings — "):
        text = f"{label}Falls were seen in 4 (10%) with brace and 6 (12%) with taping."
        assert {one[2] for one in told(text, TWO)} == {"Falls were seen in"}


def test_a_statistic_without_groups_has_that_doubt():
    told_ = told("There were no differences at entry, F(2, 132) = 0.09, p = .91.")
    assert told_[0][1] == () and told_[0][3] == (NO_GROUPS,)


def test_an_outcome_behind_a_frame_is_told_or_in_doubt():
    text = "Of the {}, 30 (75%) in the brace group and 25 (50%) in the taping group {}."
    assert {one[2] for one in told(text.format("walkers", "were women"), TWO)} == {
        "Of the walkers … were women"
    }
    found = told(
        "At day 9, 30 (75%) of the brace and 25 (50%) of the taping group had a 17(OH)P above 2.",
        TWO,
    )
    assert {one[2] for one in found} == {"At day 9 … had a 17(OH)P above"}
    found = told("Of the walkers, 30 (75%) with brace and 25 (50%) with taping.", TWO)
    assert all(NAMELESS in one[3] for one in found) and len(found) == 2
    text = (
        "After a median time of 24.1 months, 30 (75%) and 25 (50%) falls had occurred with brace "
        "and taping, respectively."
    )
    assert [one[2].split(" had")[0] for one in told(text, TWO)[1:]] == ["falls"] * 2


def test_an_estimate_compares_the_two_arms_behind_it():
    text = (
        "The risk ratio was 1.63 (95% CI 1.29 to 2.06) for brace versus splint, and 1.26 (95% CI "
        "0.98 to 1.63) for taping versus splint."
    )
    assert [one[1] for one in told(text)] == [("brace", "splint"), ("taping", "splint")]


def test_numbers_of_groups_before_respectively_are_of_as_many_outcomes():
    text = "{}0 (75%) in the brace group and 25 (50%) in the taping group had pain{}."
    found = told(text.format("3", " and fever, respectively"), TWO)
    assert [one[1:2] + one[3:] for one in found] == [(arm, (UNSAID,)) for arm in EACH[:2]]
    assert [one[3] for one in told(text.format("3", ""), TWO)] == [(), ()]
    heads = Table("table 1", "Table 1", (("", "Group I (n=40)", "Group II (n=50)"), TWO.rows[1]), 1)
    text = "They, i.e. 15 (38%) in Group I and 16 (32%) in Group II, had {} respectively."
    assert [one[3] for one in told(text.format("pain and fever"), heads)] == [(UNSAID,)] * 2


def test_a_number_right_behind_a_time_is_one():
    text = "Pain was 5.1 and 3.2 at 1 month, at 3 months 3.0 and 3.9 and at 6 months 1.8 and 4.4."
    assert [one[0] for one in told(text, TWO)] == ["5.1", "3.2", "3.0", "3.9", "1.8", "4.4"]
    assert told("They came on days 3.5 and at week 4.5.", TWO) == []
