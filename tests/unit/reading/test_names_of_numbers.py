"""Numbers of sentences that ledgers have a name for, which the words before them tell."""

import pytest
from drafted_sides import printed, read


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The win ratio was 1.18 (95% CI 1.02 to 1.37).", "win ratio 1.18 (95% CI 1.02 to 1.37)"),
        ("Kappa was 0.72.", "kappa 0.72"),
        ("The weighted kappa coefficient (κ) was 0.72.", "kappa 0.72"),
        ("The ICC was 0.04.", "ICC 0.04"),
        (
            "The area under the ROC curve was 0.81 (95% CI 0.75 to 0.87).",
            "C statistic 0.81 (95% CI 0.75 to 0.87)",
        ),
        ("The posterior probability was 0.987.", "posterior probability 0.987"),
        ("Log-rank P = 0.04.", "log-rank P = 0.04"),
        ("It was lower with training (log-rank test, P = 0.04).", "log-rank P = 0.04"),
        ("Adjusted P = 0.03.", "adjusted P = 0.03"),
        ("Cohen's d was 0.69.", "standardised mean difference 0.69"),
    ],
)
def test_a_number_has_the_name_that_stands_before_it(sentence, expected):
    assert printed(sentence) == [expected]


def test_means_of_a_model_and_restricted_ones_are_called_so_in_each_group():
    text = "LS mean change was -3.4 (SE 0.5) with training and -1.2 (SE 0.4) with usual care."
    assert printed(text) == ["LS mean -3.4 (SE 0.5)", "LS mean -1.2 (SE 0.4)"]
    text = "RMST was 11.2 months with training and 10.1 months with usual care."
    assert printed(text) == ["RMST 11.2 months", "RMST 10.1 months"]


def test_words_elsewhere_name_nothing():
    assert printed("Raters were tested (kappa), and pain was 4.2 points with training.") == [
        "4.2 points"
    ]
    text = "Least-squares mean treatment differences were -9.9 points with training."
    assert "LS mean" not in " ".join(printed(text))
    made = read(text="The unadjusted P = 0.03.")
    assert [one.printed for one in made.items.values()] == ["P = 0.03"]
