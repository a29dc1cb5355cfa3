"""Which rule is imputed: the composite's own, over the visits that it counts."""

import pytest
from mini_trial import edit
from test_trial_undecided import IMPUTED, at, told

SO_FAR = "counted: by_visit\n  missing_visits: undecided\n"

__all__ = ["at"]


def imputed(more: str) -> str:
    return IMPUTED.replace("seed: 1", f"seed: 1, {more}")


@pytest.mark.parametrize(
    ("counted", "visits", "more", "words"),
    [
        (SO_FAR, "all", "", "no undecided_before, while whole counts earlier visits"),
        (SO_FAR, "all", "undecided_before: refuse", ""),
        (SO_FAR, "all", "undecided_before: drawn, logistic: augmented", ""),
        (SO_FAR, "after_baseline", "", ""),
        (SO_FAR.replace("undecided", "passed_over"), "all", "", ""),
        ("counted: at_visit\n", "all", "undecided_before: no_event", "left open"),
        ("counted: ever\n  missing_visits: undecided\n", "all", "", "at any visit"),
        ("counted: at_visit\n", "all", "at_least: 1", ""),
        ("counted: at_visit\n", "all", "at_least: 2", "another rule than that of whole"),
        (SO_FAR, "all", "at_least: 1", "another rule than that of whole"),
    ],
)
def test_the_rule_that_is_imputed_is_the_endpoints(at, counted, visits, more, words):
    path = at.trial_config("mini") / "endpoints.yaml"
    text = path.read_text().replace("counted: at_visit\n", counted)
    text = text.replace(", new: true", "")
    path.write_text(text.replace("visits: after_baseline", f"visits: {visits}"))
    if more:
        edit(at, "plan.yaml", IMPUTED, imputed(more))
    found = [text for text in told(at).split("\n\n") if "syndrome_imputed.estimates" in text]
    assert any(words in text for text in found) if words else not found
