"""Interactions and main effects of two-by-two designs: of each a true, a false, a borderline case.

The numbers are made by hand beside each case, from the counts of ISIS-2 (Lancet 1988;332:349).
"""

from math import exp, log

import pytest
from paper import claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings
from trialtrace.cli import main

GROUPS = {
    "both": {"label": "both", "randomised": "4292"},
    "asp": {"label": "aspirin", "randomised": "4295"},
    "sk": {"label": "streptokinase", "randomised": "4300"},
    "none": {"label": "neither", "randomised": "4300", "control": True},
    "any_sk": {"label": "any streptokinase", "of": ["both", "sk"]},
    "no_sk": {"label": "no streptokinase", "of": ["asp", "none"]},
}
DEAD = {"both": "343 of 4292", "asp": "461 of 4295", "sk": "448 of 4300", "none": "568 of 4300"}
WITH, WITHOUT, ANY = ["both", "asp"], ["sk", "none"], ["any_sk", "no_sk"]
RISKS = 343 / 4292, 461 / 4295, 448 / 4300, 568 / 4300
ORDERED = {"ordered": True}
CELLS = {name: claim(text, outcome="death", group=name) for name, text in DEAD.items()}


def effect(printed, compare, **about):
    return claim(printed, outcome="death", compare=compare, **about)


def both(printed, **about):
    """An interaction: the effect of streptokinase with aspirin against that without."""
    return effect(printed, WITH, versus=WITHOUT, **about)


def found(claims, check, name="one"):
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": GROUPS,
            "populations": {},
            "outcomes": {"death": {"label": "Death"}, "pain": {"label": "Pain"}},
            "claims": claims,
        }
    )
    every = [one for one in findings(whole) if one.claim == name and one.check == check]
    return ["remark" if one.remark else one.agreement for one in every]


@pytest.mark.parametrize(
    ("first", "second", "printed", "about", "said"),
    [
        # 0.735 to 0.745 over 0.785 to 0.795 is 0.9245 to 0.9490.
        ("risk ratio 0.74", "risk ratio 0.79", "risk ratio 0.94", {}, "compatible"),
        ("risk ratio 0.74", "risk ratio 0.79", "risk ratio 0.92", {}, "compatible"),
        ("risk ratio 0.74", "risk ratio 0.79", "risk ratio 0.91", {}, "remark"),
        ("risk ratio 0.74", "risk ratio 0.79", "risk ratio 1.95", {}, "inconsistent"),
        ("risk ratio 0.74", "risk ratio 0.79", "risk ratio 1.95", {"basis": "model"}, "remark"),
        ("risk ratio 0.74", "risk ratio 0.79", "risk ratio 1.07", {}, "alternative"),
        ("risk ratio 0.74", "risk ratio 0.79", "risk ratio 1.07", ORDERED, "remark"),
        ("hazard ratio 0.74", "hazard ratio 0.79", "hazard ratio 0.94", {}, "compatible"),
        ("mean difference 3.1", "mean difference 1.0", "mean difference 2.1", {}, "compatible"),
        ("mean difference 3.1", "mean difference 1.0", "mean difference 2.2", {}, "compatible"),
        ("mean difference 3.1", "mean difference 1.0", "mean difference 2.3", {}, "inconsistent"),
        ("mean difference 3.1", "mean difference 1.0", "mean difference -2.1", {}, "alternative"),
        ("mean difference 1.0", "mean difference 3.1", "mean difference 2.1", {}, "compatible"),
        (
            "mean difference 1.0",
            "mean difference 3.1",
            "mean difference 2.1",
            ORDERED,
            "inconsistent",
        ),
    ],
)
def test_an_interaction_is_the_simple_effects_apart(first, second, printed, about, said):
    claims = {"a": effect(first, WITH), "b": effect(second, WITHOUT), "one": both(printed, **about)}
    assert found(claims, "factorial.interaction") == [said]


def test_a_simple_effect_of_a_model_makes_it_a_remark():
    claims = {
        "a": effect("mean difference 3.1", WITH, basis="model"),
        "b": effect("mean difference 1.0", WITHOUT),
        "one": both("mean difference 2.9"),
    }
    assert found(claims, "factorial.interaction") == ["remark"]
    assert found({**claims, "b": effect("2.0%", WITHOUT)}, "factorial.interaction") == []


P1, P2, P3, P4 = RISKS
ODDS = exp(sum(s * log(p / (1 - p)) for s, p in zip((1, -1, -1, 1), RISKS, strict=True)))
POINTS = 100 * (P1 - P2 - P3 + P4)


@pytest.mark.parametrize(
    ("printed", "about", "said"),
    [
        (f"risk ratio {P1 / P2 / (P3 / P4):.3f}", {}, "compatible"),
        (f"risk ratio {P1 / P2 / (P3 / P4) + 0.001:.3f}", {}, "remark"),
        (f"odds ratio {ODDS:.2f}", {}, "compatible"),
        ("odds ratio 2.10", {}, "inconsistent"),
        ("odds ratio 2.10", {"basis": "model"}, "remark"),
        (f"{POINTS:.2f} percentage points", {"ordered": True}, "compatible"),
        (f"{POINTS + 0.01:.2f} percentage points", {"ordered": True}, "inconsistent"),
        (f"{POINTS / 100:.4f}", {"measure": "risk_difference", "ordered": True}, "compatible"),
        ("2.05", {"measure": "risk_difference", "ordered": True}, "inconsistent"),
    ],
)
def test_an_interaction_against_the_counts_of_the_cells(printed, about, said):
    assert (round(ODDS, 3), round(POINTS, 3)) == (0.945, 0.049)
    assert found({**CELLS, "one": both(printed, **about)}, "factorial.cells") == [said]


def test_points_without_their_sign_are_no_proportion():
    """10, 4, 3 and 3 of 10 are 100 − 40 − 30 + 30 = 60 percentage points apart."""
    cells = {"both": "10 of 10", "asp": "4 of 10", "sk": "3 of 10", "none": "3 of 10"}
    claims = {name: claim(text, outcome="death", group=name) for name, text in cells.items()}
    for printed in (
        "60.0 (95% CI 9.6 to 110.4)",
        "0.600 (95% CI 0.096 to 1.104)",
        "60.0 percentage points (95% CI 9.6 to 110.4)",
    ):
        one = both(printed, measure="risk_difference", ordered=True)
        assert found({**claims, "one": one}, "factorial.cells") == ["compatible"], printed


def test_the_interaction_of_four_means():
    values = {"both": "9.1", "asp": "6.0", "sk": "7.2", "none": "6.2"}
    cells = {
        name: claim(f"mean (SD) {value} (4.0)", outcome="pain", group=name, patients="25")
        for name, value in values.items()
    }

    def said(printed, check, **about):
        one = claim(printed, outcome="pain", compare=WITH, versus=WITHOUT, **about)
        return found({**cells, "one": one}, check)

    # 9.1 − 6.0 − 7.2 + 6.2 = 2.1, each within 0.05.
    for printed, verdict in (("2.1", "compatible"), ("2.3", "compatible"), ("2.4", "inconsistent")):
        assert said(f"mean difference {printed}", "factorial.cells", ordered=True) == [verdict]


def test_a_p_of_an_interaction_is_no_p_of_four_groups():
    interval = both("risk ratio 0.94 (95% CI 0.79 to 1.13)")
    claims = {**CELLS, "i": interval, "one": both("P = 0.53")}
    for check in ("p.counts", "interval.apart"):
        assert found(claims, check) == []
    assert found({**claims, "one": both("P < 0.0001", test="other")}, "interval.apart") == [
        "inconsistent"
    ]


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"compare": WITH, "versus": ["sk", "nobody"]}, "one of groups: "),
        ({"compare": WITH, "versus": ["sk", "asp"]}, "two groups beside the two others"),
        ({"compare": "all", "versus": ["sk", "asp"]}, "two groups beside the two others"),
        ({"versus": ["sk", "asp"]}, "two groups beside the two others"),
        ({"compare": WITH, "versus": ["sk"]}, "versus"),
    ],
)
def test_a_mistake_in_an_interaction_is_told(tmp_path, capsys, about, words):
    import yaml

    path = tmp_path / "ledger.yaml"
    text = {
        "papers": {"main": "A paper"},
        "groups": GROUPS,
        "outcomes": {"death": {"label": "Death"}},
        "claims": {"n": claim("risk ratio 0.9", outcome="death", **about)},
    }
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    told = capsys.readouterr().err
    assert words in told and "ledger.yaml:" in told
