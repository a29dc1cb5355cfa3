"""Forms in which numbers of sentences are taken up, and where sentences end."""

import pytest
from test_grammar_of_sentences import of_sentences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Pain was seen in seven of the 111 eyes.", ["7/111"]),
        ("The difference had a P value of 0.003.", ["P = 0.003"]),
        ("They were given training (n = 48).", ["48"]),
        ("Of those screened, 37 were in pain, on days 1 and 3 were more.", ["37"]),
        ("Of the 20 patients with training, 11 were well.", ["20", "11"]),
        ("Pain fell from 5.1 to 5.4 points.", ["5.1 points", "5.4 points"]),
        ("Pain went with fever (r = 0.796; P < 0.05).", ["r = 0.796, P < 0.05"]),
        ("Response was in 9.8% of the glucose measurements.", ["9.8%"]),
        ("It rose in the training group (+0.55).", ["+0.55"]),
        (
            "Values are median (IQR). Pain took a median of 38 (25-52) min.",
            ["median (IQR) 38 (25 to 52)"],
        ),
        ("F(1, 54) = 4.74, P = 0.03, η2 = 0.081.", ["F(1, 54) = 4.74, P = 0.03, η² = 0.081"]),
    ],
)
def test_numbers_are_taken_up_in_the_forms_of_texts(text, found):
    assert [one for one, _, _ in of_sentences(text)] == found


def test_sentences_end_at_a_letter_of_a_name_and_before_a_number():
    found = of_sentences("Pain was less in TMT-B. A score was 5.2. Five had pain. 17 of 38 fell.")
    assert [outcome for _, _, outcome in found] == ["A score was", "fell"]
