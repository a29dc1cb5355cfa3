"""Levels of significance and their split: of each a true, a false and a borderline case."""

import pytest
from paper import claim

from trialtrace.audit.editor.letter import FLIPS, lines
from trialtrace.audit.files.make import ledger
from trialtrace.audit.registration.registration import held
from trialtrace.audit.relations.tables import judgements
from trialtrace.audit.verdicts.audit import audit_ledger

PAIR = {"compare": ["training", "control"]}


def part(level, *outcomes, **more):
    return {"level": level, "outcomes": list(outcomes), **more}


def read(claims, reported=None, registered=None):
    return ledger(
        {
            "papers": {"main": "A paper", "entry": "A registry"},
            "groups": {
                "training": {"label": "training", "randomised": "200"},
                "control": {"label": "control", "randomised": "200"},
            },
            "outcomes": {"pfs": {"label": "Progression"}, "os": {"label": "Death"}},
            "claims": claims,
            **({"reported": {"main": {"alpha": reported}}} if reported else {}),
            **({"registered": {"entry": {"alpha": registered}}} if registered else {}),
        }
    )


def split(whole, *parts):
    alpha = {"whole": whole, "parts": list(parts)}
    return [one.verdict for one in held(read({"n": claim("3")}, alpha))]


@pytest.mark.parametrize(
    ("levels", "verdict"),
    [
        (("0.04", "0.01"), "holds"),
        (("0.04", "0.02"), "contradicts"),
        (("0.04", ".01"), "holds"),
        (("0.025", "0.025"), "holds"),
        (("0.025", "0.026"), "remark"),  # may be 0.0245 and 0.0255
        (("0.045", "0.006"), "contradicts"),  # 0.0445 and 0.006 are 0.0505 already
        (("0.0167", "0.0167", "0.0167"), "remark"),  # thirds of 0.05, rounded
        (("0.017", "0.017", "0.017"), "remark"),
        (("0.018", "0.018", "0.018"), "contradicts"),
    ],
)
def test_parts_of_the_level_are_within_the_whole(levels, verdict):
    assert split("0.05", *(part(one, "pfs") for one in levels)) == [verdict]


def test_a_level_that_is_passed_on_takes_nothing_from_the_whole():
    order = part("0.05", "os", passed_on=True)
    assert split("0.05", part("0.05", "pfs"), order) == ["holds"]
    assert split("0.05", part("0.05", "pfs"), part("0.05", "os")) == ["contradicts"]


@pytest.mark.parametrize(
    ("looks", "verdicts"),
    [
        ({"interim": "0.0054", "final": "0.0492"}, ["holds"]),  # together above 0.05
        ({"interim": "0.0054", "final": "0.05"}, ["holds"]),
        ({"interim": "0.0054", "final": "0.0501"}, ["holds", "remark"]),
    ],
)
def test_a_look_is_within_its_part(looks, verdicts):
    assert split("0.05", part("0.05", "pfs", looks=looks)) == verdicts


@pytest.mark.parametrize(
    ("registered", "verdict"),
    [
        ({"whole": "0.05"}, "holds"),
        ({"whole": ".050", "parts": [part("0.04", "pfs"), part("0.01", "os")]}, "holds"),
        ({"whole": "0.05", "parts": [part("0.03", "pfs"), part("0.02", "os")]}, "changed"),
        ({"whole": "0.025", "sides": "one_sided"}, "changed"),
    ],
)
def test_the_level_of_the_registration_against_that_of_the_paper(registered, verdict):
    reported = {
        "whole": "0.05",
        "sides": "two_sided",
        "parts": [part("0.04", "pfs"), part("0.01", "os")],
    }
    rows = held(read({"n": claim("3")}, reported, registered))
    both = [one.verdict for one in rows if len(one.keys) == 2]
    assert both == [verdict]


def words(printed, p, alpha, outcome="os", registered=None, **about):
    about = {"outcome": outcome, **PAIR, **about}
    claims = {"words": claim(printed, **about), "p": claim(p, outcome=outcome, **PAIR)}
    found = judgements(read(claims, alpha, registered))
    return [(one.state, one.sentence) for one in found]


SPLIT = {"whole": "0.05", "parts": [part("0.04", "pfs"), part("0.01", "os")]}
LESS, NONE = "significantly lower with training", "no significant difference"


@pytest.mark.parametrize(
    ("printed", "p", "outcome", "agreement"),
    [
        (LESS, "p = 0.008", "os", "holds"),
        (LESS, "p = 0.03", "os", "contradicts"),  # though below 0.05
        (LESS, "p = 0.03", "pfs", "holds"),
        (LESS, "p = 0.045", "pfs", "contradicts"),
        (LESS, "p = 0.01", "os", None),  # 0.005 up to 0.015
        (NONE, "p = 0.03", "os", "holds"),
        (NONE, "p = 0.002", "os", "contradicts"),
    ],
)
def test_words_on_significance_at_the_part_of_their_outcome(printed, p, outcome, agreement):
    found = words(printed, p, SPLIT, outcome)
    assert [one for one, _ in found] == ([agreement] if agreement else [])


def test_the_level_of_a_claim_of_another_design_and_of_other_sides():
    assert words(LESS, "p = 0.03", SPLIT, level="0.05")[0][0] == "holds"
    assert words(LESS, "p = 0.03", None, registered=SPLIT)[0][0] == "contradicts"
    one_sided = {**SPLIT, "sides": "one_sided"}
    assert words(LESS, "p = 0.03", one_sided)[0][0] == "holds"  # p is of two: 0.05 decides
    order = {"whole": "0.05", "parts": [part("0.04", "pfs"), part("0.01", "os", passed_on=True)]}
    assert words(LESS, "p = 0.03", order) == []  # with 0.01, or with 0.05 once pfs is shown
    assert words(LESS, "p = 0.06", order)[0][0] == "contradicts"


def test_a_look_has_its_own_level():
    looks = {"interim": "0.001", "final": "0.0098"}
    alpha = {"whole": "0.05", "parts": [part("0.04", "pfs"), part("0.01", "os", looks=looks)]}
    assert words(LESS, "p = 0.005", alpha, look="interim")[0][0] == "contradicts"
    assert words(LESS, "p = 0.005", alpha, look="final")[0][0] == "holds"
    assert words(LESS, "p = 0.03", alpha)[0][0] == "contradicts"  # above every look


@pytest.mark.parametrize(("alpha", "grades"), [(None, []), (SPLIT, [FLIPS])])
def test_a_p_flips_at_its_own_level(alpha, grades):
    """scipy: Fisher's exact test of 30 and 50 of 200 each gives .0172; 0.008 is printed."""
    claims = {
        "a": claim("30 of 200", outcome="os", group="training"),
        "b": claim("50 of 200", outcome="os", group="control"),
        "p": claim("p = 0.008", outcome="os", **PAIR, test="fisher"),
    }
    whole = read(claims, alpha)
    audit = audit_ledger(whole)
    told = [one.grade for one in lines(whole, audit.judgements, audit.rows) if one.claim == "p"]
    assert [one for one in told if one == FLIPS] == grades and len(told) == 1
