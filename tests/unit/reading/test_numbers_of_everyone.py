"""Numbers of everyone in sentences: of whom no group is named, in doubt, and none of a part."""

from dataclasses import replace

import pytest
from drafted_sides import SIDES, read

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.everyone import TAKEN
from trialtrace.audit.reading.paper import ReadPaper, Table


def arms(text):
    """(expression, arm, whether it is taken for everyone's) of each number of a sentence."""
    made = read(SIDES, text=text)
    own = [one for one in made.items.values() if one.place.startswith("abstract")]
    return [(one.printed, one.arm, TAKEN in one.doubts) for one in own]


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [
        ("We enrolled 120 patients in two years.", "120"),
        ("Most participants were women (71%).", "71%"),
        ("The mean age was 54.5 years.", "mean 54.5 years"),
        ("Of the 120 participants, 12% had a fracture before.", "12%"),
        ("The overall mortality at 28 days was 37%.", "37%"),
        ("Both ran. Overall, 12 (10%) patients fell.", "12 (10%)"),
        ("Groups were comparable for the 120 patients analysed: mostly male (71%).", "71%"),
        ("A total of 120 patients were analysed: 60 in the training group and 60 others.", "120"),
        ("At a median follow-up of 27 months, 12% fell with training.", "median 27 months"),
    ],
)
def test_a_number_of_all_patients_is_of_everyone_in_doubt(sentence, printed):
    assert (printed, "all", True) in arms(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Of the patients who fell, 12% broke a bone.",
        "The mean age of responders was 54.5 years.",
        "In each group 12 patients (10%) were women.",
        "A total of 203 patients were assessed for eligibility.",
        "Of the patients 68% guessed it and 83% of physicians.",
        "It was seen in 12% and lasted 4.5 days.",
        "With training few fell. Most participants were women (71%).",
        "Most were women and the mean age was 45.4 years in ABCD.",
    ],
)
def test_a_number_of_some_of_them_is_of_no_known_group(sentence):
    assert not any(taken for _, _, taken in arms(sentence))


def test_the_group_of_a_cell_with_the_number_goes_before_everyone():
    rows = (SIDES.rows[0], ("Pain, mean (SD)", "3.42 (1.1)", "4.87 (1.2)"))
    made = read(replace(SIDES, rows=rows), text="Among the participants pain was 3.42 at the end.")
    (own,) = [one for one in made.items.values() if one.place.startswith("abstract")]
    assert own.arm == "training" and TAKEN not in own.doubts


def of_one_column(caption, head="Value"):
    """(arm, patients, whether it is taken for everyone's) of the numbers below one head."""
    rows = (("", head), ("Age, mean (SD)", "45.1 (9.2)"), ("Women, n (%)", "10 (11)"))
    made = draft(ReadPaper("", (), (SIDES, Table("table 2", caption, rows, 1))))
    own = [one for one in made.items.values() if one.place.startswith("table 2")]
    return {(one.arm, one.size, TAKEN in one.doubts) for one in own}


@pytest.mark.parametrize(
    ("caption", "head"),
    [
        ("Table 2. Participant characteristics (n = 90)", "Value"),
        ("Table 2. Baseline characteristics", "n = 90"),
        ("Table 2. Characteristics", "Patients (n = 90)"),
    ],
)
def test_a_column_of_people_and_no_arm_is_of_everyone_in_doubt(caption, head):
    assert of_one_column(caption, head) == {("all", 90, True)}


@pytest.mark.parametrize(
    ("caption", "head"),
    [
        ("Table 2. Composition of the meal", "Amount"),
        ("Table 2. Characteristics of patients who declined", "Value"),
        ("Table 2. Baseline characteristics", "Each group"),
    ],
)
def test_a_column_of_some_or_of_no_people_is_of_no_group(caption, head):
    assert {arm for arm, _, _ in of_one_column(caption, head)} == {None}
