"""Margins of non-inferiority and levels of factors: of each a true, a false and a borderline case.

The verdicts are by hand: which side of the margin a printed interval lies on.
"""

import re

import pytest
from paper import claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings, findings_of
from trialtrace.audit.registration.registration import held
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.cli import main

PAIR = {"outcome": "stroke", "compare": ["new", "old"]}
CREDIBLE = "hazard ratio 0.79 (95% CrI 0.66 to 0.96)"
TURNED = {"outcome": "stroke", "compare": ["old", "new"]}
RATIO = {**PAIR, "value": "1.46", "scale": "hazard_ratio", "worse": "above"}
POINTS = {**PAIR, "value": "7.5", "scale": "percentage_points", "worse": "above"}
POPULATIONS = {"pp": {"label": "per protocol"}, "itt": {"label": "all", "everyone": True}}


def read(claims, reported=(), registered=(), number="NCT00000001"):
    return ledger(
        {
            "papers": {"main": "A paper", "entry": "A registry"},
            "groups": {"new": {"label": "new"}, "old": {"label": "old", "control": True}},
            "populations": POPULATIONS,
            "outcomes": {"stroke": {"label": "Stroke"}},
            "claims": claims,
            **({"reported": {"main": {"margins": list(reported)}}} if reported else {}),
            "registered": {"entry": {"number": number, "margins": list(registered)}},
        }
    )


def hazard(low, high, value="0.79", level=95, **about):
    printed = f"hazard ratio, {value}; {level}% CI, {low} to {high}"
    return claim(printed, **{**PAIR, **about})


def points(low, high, value="-1.4", level=95, **about):
    printed = f"{value} percentage points ({level}% CI {low} to {high})"
    return claim(printed, **{**PAIR, **about})


def verdict(claims, concludes="non_inferior", **margin):
    one = {**(RATIO if "scale" not in margin else PAIR), **margin, "concludes": concludes}
    rows = held(read(claims, [one]))
    return [row.verdict for row in rows if row.check == "registered.conclusion"]


@pytest.mark.parametrize(
    ("low", "high", "value", "more", "agreement"),
    [
        ("0.66", "0.96", "0.79", {}, "compatible"),
        ("1.20", "1.45", "1.32", {}, "compatible"),  # worse, and not by the margin
        ("0.99", "1.60", "1.26", {"level": "0.025"}, "inconsistent"),
        ("1.50", "1.90", "1.69", {}, "inconsistent"),  # wholly beyond
        ("0.99", "1.46", "1.20", {}, "not_checkable"),  # 1.455 to 1.465
        # Of 95 %; one of 90 % ends at 0.79 exp(1.645 / 1.96 log(1.48 / 0.79)) = 1.34.
        ("0.42", "1.48", "0.79", {}, "not_checkable"),
        ("0.42", "1.48", "0.79", {"level": "0.05"}, "not_checkable"),
        ("0.42", "1.48", "0.79", {"level": "0.025"}, "inconsistent"),
        ("1.27", "1.72", "1.48", {}, "inconsistent"),  # the estimate itself
    ],
)
def test_non_inferiority_against_the_interval_of_a_ratio(low, high, value, more, agreement):
    assert verdict({"hr": hazard(low, high, value)}, **more) == [agreement]


@pytest.mark.parametrize(
    ("low", "high", "more", "agreement"),
    [
        ("0.99", "1.60", {}, "compatible"),
        ("0.66", "0.96", {"level": "0.025"}, "inconsistent"),
        ("0.66", "0.96", {}, "not_checkable"),  # a stricter level
        ("0.66", "0.96", {"level": "0.0125"}, "not_checkable"),
    ],
)
def test_non_inferiority_that_was_not_shown(low, high, more, agreement):
    assert verdict({"hr": hazard(low, high)}, "not_shown", **more) == [agreement]


def test_two_intervals_of_one_comparison_are_taken_together():
    both = {"ninety": points("-4.9", "2.2", level=90), "usual": points("-5.6", "2.9")}
    assert verdict(both, **POINTS) == ["compatible"]
    assert verdict(both, **{**POINTS, "value": "2.5"}) == ["not_checkable"]
    assert verdict(both, **{**POINTS, "value": "1.5", "level": "0.05"}) == ["inconsistent"]


def test_the_same_margin_in_another_unit_and_the_other_way_round():
    """7.5 percentage points are 0.075; old less new is below -7.5 where new is worse."""
    claims = {"d": points("5.0", "9.0", "7.0")}
    share = {"scale": "risk_difference", "value": "0.075", "worse": "above", "level": "0.025"}
    assert verdict(claims, **share) == verdict(claims, **POINTS, level="0.025") == ["inconsistent"]
    other = {"d": points("-9.0", "-5.0", "-7.0", **TURNED)}
    assert verdict(other, **POINTS, level="0.025") == ["inconsistent"]
    assert verdict({"d": points("5.0", "9.0", "7.0", **TURNED)}, **POINTS) == ["compatible"]
    wanted = {"scale": "percentage_points", "value": "-10", "worse": "below", "level": "0.025"}
    assert verdict({"d": points("-8.2", "3.1", "-2.5")}, **wanted) == ["compatible"]
    assert verdict({"d": points("-11.3", "3.1", "-4.1")}, **wanted) == ["inconsistent"]


def test_intervals_of_another_population_measure_or_subgroup_are_left_aside():
    claims = {"pp": hazard("0.66", "0.96", population="pp")}
    assert verdict(claims, population="pp") == ["compatible"]
    assert verdict(claims, population="itt") == []
    assert verdict({"hr": hazard("1.50", "1.90", "1.69", stratum="women")}) == []
    assert verdict({"d": points("-4.9", "2.2")}) == []


@pytest.mark.parametrize(
    ("reported", "verdict"),
    [
        (RATIO, "compatible"),
        ({**RATIO, "value": "1.460"}, "compatible"),
        ({**RATIO, **TURNED, "value": ".6849315068493151", "worse": "below"}, "compatible"),
        ({**RATIO, "value": "1.38"}, "changed"),
        ({**RATIO, "worse": "below"}, "changed"),
        (POINTS, "changed"),
        ({**RATIO, "population": "pp"}, "compatible"),
    ],
)
def test_the_margin_of_the_registration_against_that_of_the_paper(reported, verdict):
    rows = held(read({"n": claim("3")}, [reported], [RATIO]))
    found = [row.verdict for row in rows if row.check == "registered.margin"]
    assert [one for one in found if one != "remark"] == [verdict]


def test_a_margin_that_no_difference_itself_would_miss_is_told():
    """As of a vaccine, where the upper bound of the ratio has to be below 0.7."""
    rows = held(read({"n": claim("3")}, [{**RATIO, "value": "0.7"}]))
    assert [row.verdict for row in rows if row.check == "registered.margin"] == ["remark"]


def conclusion(printed, *others, reported=()):
    claims = {f"a{i}": one for i, one in enumerate(others)}
    claims["c"] = claim(printed, **PAIR, concludes="non_inferiority")
    found = findings_of("statements", read(claims, reported))
    return next((one.agreement, one.sentence) for one in found if one.claim == "c")


def test_a_conclusion_by_a_margin_that_stands_at_the_interval_alone():
    below = hazard("0.66", "0.96", margin="1.46")
    beyond = hazard("1.50", "1.90", "1.69", margin="1.46")
    assert conclusion("was noninferior", below)[0] == "compatible"
    assert conclusion("was noninferior", beyond)[0] == "inconsistent"
    assert conclusion("noninferiority was not shown", beyond)[0] == "compatible"
    assert conclusion("noninferiority was not shown", below)[0] == "not_checkable"
    assert conclusion("was not inferior", below)[0] == "compatible"
    assert conclusion("was not statistically worse", beyond)[0] == "inconsistent"
    negative = hazard("0.66", "0.96", margin="-1.46")
    assert conclusion("was noninferior", negative)[0] == "not_checkable"
    # The sign of a difference may be that of an amount: which side is worse is not told.
    amount = points("8.1", "11.2", "9.4", margin="7.5")
    assert conclusion("was noninferior", amount)[0] == "not_checkable"
    turned = hazard("0.66", "0.96", margin="1.46", **TURNED)
    assert "the other way round" in conclusion("was noninferior", turned)[1]


@pytest.mark.parametrize(
    ("limit", "margin", "said"),
    [
        ("(one-sided 97.5% CI, -∞ to 2.5)", "7.5", "compatible"),
        ("(one-sided 97.5% CI, -∞ to 9.5)", "7.5", "inconsistent"),
        # A limit on the side away from the margin says nothing of it, nor does any of margin 0.
        ("(one-sided 97.5% CI, -5.3 to ∞)", "7.5", "not_checkable"),
        ("(one-sided 97.5% CI, -∞ to 2.5)", "0", "not_checkable"),
    ],
)
def test_a_conclusion_by_a_limit_of_one_side(limit, margin, said):
    printed = f"-1.4 percentage points {limit}"
    agreement, text = conclusion("was noninferior", claim(printed, **PAIR, margin=margin))
    assert agreement == said
    assert ("needs a margin and one interval" in text) == (said == "not_checkable")


def test_a_conclusion_takes_the_typed_margin():
    two = points("-4.9", "2.2", level=90), points("-5.6", "2.9")
    assert conclusion("was noninferior", *two)[0] == "not_checkable"
    assert conclusion("was noninferior", *two, reported=[POINTS])[0] == "compatible"
    beyond = hazard("1.50", "1.90", "1.69")
    assert conclusion("was noninferior", beyond, reported=[RATIO])[0] == "inconsistent"


def test_the_p_of_a_margin_needs_no_events_of_a_difference():
    """ROCKET AF (N Engl J Med 2011;365:883): 188 and 241 events, P < 0.001 against 1.46."""
    printed = "hazard ratio, 0.79; 95% CI, 0.66 to 0.96; P<0.001"
    claims = {
        "x1": claim("188 of 6958", outcome="stroke", group="new"),
        "x0": claim("241 of 7004", outcome="stroke", group="old"),
        "hr": claim(printed, **PAIR, margin="1.46"),
    }
    told = [one.agreement for one in findings(read(claims)) if one.claim == "hr"]
    assert told and "inconsistent" not in told
    plain = {**claims, "hr": claim(printed, **PAIR)}
    told = [one.agreement for one in findings(read(plain)) if one.claim == "hr"]
    assert "inconsistent" in told


def beside(printed, interval, reported=(), **about):
    """What the p of a margin is found to be beside an interval in another claim."""
    claims = {"one": interval, "p": claim(printed, **{**PAIR, **about})}
    found = list(findings_of("margin_tests", read(claims, reported)))
    return [(one.agreement, one.remark) for one in found]


@pytest.mark.parametrize(
    ("printed", "interval", "about", "said"),
    [
        # log(1.20 / 1.46) over log(1.60 / 0.90) / (2 · 1.96) is z = −1.336: 0.091, of two 0.182.
        ("P = 0.09", hazard("0.90", "1.60", "1.20", margin="1.46"), {}, ["compatible"]),
        ("P = 0.18", hazard("0.90", "1.60", "1.20", margin="1.46"), {}, ["compatible"]),
        ("P = 0.18", hazard("0.90", "1.60", "1.20", margin="1.46"), {"sides": "less"}, ["remark"]),
        ("P = 0.03", hazard("0.90", "1.60", "1.20", margin="1.46"), {}, ["remark"]),
        ("P < 0.001", hazard("0.90", "1.60", "1.20", margin="1.46"), {}, ["inconsistent"]),
        # z = log(0.79 / 1.46) / (log(0.96 / 0.66) / 3.92) = −6.4.
        ("P<0.001 for noninferiority", hazard("0.66", "0.96", margin="1.46"), {}, ["compatible"]),
        ("P=0.20 for noninferiority", hazard("0.66", "0.96", margin="1.46"), {}, ["inconsistent"]),
        # Another margin, another level of confidence: 90 % of z = −1.336 · 1.645 / 1.96.
        ("P = 0.20", hazard("0.66", "0.96", margin="1.30"), {}, []),
        ("P = 0.13", hazard("0.90", "1.60", "1.20", 90, margin="1.46"), {}, ["compatible"]),
        ("P = 0.20", hazard("0.66", "0.96", margin="1.46", stratum="men"), {}, []),
        # A credible interval has no p.
        ("P = 0.20", claim(CREDIBLE, **PAIR, margin="1.46"), {}, []),
    ],
)
def test_the_p_of_a_margin_against_an_interval_printed_apart(printed, interval, about, said):
    found = beside(printed, interval, margin="1.46", **about)
    assert ["remark" if remark else verdict for verdict, remark in found] == said


def test_the_p_of_a_margin_of_risks_contradicts_by_wald_alone():
    """(−1.4 + 8.5) / (7.8 / 3.92) = 3.57, 0.00018 of one side; against 8.5 it is more."""
    for about, said in (
        ({}, ("not_checkable", True)),
        ({"interval": "wald"}, ("inconsistent", False)),
    ):
        one = points("-5.3", "2.5", margin="-8.5", **about)
        assert beside("P = 0.40", one, margin="-8.5", ordered=True) == [said]
        assert beside("P = 0.0002", one, margin="-8.5") == [("compatible", False)]
    amount = points("-5.3", "2.5", margin="8.5", interval="wald")
    assert beside("P = 0.0002", amount, margin="8.5") == [("compatible", False)]
    assert beside("P = 0.0002", amount, margin="8.5", ordered=True) == [("not_checkable", True)]


def test_the_p_of_non_inferiority_takes_the_typed_margin():
    interval = hazard("0.90", "1.60", "1.20")
    said = "P = 0.09 for noninferiority"
    assert beside(said, interval) == [("not_checkable", False)]  # it says what it needs
    assert beside(said, interval, [RATIO]) == [("compatible", False)]
    turned = {**RATIO, **TURNED, "value": "0.684932", "worse": "below"}
    assert beside(said, interval, [turned]) == [("compatible", False)]
    assert beside("P < 0.001 for noninferiority", interval, [RATIO]) == [("inconsistent", False)]
    assert beside("P = 0.001", interval, [RATIO]) == []  # of no difference


@pytest.mark.parametrize(
    ("about", "verdict"), [({}, "not_checkable"), ({"test": "t"}, "inconsistent")]
)
def test_the_p_of_a_margin_of_means_contradicts_by_t(about, verdict):
    one = claim("mean difference 1.0 (95% CI -1.0 to 3.0)", **PAIR, margin="6.0")
    # (1 − 6) / (4 / 3.92) = −4.9, and by t of 8 degrees of freedom (1 − 6) / (4 / 4.61) = −5.8.
    assert beside("P = 0.30", one, margin="6.0", ordered=True, **about)[0][0] == verdict
    assert beside("P = 0.0001", one, margin="6.0", **about)[0][0] == "compatible"


def test_a_p_of_a_margin_of_risks_beside_its_own_interval():
    """Without Wald's name a test restricted at the margin may give it."""
    printed = "-1.4 percentage points (95% CI -5.3 to 2.5), P = 0.40"
    for about, verdict in (({}, "not_checkable"), ({"interval": "wald"}, "inconsistent")):
        claims = {"one": claim(printed, **PAIR, margin="-7.5", sides="two_sided", **about)}
        found = [one for one in findings(read(claims)) if one.check == "interval.p"]
        assert [one.agreement for one in found] == [verdict]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": "-1.46"}, "a ratio above 0"),
        ({"value": "1,46"}, 'write "1.46" if'),
        ({"value": "1,460"}, 'write "1.460" or "1460" if'),
        ({"level": "2.5%"}, 'write "0.025" if'),
        ({"worse": "better"}, "above, below"),
        ({"outcome": "pain"}, "one of outcomes: "),
        ({"compare": ["new", "none"]}, "one of groups: "),
        ({"population": "all"}, "one of populations: "),
        ({"margin": "1.46"}, "value"),
    ],
)
def test_a_mistake_in_a_margin_is_told_with_its_place(tmp_path, capsys, change, words):
    import yaml

    path = tmp_path / "ledger.yaml"
    text = {
        "papers": {"main": "A paper"},
        "groups": {"new": {"label": "new"}, "old": {"label": "old"}},
        "populations": POPULATIONS,
        "outcomes": {"stroke": {"label": "Stroke"}},
        "claims": {"n": claim("3")},
        "reported": {"main": {"margins": [{**RATIO, **change}]}},
    }
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    told = capsys.readouterr().err
    assert words in told and "ledger.yaml:" in told and "margins" in told


CELLS = {"both": "4292", "sk": "4300", "asp": "4295", "neither": "4300"}
LEVELS = {
    "any_sk": ("8592", ["both", "sk"]),
    "no_sk": ("8595", ["asp", "neither"]),
    "any_asp": ("8587", ["both", "asp"]),
    "no_asp": ("8600", ["sk", "neither"]),
}
DEAD = {"both": "343", "sk": "448", "asp": "461", "neither": "568"}


def crossed(any_sk="791", *, made=True, total="17187", **sizes):
    """ISIS-2 (Lancet 1988;332:349): vascular deaths, inside the table and at its margins."""
    groups = {name: {"label": name, "randomised": n} for name, n in (CELLS | sizes).items()}
    for name, (n, of) in LEVELS.items():
        groups[name] = {"label": name, "randomised": n, **({"of": of} if made else {})}
    deaths = {**DEAD, "any_sk": any_sk, "no_sk": "1029"}
    of = {name: group["randomised"] for name, group in groups.items()}
    return ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups,
            "outcomes": {"death": {"label": "Death"}},
            "claims": {
                "all": claim(total, size="randomised"),
                **{g: claim(f"{x}/{of[g]}", outcome="death", group=g) for g, x in deaths.items()},
            },
        }
    )


def agreement(read, name, check):
    return [one.agreement for one in findings(read) if (one.claim, one.check) == (name, check)]


def test_levels_of_factors_are_not_counted_beside_their_groups():
    assert agreement(crossed(), "all", "size.sum") == ["exact"]
    assert agreement(crossed(total="17186"), "all", "size.sum") == ["inconsistent"]
    # Undeclared, four times two groups are three times the patients: no contradiction is told.
    assert agreement(crossed(made=False), "all", "size.sum") == ["not_checkable"]
    assert agreement(crossed(made=False, total="17186"), "all", "size.sum") == ["inconsistent"]


def test_a_level_of_a_factor_has_the_events_of_its_groups():
    assert agreement(crossed(), "any_sk", "factor.count") == ["exact"]
    assert agreement(crossed(), "no_sk", "factor.count") == ["exact"]
    assert agreement(crossed("792"), "any_sk", "factor.count") == ["inconsistent"]
    # One patient of the groups is not in the level: its events may be others.
    assert agreement(crossed("792", both="4293"), "any_sk", "factor.count") == ["compatible"]


def test_one_number_in_two_places_is_one_piece_of_evidence_on_rounding():
    """67 of 509 is 13.16 %: a difference that is printed twice does not make it cut off."""
    pair = {"outcome": "fail", "compare": ["new", "old"]}
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": {"new": {"label": "new"}, "old": {"label": "old", "control": True}},
            "outcomes": {"fail": {"label": "Failure"}},
            "claims": {
                "x1": claim("67 of 509 (13.2%)", outcome="fail", group="new"),
                "x0": claim("74 of 506 (14.6%)", outcome="fail", group="old"),
                "d90": claim("-1.4 percentage points (90% CI -4.9 to 2.2)", **pair),
                "d95": claim("-1.4 percentage points (95% CI -5.6 to 2.9)", **pair),
            },
        }
    )
    verdicts = {row["on_print"] for row in audit_ledger(whole).rows if row["claim_id"] == "x1"}
    assert verdicts == {"exact"}


@pytest.mark.parametrize("order", [["both", "a", "b", "none"], ["none", "both", "b", "a"]])
def test_the_interaction_of_a_two_by_two_design_is_named(order):
    """Means 10 and 11 with a, 12 and 15 without: only 10 + 15 - 11 - 12 = 2 is the interaction,
    F = 2² / (4 / 30) / 4 = 7.5."""
    groups = {name: {"label": name} for name in order}
    groups |= {
        "any_a": {"label": "A", "of": ["both", "a"]},
        "no_b": {"label": "0", "of": ["a", "none"]},
    }
    means = {"both": "10.00", "a": "11.00", "b": "12.00", "none": "15.00"}
    claims = {
        name: claim(f"mean (SD) {mean} (2.00)", outcome="s", group=name, patients="30")
        for name, mean in means.items()
    }
    claims["f"] = claim("F(1, 116) = 7.5", outcome="s", compare="all")
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups,
            "outcomes": {"s": {"label": "Score"}},
            "claims": claims,
        }
    )
    (one,) = findings_of("factorial", whole)
    assert one.agreement == "compatible"
    named = re.search(r"([0-9.]+) to ([0-9.]+) for the interaction", one.sentence)
    assert named and float(named[1]) < 7.5 < float(named[2])
