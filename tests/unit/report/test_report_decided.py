"""Whom a rule lets in that is known as soon as the known parts decide it."""

from types import SimpleNamespace as Stub

import pytest
from test_report_wording import row
from tiny_endpoint import endpoint

from trialtrace.report.sections import decided_early

RULE = {
    "findings": ["nerve", "reflex", "touch", "strength"],
    "event": {"findings": {"at_least": 2}},
    "counted": "at_visit",
}
# By hand: 5 of 8 of whom each part is known, 9 of 12 where decided, of 15.
WHOLE = [("drug", 2, 4), ("placebo", 3, 4)]
DECIDED = [("drug", 4, 6), ("placebo", 5, 6)]
RANDOMISED = {"drug": 8, "placebo": 7}


def counts(arms):
    return [row("count.events", x, group1_level=arm, denominator=n) for arm, x, n in arms]


def told(
    monkeypatch,
    asked=decided_early.decided_early,
    randomised=RANDOMISED,
    missing="undecided",
    of="whole",
):
    bounds = [
        row("proportion_lowest.best_worst", 0.0, group1_level=arm, n_used=n)
        for arm, n in (("drug", 8), ("placebo", 7))
    ]
    rows = {"whole": counts(WHOLE), "decided": [*counts(DECIDED), *bounds]}
    one = endpoint("composite_event", **RULE, missing=missing)
    monkeypatch.setattr(decided_early, "parameters", lambda trial, analysis: [one])
    sizes = {arm: {"stat_value": n} for arm, n in randomised.items()}
    monkeypatch.setattr(decided_early, "population_rows", lambda *_: sizes)
    material = Stub(trial=None, of=rows.__getitem__, arm_label=str.capitalize)
    analysis = Stub(name="decided", of=of, estimand=Stub(population="itt"))
    return asked(material, analysis)


def test_those_added_are_told_beside_the_complete_cases(monkeypatch):
    assert told(monkeypatch).endswith(
        "when the answer is yes; who is still undecided has no outcome. Events in the "
        "patients added: Drug 2 of 2 and Placebo 2 of 2; in those with every part known: 2 of 4 "
        "and 3 of 4. Still undecided: 3 of 15."
    )


def test_alone_it_says_how_it_selects(monkeypatch):
    assert told(monkeypatch, of=None).endswith("who is still undecided has no outcome.")


def test_where_everybody_has_an_outcome_nobody_is_let_in_sooner(monkeypatch):
    """So that the caution of its results is not printed either."""
    assert told(monkeypatch, randomised={"drug": 6, "placebo": 6}) == ""
    (caution,) = told(monkeypatch, decided_early.known_of_all, {"drug": 6, "placebo": 6})
    assert caution.startswith("An outcome counts as soon as the known parts decide it")
    assert told(monkeypatch, randomised={"drug": 6, "placebo": 7}) != ""
    assert told(monkeypatch, decided_early.known_of_all, {"drug": 6, "placebo": 7}) == []


@pytest.mark.parametrize("missing", ["any_missing", "measured"])
def test_other_rules_have_no_such_sentence(monkeypatch, missing):
    assert told(monkeypatch, missing=missing) == ""
