"""Margins of non-inferiority and levels of factors: of each a true, a false and a borderline case.

The verdicts are by hand: which side of the margin a printed interval lies on.
"""

import pytest
from paper import claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.registration.registration import held
from trialtrace.audit.relations.tables import judgements
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
        ("0.66", "0.96", "0.79", {}, "holds"),
        ("1.20", "1.45", "1.32", {}, "holds"),  # worse, and not by the margin
        ("0.99", "1.60", "1.26", {"level": "0.025"}, "contradicts"),
        ("1.50", "1.90", "1.69", {}, "contradicts"),  # wholly beyond
        ("0.99", "1.46", "1.20", {}, "question"),  # 1.455 to 1.465
        # Of 95 %; one of 90 % ends at 0.79 exp(1.645 / 1.96 log(1.48 / 0.79)) = 1.34.
        ("0.42", "1.48", "0.79", {}, "question"),
        ("0.42", "1.48", "0.79", {"level": "0.05"}, "question"),
        ("0.42", "1.48", "0.79", {"level": "0.025"}, "contradicts"),
        ("1.27", "1.72", "1.48", {}, "contradicts"),  # the estimate itself
    ],
)
def test_non_inferiority_against_the_interval_of_a_ratio(low, high, value, more, agreement):
    assert verdict({"hr": hazard(low, high, value)}, **more) == [agreement]


@pytest.mark.parametrize(
    ("low", "high", "more", "agreement"),
    [
        ("0.99", "1.60", {}, "holds"),
        ("0.66", "0.96", {"level": "0.025"}, "contradicts"),
        ("0.66", "0.96", {}, "question"),  # a stricter level
        ("0.66", "0.96", {"level": "0.0125"}, "question"),
    ],
)
def test_non_inferiority_that_was_not_shown(low, high, more, agreement):
    assert verdict({"hr": hazard(low, high)}, "not_shown", **more) == [agreement]


def test_two_intervals_of_one_comparison_are_taken_together():
    both = {"ninety": points("-4.9", "2.2", level=90), "usual": points("-5.6", "2.9")}
    assert verdict(both, **POINTS) == ["holds"]
    assert verdict(both, **{**POINTS, "value": "2.5"}) == ["question"]
    assert verdict(both, **{**POINTS, "value": "1.5", "level": "0.05"}) == ["contradicts"]


def test_the_same_margin_in_another_unit_and_the_other_way_round():
    """7.5 percentage points are 0.075; old less new is below -7.5 where new is worse."""
    claims = {"d": points("5.0", "9.0", "7.0")}
    share = {"scale": "risk_difference", "value": "0.075", "worse": "above", "level": "0.025"}
    assert verdict(claims, **share) == verdict(claims, **POINTS, level="0.025") == ["contradicts"]
    other = {"d": points("-9.0", "-5.0", "-7.0", **TURNED)}
    assert verdict(other, **POINTS, level="0.025") == ["contradicts"]
    assert verdict({"d": points("5.0", "9.0", "7.0", **TURNED)}, **POINTS) == ["holds"]
    wanted = {"scale": "percentage_points", "value": "-10", "worse": "below", "level": "0.025"}
    assert verdict({"d": points("-8.2", "3.1", "-2.5")}, **wanted) == ["holds"]
    assert verdict({"d": points("-11.3", "3.1", "-4.1")}, **wanted) == ["contradicts"]


def test_intervals_of_another_population_measure_or_subgroup_are_left_aside():
    claims = {"pp": hazard("0.66", "0.96", population="pp")}
    assert verdict(claims, population="pp") == ["holds"]
    assert verdict(claims, population="itt") == []
    assert verdict({"hr": hazard("1.50", "1.90", "1.69", stratum="women")}) == []
    assert verdict({"d": points("-4.9", "2.2")}) == []


@pytest.mark.parametrize(
    ("reported", "verdict"),
    [
        (RATIO, "holds"),
        ({**RATIO, "value": "1.460"}, "holds"),
        ({**RATIO, **TURNED, "value": ".6849315068493151", "worse": "below"}, "holds"),
        ({**RATIO, "value": "1.38"}, "changed"),
        ({**RATIO, "worse": "below"}, "changed"),
        (POINTS, "changed"),
        ({**RATIO, "population": "pp"}, "holds"),
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
    found = judgements(read(claims, reported))
    return next((one.state, one.sentence) for one in found if one.claim == "c")


def test_a_conclusion_by_a_margin_that_stands_at_the_interval_alone():
    below = hazard("0.66", "0.96", margin="1.46")
    beyond = hazard("1.50", "1.90", "1.69", margin="1.46")
    assert conclusion("was noninferior", below)[0] == "holds"
    assert conclusion("was noninferior", beyond)[0] == "contradicts"
    assert conclusion("noninferiority was not shown", beyond)[0] == "holds"
    assert conclusion("noninferiority was not shown", below)[0] == "question"
    assert conclusion("was not inferior", below)[0] == "holds"
    assert conclusion("was not statistically worse", beyond)[0] == "contradicts"
    negative = hazard("0.66", "0.96", margin="-1.46")
    assert conclusion("was noninferior", negative)[0] == "question"
    # The sign of a difference may be that of an amount: which side is worse is not told.
    amount = points("8.1", "11.2", "9.4", margin="7.5")
    assert conclusion("was noninferior", amount)[0] == "question"
    turned = hazard("0.66", "0.96", margin="1.46", **TURNED)
    assert conclusion("was noninferior", turned)[0] == "question"


@pytest.mark.parametrize(
    ("limit", "margin", "said"),
    [
        ("(one-sided 97.5% CI, -∞ to 2.5)", "7.5", "holds"),
        ("(one-sided 97.5% CI, -∞ to 9.5)", "7.5", "contradicts"),
        # A limit on the side away from the margin says nothing of it, nor does any of margin 0.
        ("(one-sided 97.5% CI, -5.3 to ∞)", "7.5", "question"),
        ("(one-sided 97.5% CI, -∞ to 2.5)", "0", "question"),
    ],
)
def test_a_conclusion_by_a_limit_of_one_side(limit, margin, said):
    printed = f"-1.4 percentage points {limit}"
    agreement, text = conclusion("was noninferior", claim(printed, **PAIR, margin=margin))
    assert agreement == said
    assert ("needs a margin and one interval" in text) == (said == "question")


def test_a_conclusion_takes_the_typed_margin():
    two = points("-4.9", "2.2", level=90), points("-5.6", "2.9")
    assert conclusion("was noninferior", *two)[0] == "question"
    assert conclusion("was noninferior", *two, reported=[POINTS])[0] == "holds"
    beyond = hazard("1.50", "1.90", "1.69")
    assert conclusion("was noninferior", beyond, reported=[RATIO])[0] == "contradicts"


def test_the_p_of_a_margin_needs_no_events_of_a_difference():
    """ROCKET AF (N Engl J Med 2011;365:883): 188 and 241 events, P < 0.001 against 1.46."""
    printed = "hazard ratio, 0.79; 95% CI, 0.66 to 0.96; P<0.001"
    claims = {
        "x1": claim("188 of 6958", outcome="stroke", group="new"),
        "x0": claim("241 of 7004", outcome="stroke", group="old"),
        "hr": claim(printed, **PAIR, margin="1.46"),
    }
    told = [one.state for one in judgements(read(claims)) if one.claim == "hr"]
    assert told and "contradicts" not in told
    plain = {**claims, "hr": claim(printed, **PAIR)}
    told = [one.state for one in judgements(read(plain)) if one.claim == "hr"]
    assert "contradicts" in told


def beside(printed, interval, reported=(), **about):
    """What the p of a margin is found to be beside an interval in another claim."""
    claims = {"one": interval, "p": claim(printed, **{**PAIR, **about})}
    found = list(judgements(read(claims, reported)))
    return [(one.state, one.remark) for one in found]


def test_a_p_of_a_margin_of_risks_beside_its_own_interval():
    """Without Wald's name a test restricted at the margin may give it."""
    printed = "-1.4 percentage points (95% CI -5.3 to 2.5), P = 0.40"
    for about, verdict in (({}, "question"), ({"interval": "wald"}, "contradicts")):
        claims = {"one": claim(printed, **PAIR, margin="-7.5", sides="two_sided", **about)}
        found = [one for one in judgements(read(claims)) if one.relation == "interval.p"]
        assert [one.state for one in found] == [verdict]


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
    return [one.state for one in judgements(read) if (one.claim, one.relation) == (name, check)]


def test_levels_of_factors_are_not_counted_beside_their_groups():
    assert agreement(crossed(), "all", "size.sum") == ["holds"]
    assert agreement(crossed(total="17186"), "all", "size.sum") == ["contradicts"]
    # Undeclared, four times two groups are three times the patients: no contradiction is told.
    assert agreement(crossed(made=False), "all", "size.sum") == ["question"]
    assert agreement(crossed(made=False, total="17186"), "all", "size.sum") == ["contradicts"]


def test_a_level_of_a_factor_has_the_events_of_its_groups():
    assert agreement(crossed(), "any_sk", "comparison.total") == ["holds"]
    assert agreement(crossed(), "no_sk", "comparison.total") == ["holds"]
    assert agreement(crossed("792"), "any_sk", "comparison.total") == ["contradicts"]
    # One patient of the groups is not in the level: its events may be others.
    assert agreement(crossed("792", both="4293"), "any_sk", "comparison.total") == ["question"]


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
    assert verdicts == {"holds"}
