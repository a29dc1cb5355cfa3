"""Words, places and outcomes: relations that hold between claims about the same comparison."""

from decimal import Decimal

import pytest
from paper import claim
from scipy import stats
from test_relations import PAIR, audited, event, verdict

from trialtrace.audit.printed.expression import parse
from trialtrace.audit.prints.one_group.granularity import FEWEST_UNSAID
from trialtrace.cli import main

SCORE = {"outcome": "score", "compare": ["training", "control"]}


@pytest.mark.parametrize(
    ("words", "p", "agreement"),
    [
        ("significantly lower with training", "p = 0.003", "compatible"),
        ("significantly lower with training", "p = 0.05", None),  # 0.045 up to 0.055
        ("significantly lower with training", "p = 0.06", "not_checkable"),
        ("significantly lower with training", "p = 0.43", "inconsistent"),
        ("significantly lower with training", "P = n.s.", "inconsistent"),
        ("no significant difference", "p = 0.43", "compatible"),
        ("no significant difference", "p = 0.03", "not_checkable"),
        ("no significant difference", "p = 0.003", "inconsistent"),
        ("did not differ significantly", "p < 0.001", "inconsistent"),
        ("a clinically significant reduction", "p = 0.43", None),
    ],
)
def test_words_on_significance_are_those_of_p(words, p, agreement):
    claims = {"words": claim(words, **PAIR), "p": claim(p, **PAIR)}
    _, found = audited(claims)
    said = [one.agreement for one in found if one.check == "significance.words"]
    assert said == ([agreement] if agreement else [])


@pytest.mark.parametrize(
    ("words", "p", "sides", "agreement"),
    [
        ("significantly lower with training", "p = 0.024", None, "compatible"),
        ("significantly lower with training", "p = 0.03", None, None),  # 0.025 up to 0.035
        ("significantly lower with training", "p = 0.031", None, "inconsistent"),
        ("significantly lower with training", "P = n.s.", None, "inconsistent"),
        ("no significant difference", "p = 0.031", None, "compatible"),
        ("no significant difference", "p = 0.02", None, "inconsistent"),
        ("no significant difference", "P = n.s.", None, "compatible"),
        ("significantly lower with training", "p = 0.031", "one_sided", None),
    ],
)
def test_words_on_significance_at_a_declared_level(words, p, sides, agreement):
    """At 0.025, half of 0.05: p of two sides says nothing of a level of one."""
    more = {} if sides is None else {"sides": sides}
    claims = {"words": claim(words, **PAIR, level="0.025", **more), "p": claim(p, **PAIR)}
    _, found = audited(claims)
    said = [one.agreement for one in found if one.check == "significance.words"]
    assert said == ([agreement] if agreement else [])
    if sides:
        claims["p"]["about"] = {**PAIR, "sides": sides}
        _, found = audited(claims)
        said = [one.agreement for one in found if one.check == "significance.words"]
        assert said == ["inconsistent"]


def test_a_level_lies_between_0_and_1(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    words = "{from: main, place: t, label: x, printed: significantly lower, about: {level: %s}}"
    path.write_text(
        "papers: {main: A paper}\nclaims:\n"
        + "".join(
            f"  c{at}: {words}\n" % level for at, level in enumerate(('"5"', '"0"', '"0.5"'))
        ),
        encoding="utf-8",
    )
    assert main(["audit", str(path)]) == 1
    told = capsys.readouterr().err
    assert told.count("a level between 0 and 1") == 2
    assert ".yaml:3:" in told and ".yaml:4:" in told and ".yaml:5:" not in told


@pytest.mark.parametrize(
    ("abstract", "agreement"),
    [
        ("hazard ratio 0.51 (95% CI 0.30 to 0.86)", None),
        ("hazard ratio 0.5 (95% CI 0.3 to 0.9)", None),
        ("hazard ratio 0.43 (95% CI 0.26 to 0.73)", "inconsistent"),
    ],
)
def test_an_effect_of_the_abstract_is_that_of_the_text(abstract, agreement):
    claims = {
        "a": claim(abstract, "abstract", **PAIR),
        "t": claim("hazard ratio 0.51 (95% CI 0.30 to 0.86)", "table 2", **PAIR),
    }
    assert verdict(claims, "a", "value", "place.number") == ([agreement] if agreement else [])
    claims["t"]["about"] = {**PAIR, "basis": "model"}  # adjusted there
    assert verdict(claims, "a", "value", "place.number") == []


def test_a_mean_of_the_abstract_is_that_of_the_table():
    def claims(printed, **more):
        return {
            "a": claim(printed, "abstract", outcome="score", group="training", **more),
            "t": claim("mean (SD) 51.3 (4.7)", outcome="score", group="training"),
        }

    assert verdict(claims("mean 51.3"), "a", "value", "place.number") == []
    assert verdict(claims("mean 51"), "a", "value", "place.number") == []
    assert verdict(claims("mean 15.3"), "a", "value", "place.number") == ["inconsistent"]
    assert verdict(claims("mean 15.3", change=True), "a", "value", "place.number") == []
    assert verdict(claims("median 50.0"), "a", "value", "place.number") == []


@pytest.mark.parametrize(
    ("printed", "visit", "agreement"),
    [
        ("27.0%", "24 months", "compatible"),
        ("73.0%", "24 months", "inconsistent"),
        ("73.0%", "6 months", "compatible"),
        ("27.0%", "6 months", "inconsistent"),
        ("50.3%", "1 year", None),  # at the median, within its rounding
        ("50.6%", "13 months", "inconsistent"),
        ("50.0%", "13 months", "compatible"),
    ],
)
def test_half_are_alive_at_the_median_time(printed, visit, agreement):
    about = {"basis": "curve", "group": "training", "outcome": "event"}
    claims = {
        "m": claim("median 12.0 months", **about),
        "s": claim(printed, **about, visit=visit, curve="living"),
    }
    found = verdict(claims, "s", "percent", "curve.median")
    assert found == ([agreement] if agreement else [])
    del claims["s"]["about"]["curve"]  # of the living or of the dead: nobody says
    assert verdict(claims, "s", "percent", "curve.median") == []


@pytest.mark.parametrize(
    ("serious", "agreement"),
    [("22 (73%)", "compatible"), ("27 (90%)", "compatible"), ("28 (93%)", "inconsistent")],
)
def test_no_more_have_the_part_than_the_whole(serious, agreement):
    outcomes = {"any": {"label": "Any"}, "serious": {"label": "Serious", "part_of": "any"}}
    claims = {
        "any": claim("27 (90%)", outcome="any", group="training"),
        "serious": claim(serious, outcome="serious", group="training"),
    }
    found = verdict(claims, "serious", "count", "part.patients", outcomes=outcomes)
    assert found == [agreement]


@pytest.mark.parametrize(
    ("df", "agreement"), [("F(1, 58) = 7.21", []), ("F(2, 58) = 7.21", ["inconsistent"])]
)
def test_f_has_one_degree_less_than_groups(df, agreement):
    claims = {
        "a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training"),
        "b": claim("mean (SD) 56.1 (8.5)", outcome="score", group="control"),
        "f": claim(df, **SCORE),
    }
    found = [one for one in verdict(claims, "f", "df1", "statistic.sizes") if one != "exact"]
    assert found == agreement
    claims["f"]["printed"] = "F(2, 57) = 7.21"  # of three groups, which may be
    assert verdict(claims, "f", "df1", "statistic.sizes") == []


@pytest.mark.parametrize(
    ("interval", "wrong"),
    [("0.41 to 0.60", True), ("0.41 to 0.98", False), ("0.30 to 1.20", False)],
)
def test_a_log_rank_test_without_significance(interval, wrong):
    low, high = (float(end) for end in interval.split(" to "))
    middle = f"{(low * high) ** 0.5:.2f}"
    claims = {
        "h": claim(f"hazard ratio {middle} (95% CI {interval})", **PAIR),
        "p": claim("P = n.s.", **PAIR, test="log_rank"),
    }
    assert (verdict(claims, "p", "p", "hazard.log_rank") == ["inconsistent"]) == wrong


@pytest.mark.parametrize(
    ("rate", "agreement"),
    [("4.5 per 100 person-years", "compatible"), ("4.6 per 100 person-years", "inconsistent")],
)
def test_events_and_time_may_be_printed_apart(rate, agreement):
    claims = {
        "rate": event(rate, "training"),
        "events": event("45 events", "training"),
        "time": event("1,001.5 person-years", "training"),
    }
    assert verdict(claims, "rate", "value", "rate.time") == [agreement]


def test_the_mean_of_all_lies_between_those_of_the_groups():
    claims = {
        "a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training"),
        "b": claim("mean (SD) 56.1 (8.5)", outcome="score", group="control"),
        "n": claim("60", size="analysed", group="all"),
        "all": claim("mean (SD) 59.1 (9.1)", outcome="score", group="all"),
    }
    assert verdict(claims, "all", "value", "whole.mean") == ["compatible"]
    claims["all"]["printed"] = "mean (SD) 63.1 (9.1)"
    assert verdict(claims, "all", "value", "whole.mean") == ["inconsistent"]
    claims["n"]["printed"] = "58"
    assert verdict(claims, "all", "value", "whole.between") == ["inconsistent"]


@pytest.mark.parametrize(
    ("printed", "agreement"), [("75.2", "compatible"), ("75.1", "inconsistent")]
)
def test_the_mean_of_all_may_be_at_the_end_of_every_rounding(printed, agreement):
    """Halves to even: 76.75 is 76.8, 73.75 is 73.8, and 75.25, their mean, is 75.2."""
    claims = {
        "a": claim("mean (SD) 76.8 (14.7)", outcome="score", group="training"),
        "b": claim("mean (SD) 73.8 (13.5)", outcome="score", group="control"),
        "n_a": claim("30", size="analysed", group="training"),
        "n_b": claim("30", size="analysed", group="control"),
        "n": claim("60", size="analysed", group="all"),
        "all": claim(f"mean (SD) {printed} (14.1)", outcome="score", group="all"),
    }
    assert verdict(claims, "all", "value", "whole.mean") == [agreement]


def test_an_interval_a_little_wider_is_that_of_fewer_patients():
    def claims(interval, **more):
        return {
            "a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training", **more),
            "b": claim("mean (SD) 56.1 (8.5)", outcome="score", group="control", **more),
            "d": claim(f"6.0 (95% CI {interval})", **SCORE, measure="mean_difference"),
        }

    check = "d", "ci_low", "difference.interval"
    assert verdict(claims("1.5 to 10.5"), *check) == ["compatible"]
    assert verdict(claims("1.3 to 10.7"), *check) == ["not_checkable"]
    assert verdict(claims("1.3 to 10.7", patients="30"), *check) == ["inconsistent"]
    assert verdict(claims("0.5 to 11.5"), *check) == ["inconsistent"]
    assert verdict(claims("2.5 to 9.5"), *check) == ["inconsistent"]


def test_a_percentage_of_patients_that_are_printed_elsewhere():
    claims = {
        "table": event("11 (39.3%)", "training", patients="28"),
        "abstract": claim("39.3%", "abstract", outcome="event", group="training"),
    }
    assert verdict(claims, "abstract", "percent", "share.count") == []
    del claims["table"]
    assert verdict(claims, "abstract", "percent", "share.count") == ["inconsistent"]


@pytest.mark.parametrize(
    ("printed", "components"),
    [
        ("median (range) 4 (1–9)", {"value", "least", "most"}),
        ("common odds ratio 1.6 (95% CI 1.1 to 2.3)", {"value", "ci_low", "ci_high"}),
        (
            "12.3 per 100 person-years (34 events in 276.4 person-years)",
            {"value", "count", "person_time"},
        ),
        ("276.4 person-years", {"person_time"}),
        ("geometric mean 3.2 (95% CI 2.1 to 4.4)", {"value", "ci_low", "ci_high"}),
        ("Cohen's d = 0.4", {"value"}),
    ],
)
def test_what_papers_print_is_read(printed, components):
    rows, _ = audited({"one": event(printed, "training")})
    assert rows.keys() == {("one", component) for component in components}


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("mean 51.3 (95% CI 49.5 to 53.1)", "compatible"),
        ("mean 51.3 (95% CI 49.6 to 53.0)", "compatible"),  # by the normal distribution
        ("mean 51.3 (95% CI 49.3 to 53.3)", "not_checkable"),  # of fewer patients
        ("mean 51.3 (95% CI 50.4 to 52.2)", "inconsistent"),
        ("mean 51.3 (95% CI 49.0 to 53.6)", "inconsistent"),  # of half of them
        ("mean 51.3 (95% CI 46.6 to 56.0)", "inconsistent"),  # the deviation's
    ],
)
def test_the_interval_of_a_mean_is_that_of_its_deviation(printed, agreement):
    """4.7 in 30 patients: 1.755 with Student's t, 1.682 without."""
    claims = {
        "sd": claim("mean (SD) 51.3 (4.7)", outcome="score", group="training"),
        "ci": claim(printed, "text", outcome="score", group="training"),
    }
    assert verdict(claims, "ci", "ci_low", "mean.interval") == [agreement]


def test_ratios_with_halves_where_a_cell_is_empty():
    """0 of 18 and 5 of 17, as R's metafor gives with add = 1/2."""
    groups = {
        "training": {"label": "training", "randomised": "18"},
        "control": {"label": "control", "randomised": "17", "control": True},
    }
    claims = {
        "a": event("0/18", "training"),
        "b": event("5/17", "control"),
        "odds": claim("odds ratio 0.06 (95% CI 0.003 to 1.21)", **PAIR),
        "risk": claim("risk ratio 0.09 (95% CI 0.005 to 1.45)", **PAIR),
    }
    rows, _ = audited(claims, groups)
    for name in ("odds", "risk"):
        assert rows[name, "value"]["on_print"] == "compatible", rows[name, "value"]
        assert rows[name, "ci_low"]["on_print"] == "compatible", rows[name, "ci_low"]
    claims["odds"]["printed"] = "odds ratio 0.16 (95% CI 0.003 to 1.21)"
    rows, _ = audited(claims, groups)
    assert rows["odds", "value"]["on_print"] == "inconsistent"


@pytest.mark.parametrize(
    ("interval", "agreement"), [("0 to 10", "compatible"), ("0 to 15", "inconsistent")]
)
def test_the_rule_of_three(interval, agreement):
    claims = {
        "a": event("0/30 (0%)", "training"),
        "i": event(f"0% (95% CI {interval})", "training"),
    }
    assert verdict(claims, "i", "ci_low", "interval.share") == [agreement]


def test_a_patient_may_be_in_several_categories():
    claims = {
        f"c{k}": event(one, "training", category=name)
        for k, (one, name) in enumerate(zip(("20 (67%)", "15 (50%)"), "xy", strict=True))
    }
    assert verdict(claims, "c0", "count", "total.categories") == ["not_checkable"]
    every = {"event": {"label": "Event", "exhaustive": True}}
    assert verdict(claims, "c0", "count", "total.categories", outcomes=every) == ["inconsistent"]
    several = {"event": {"label": "Event", "several": True}}
    assert verdict(claims, "c0", "count", "total.categories", outcomes=several) == []


@pytest.mark.parametrize(
    ("printed", "wrong"),
    [("median (IQR) 4 (2–10)", False), ("median (range) 4 (0–11)", True), ("median 14", True)],
)
def test_a_median_is_on_its_scale(printed, wrong):
    outcomes = {"score": {"label": "Score", "scale": {"from": "0", "to": "10"}}}
    claims = {"m": claim(printed, outcome="score", group="training")}
    _, found = audited(claims, outcomes=outcomes)
    assert any(one.check == "quantile.scale" for one in found) == wrong


@pytest.mark.parametrize(
    ("printed", "wrong"),
    [
        # 30 values with a mean of 4.0 from 0 to 10: √(6 × 4 × 30/29) = 4.98 at most.
        ("4.0 ± 4.9", False),
        ("4.0 ± 5.1", True),
        ("mean (SD) 4.0 (5.1)", True),
        # 4.98/√30 = 0.909 at most.
        ("mean (SE) 4.0 (0.9)", False),
        ("mean (SE) 4.0 (1.0)", True),
    ],
)
@pytest.mark.parametrize(("patients", "told"), [("30", True), ("6", False)])
def test_a_deviation_has_room_on_its_scale_whatever_stands_behind_plus_minus(
    printed, wrong, patients, told
):
    outcomes = {"score": {"label": "Score", "scale": {"from": "0", "to": "10"}}}
    claims = {"m": claim(printed, outcome="score", group="training", patients=patients)}
    _, found = audited(claims, outcomes=outcomes)
    # Six values have √(6 × 4 × 6/5) = 5.37 at most.
    assert any(one.check == "deviation.scale" for one in found) == (wrong and told)


def test_a_half_interval_behind_plus_minus_is_below_the_deviation_from_seven_values_on():
    widths = [stats.t.ppf(0.975, n - 1) / n**0.5 for n in range(2, 40)]
    assert [width < 1 for width in widths] == [n >= FEWEST_UNSAID for n in range(2, 40)]


def test_percentage_points_of_two_groups_are_a_difference_of_shares():
    claims = {
        "a": event("24/30 (80%)", "training"),
        "b": event("15/30 (50%)", "control"),
        "d": claim("30.0 percentage points", **PAIR),
    }
    assert verdict(claims, "d", "percent", "comparison.estimate") == ["exact"]
    claims["d"]["printed"] = "31.2 percentage points"
    assert verdict(claims, "d", "percent", "comparison.estimate") == ["inconsistent"]


def test_a_percentage_of_the_abstract_is_that_of_the_table():
    claims = {
        "t": event("11 (39.3%)", "training", patients="28"),
        "a": claim("39%", "abstract", outcome="event", group="training"),
    }
    assert verdict(claims, "a", "percent", "place.number") == []
    claims["a"]["printed"] = "93%"
    assert verdict(claims, "a", "percent", "place.number") == ["inconsistent"]


def test_four_arms_are_no_visits():
    groups = {name: {"label": name, "randomised": "25"} for name in "abcd"}
    claims = {"f": claim("F(3, 96) = 2.9, p = 0.039", outcome="score", compare="all")}
    _, found = audited(claims, groups)
    assert not [one for one in found if one.check == "statistic.design"]
    claims["f"]["printed"] = "F(3, 93) = 2.9, p = 0.039"
    _, found = audited(claims, groups)
    assert [one for one in found if one.check == "statistic.design"]


@pytest.mark.parametrize(("printed", "value"), [("P=5 × 10⁻³", "0.005"), ("P = 2×10⁻¹²", "2E-12")])
def test_raised_powers_are_read(printed, value):
    (part,) = parse(printed, "p")
    assert part.value == Decimal(value)


def test_a_decimal_comma_is_no_interval():
    count, n, share = parse("13 of 247 (5,26%)", "share")
    assert (count.value, n.value, share.value) == (13, 247, Decimal("5.26"))
    assert parse("5 (<1%)", "share")[1].relation == "<"


@pytest.mark.parametrize(
    ("printed", "wrong"),
    [
        # Three groups of 25 at four visits: 72 × 3 = 216, of 3, 6 and 9, or of 8 at all visits.
        ("F(6, 216) = 2.9, p = 0.010", False),
        ("F(7, 216) = 2.9, p = 0.006", True),
        ("F(8, 216) = 2.9, p = 0.004", False),
        ("F(5, 216) = 2.9, p = 0.015", True),
        # Of another error, as with a value missing or a further factor.
        ("F(7, 213) = 2.9, p = 0.006", False),
    ],
)
def test_groups_at_visits_have_few_effects(printed, wrong):
    groups = {name: {"label": name, "randomised": "25"} for name in "abc"}
    claims = {
        f"{name}{visit}": claim("mean 4.0", outcome="score", group=name, visit=f"week {visit}")
        for name in groups
        for visit in range(4)
    }
    claims["f"] = claim(printed, outcome="score", compare="all", basis="model")
    _, found = audited(claims, groups)
    told = [one.agreement for one in found if one.check == "statistic.effects"]
    assert told == (["inconsistent"] if wrong else [])
    del claims["a3"]
    _, found = audited(claims, groups)
    assert not [one for one in found if one.check == "statistic.effects"]
