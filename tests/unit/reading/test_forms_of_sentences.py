"""Forms in which numbers of sentences are taken up, and where sentences end."""

import pytest
from test_grammar_of_sentences import of_sentences

from trialtrace.audit.reading.arms import Arms
from trialtrace.audit.reading.paper import Passage
from trialtrace.audit.reading.sentences import read_passages


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
        # Counts beside a group alone, a share whose sign stands behind the second, words with any
        # hyphen, and what is no number of an arm: a year, the n of a model, one patient's values.
        ("Yesterday, 1 in the training and 2 in the usual care group fell.", ["1", "2"]),
        ("Fever was rare (n = 3 in the training group; n = 4 in the control group).", ["3", "4"]),
        ("Compared with pain, 2008 in the training group was alike.", []),
        ("Cure was 45 and 90% in A and B, respectively.", ["45%", "90%"]),
        ("Twenty\u2010four patients (57%) had pain.", ["24 (57%)"]),
        ("It was lower than in those with one partner (38%).", ["38%"]),
        (
            "Vomiting was 0,1 (SD = 0.4), pain 2.5 (SD = 0.6).",
            ["mean (SD) 0.1 (0.4)", "mean (SD) 2.5 (0.6)"],
        ),
        ("Pain was 0.51 [SD 0.60] [95% Cl 0.16-0.85].", ["mean (SD) 0.51 (0.60)"]),
        ("Pain fell (n=187, Δ −1.7, P=0.012).", ["P=0.012"]),
        ("Pain rose from 1.8 to 2.0 mg/d in one patient.", []),
        ("F(1, 54) = 4.74, P = 0.03, η2 = 0.081.", ["F(1, 54) = 4.74, P = 0.03, η² = 0.081"]),
        # An interval that does not hold the second share is of a difference; nor is a dash a minus.
        ("Sleep [A 75.0% versus B 74.0%, 95% CI (-4.8%, 6.9%)].", ["75.0%", "74.0%"]),
        (
            "Sleep [A 75.0% versus B 74.0%, 95% CI (64.8%, 80.9%)].",
            ["75.0%", "74.0% (95% CI 64.8 to 80.9)"],
        ),
        ("It was seen in patients \u221248% (95% CI: 38\u201359%).", ["48% (95% CI 38 to 59)"]),
        # Statistics without degrees of freedom.
        ("Pain did not differ (t = −0.68, p = 0.50).", ["t = -0.68, p = 0.50"]),
        ("Pain was alike (F = 0.03 p = 0.87).", ["F = 0.03, p = 0.87"]),
        ("It went with pain (t-value = 1.74 and p = 0.09).", ["t = 1.74, p = 0.09"]),
        (
            "Pain differed (χ2 = 6.1; P = 0.01; Z = 2.1, P = 0.04).",
            ["χ² = 6.1, P = 0.01", "z = 2.1, P = 0.04"],
        ),
    ],
)
def test_numbers_are_taken_up_in_the_forms_of_texts(text, found):
    assert [one for one, _, _ in of_sentences(text)] == found


def test_sentences_end_at_a_letter_of_a_name_and_before_a_number():
    text = "Pain was less in TMT-B. A score was 5.2. Five had pain. 17 of 38 fell."
    text += " Sleep was better (Figs. 6 and 7, P = 0.02)."
    found = of_sentences(text)
    assert [outcome for _, _, outcome in found] == ["A score was", "fell", "Sleep was better"]


@pytest.mark.parametrize(
    ("titles", "count"),
    [
        (["methods", "conclusion", "discussion"], 1),
        (["methods", "discussion", "conclusion"], 0),
        (["results", "conclusion", "discussion"], 1),
    ],
)
def test_a_conclusion_before_the_discussion_holds_results_where_none_are_called_so(titles, count):
    arms = Arms(labels={"a": "Training", "b": "Control"})
    passages = tuple(
        Passage("Pain was seen in 7 of 11 eyes.", f"{title}, paragraph 1") for title in titles
    )
    assert len([*read_passages(passages, arms)]) == count
