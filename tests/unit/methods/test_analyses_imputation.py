"""A composite by its own rule where findings were drawn: the others count as they were found."""

from dataclasses import dataclass, field
from types import SimpleNamespace as Stub

import numpy as np
import pandas as pd
import pytest
from tiny_endpoint import endpoint

from trialtrace.run.methods.missing import analyse_imputation as imputation
from trialtrace.run.methods.missing import check as check

RULE = {
    "findings": ["nerve", "reflex", "touch"],
    "scores": {"worse": {"of": "symptoms", "value": "change"}},
    "missing": "undecided",
    "counted": "at_visit",
    "event": {
        "any": [
            {"findings": {"at_least": 2}},
            {"findings": {"at_least": 1}, "worse": {"at_most": -4}},
        ]
    },
}
NAMES = np.array(["a", "b", "c", "d"])
FOUND = {
    ("reflex", "AVAL"): [1, 0, 0, 0],
    ("touch", "AVAL"): [0, 1, 0, 1],
    ("symptoms", "CHG"): [0, -1, -9, -4],
}
# Two draws of the nerve; by hand: a and b need it, c has it alone with symptoms, d has touch and
# symptoms already.
DRAWN = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], dtype=float)
EXPECTED = [[1, 0, 1, 1], [0, 1, 0, 1]]
CIPN = endpoint("composite_event", **RULE)
TRIAL = Stub(
    endpoints={"cipn": CIPN}
    | {name: Stub(code=name.upper()) for name in ("nerve", "reflex", "touch", "symptoms")}
)


@pytest.fixture
def found(monkeypatch):
    def component(cut, name, subjects, column="AVAL"):
        values = FOUND.get((name, column), [np.nan] * 4)
        return np.array(values, dtype=float)

    monkeypatch.setattr(imputation, "component", component)
    return Stub(trial=TRIAL, endpoint=CIPN)


def test_the_rule_counts_what_was_drawn_and_what_was_found(found):
    assert imputation._by_rule(found, {"nerve": DRAWN}, NAMES).tolist() == EXPECTED


def test_a_part_that_is_missing_and_decides_leaves_the_outcome_unknown(found, monkeypatch):
    monkeypatch.setitem(FOUND, ("symptoms", "CHG"), [0, -1, np.nan, np.nan])
    told = imputation._by_rule(found, {"nerve": DRAWN}, NAMES)
    # Without the nerve nothing is found in c, with it the symptoms decide; of d touch alone is.
    assert np.array_equal(told[:, 2], [np.nan, 0.0], equal_nan=True)
    assert np.array_equal(told[:, 3], [np.nan, 1.0], equal_nan=True)


def test_the_check_applies_the_rule_by_itself():
    rows = [
        {"USUBJID": who, "PARAMCD": name.upper(), "AVISIT": "late", column: value}
        for (name, column), values in FOUND.items()
        for who, value in zip(NAMES, values, strict=True)
    ]
    bds = pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVISIT", "AVAL", "CHG"])
    asked = Stub(variable="cipn", visit="late", options={"components": ["nerve"]})
    for drawn, expected in zip(DRAWN, EXPECTED, strict=True):
        made = check._by_rule(Stub(bds=bds, trial=TRIAL), asked, drawn[:, None], pd.Series(NAMES))
        assert made.tolist() == expected


def test_a_score_that_is_yes_or_no_is_drawn_too(found):
    """Nerve and worse symptoms drawn: a by reflex and nerve, b and d by touch where either came,
    c by the nerve only with symptoms."""
    parts = {"of": "worsening"}
    event = {
        "any": [{"findings": {"at_least": 2}}, {"findings": {"at_least": 1}, "worse": {"is": 1}}]
    }
    rule = endpoint("composite_event", **(RULE | {"scores": {"worse": parts}, "event": event}))
    endpoints = TRIAL.endpoints | {"cipn": rule, "worsening": Stub(code="WORSENING")}
    worse = np.array([[0, 0, 1, 1], [0, 1, 1, 0]], dtype=float)
    expected = [[1, 0, 1, 1], [0, 1, 0, 1]]
    cut = Stub(trial=Stub(endpoints=endpoints), endpoint=rule)
    drawn = {"nerve": DRAWN, "worsening": worse}
    assert imputation._by_rule(cut, drawn, NAMES).tolist() == expected
    rows = [
        {"USUBJID": who, "PARAMCD": name.upper(), "AVISIT": "late", "AVAL": value}
        for name in ("reflex", "touch")
        for who, value in zip(NAMES, FOUND[name, "AVAL"], strict=True)
    ]
    data = Stub(bds=pd.DataFrame(rows), trial=cut.trial)
    asked = Stub(variable="cipn", visit="late", options={"components": ["nerve", "worsening"]})
    for draw, own, told in zip(DRAWN, worse, expected, strict=True):
        parts = np.column_stack([draw, own])
        assert check._by_rule(data, asked, parts, pd.Series(NAMES)).tolist() == told


# At an earlier visit the nerve is unknown in all: a has both others, b one, c one with symptoms, d
# none. So a and c had the event then, whatever the nerve was.
EARLIER = {
    ("reflex", "AVAL"): [1, 1, 1, 0],
    ("touch", "AVAL"): [1, 0, 0, 0],
    ("symptoms", "CHG"): [0, 0, -5, np.nan],
}
SO_FAR = endpoint(
    "composite_event",
    **(RULE | {"counted": "by_visit", "missing": "any_missing", "missing_visits": "undecided"}),
)


@dataclass(frozen=True)
class At:
    """A cut, or what is asked of a check, at a visit."""

    visit: str
    base: dict = field(default_factory=dict)
    endpoint: object = SO_FAR
    variable: str = "cipn"

    @property
    def place(self):
        return self

    @property
    def trial(self):
        return Stub(endpoints=TRIAL.endpoints | {"cipn": SO_FAR})


EARLY, LATE = At("early", {"AVISIT": {"is": "early"}}), At("late", {"AVISIT": {"is": "late"}})


def test_an_event_that_is_decided_at_an_earlier_visit_is_kept(monkeypatch):
    def component(cut, name, subjects, column="AVAL"):
        assert cut.base["AVISIT"] == {"is": "early"}
        return np.array(EARLIER.get((name, column), [np.nan] * 4), dtype=float)

    monkeypatch.setattr(imputation, "component", component)
    monkeypatch.setattr(imputation, "visit_labels", lambda *_: ["early", "late"])
    # Of b and d the nerve would decide it, so that visit is left open.
    told = imputation._so_far(At("late"), [EARLY], NAMES)
    assert np.array_equal(told, [1, np.nan, 1, np.nan], equal_nan=True)
    assert imputation._earlier(At("early")) == []
    assert imputation._so_far(At("early"), [], NAMES) is None


def test_visits_that_are_drawn_together_have_their_own_rule_each(monkeypatch):
    values = {"early": EARLIER, "late": FOUND}

    def component(cut, name, subjects, column="AVAL"):
        of = values[cut.base["AVISIT"]["is"]]
        return np.array(of.get((name, column), [np.nan] * 4), dtype=float)

    monkeypatch.setattr(imputation, "component", component)
    # Two draws of the nerve at either visit, (draws, patients, visits).
    first = np.array([[0, 1, 0, 0], [1, 0, 0, 1]], dtype=float)
    both = np.stack([first, DRAWN], axis=2)
    early, late = imputation._each([EARLY, LATE], ("nerve",), both, NAMES)
    # By hand: b needs the nerve beside its reflex; of d the symptoms are unknown.
    assert np.array_equal(early, [[1, 1, 1, 0], [1, 0, 1, np.nan]], equal_nan=True)
    assert late.tolist() == EXPECTED


def test_the_check_takes_an_event_of_an_earlier_visit_along(monkeypatch):
    rows = [
        {"USUBJID": who, "PARAMCD": name.upper(), "AVISIT": visit, column: value}
        for visit, of in (("early", EARLIER), ("late", FOUND))
        for (name, column), values in of.items()
        for who, value in zip(NAMES, values, strict=True)
    ]
    bds = pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVISIT", "AVAL", "CHG"])
    data = Stub(bds=bds, trial=TRIAL)
    asked = [
        Stub(variable="cipn", visit=visit, options={"components": ["nerve"]})
        for visit in ("early", "late")
    ]
    drawn = np.array([[0, 0], [1, 0], [0, 0], [1, 1]], dtype=float)
    # a and c at the first visit by what is known, b by its nerve; d at the second.
    told = check._by_visits(data, asked, drawn, pd.Series(NAMES))
    assert told.tolist() == [1, 1, 1, 1]
    assert check._by_visits(data, asked[1:], drawn[:, 1:], pd.Series(NAMES)).tolist() == [
        0,
        0,
        0,
        1,
    ]


def test_the_check_finds_it_by_every_guess_of_what_is_unknown():
    rows = [
        {"USUBJID": who, "PARAMCD": name.upper(), "AVISIT": "early", "AVISITN": 1, column: value}
        for (name, column), values in EARLIER.items()
        for who, value in zip(NAMES, values, strict=True)
    ]
    rows += [
        {"USUBJID": "a", "PARAMCD": SO_FAR.code, "AVISIT": visit, "AVISITN": number}
        for number, visit in enumerate(["early", "late"], start=1)
    ]
    bds = pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVISIT", "AVISITN", "AVAL", "CHG"])
    data = Stub(bds=bds, trial=At("late").trial)
    told = check._earlier(data, At("late"), pd.Series(NAMES))
    assert told.tolist() == [True, False, True, False]
    assert not check._earlier(data, At("early"), pd.Series(NAMES)).any()
