"""Each printed component is held against its own statistic, never against another of the claim."""

import pytest

DIFFERENCE = {"analysis": "training", "compare": {"of": "drug", "to": "sham"}}
STUDENT = DIFFERENCE | {"stat": "mean_difference.student"}


@pytest.fixture
def training(make_result):
    """1.794 with a standard error of 0.633 by Student, 1.672 with 0.638 by its F, by hand."""
    law = {"ci_level": 0.95, "n_used": 445}
    half = 1.965361 * 0.633
    pair = "drug-sham"
    return [
        make_result(
            "training",
            "mean_difference.student",
            1.794,
            pair,
            ci_low=1.794 - half,
            ci_high=1.794 + half,
            **law,
        ),
        make_result(
            "training", "mean_difference.ancova", 1.672, pair, ci_low=0.418, ci_high=2.926, **law
        ),
        make_result("training", "f.ancova", (1.672 / 0.638) ** 2, pair, **law),
        make_result("training", "df1.ancova", 1.0, pair, **law),
        make_result("training", "df2.ancova", 440.0, pair, **law),
        make_result(
            "training", "median_difference.hodges_lehmann", 1.0, pair, ci_low=0, ci_high=2, **law
        ),
        make_result(
            "training", "odds_ratio.woolf", 2.0, pair, ci_low=1.0, ci_high=4.0, ci_level=0.95
        ),
        make_result("training", "mean.t_interval", 6.0, "drug", ci_low=4.0, ci_high=8.0, **law),
        make_result("training", "median.descriptive", 5.0, "drug"),
        make_result("training", "q1.descriptive", 3.0, "drug"),
        make_result("training", "q3.descriptive", 8.0, "drug"),
        make_result("training", "minimum.descriptive", 0.0, "drug"),
        make_result("training", "maximum.descriptive", 60.0, "drug"),
        make_result("training", "p_value.student_t", 0.0048, pair),
        make_result("training", "t.student_t", 2.83, pair),
        make_result("training", "df.student_t", 443.0, pair),
        make_result("training", "partial_eta_squared.ancova", 0.0154, pair),
    ]


@pytest.mark.parametrize(
    ("printed", "stat", "agreement", "error"),
    [
        ("1.794 (SE 0.633)", "mean_difference.student", "equals", 0.633),
        ("1.672 (SE 0.638)", "mean_difference.ancova", "equals", 0.638),
        ("1.794 (SE 0.64)", "mean_difference.student", "differs", 0.633),
    ],
)
def test_a_standard_error_is_held_against_the_standard_error(
    audit, make_claim, training, printed, stat, agreement, error
):
    rows = audit(make_claim("gain", printed, DIFFERENCE | {"stat": stat}), further=training)
    (found,) = (row for row in rows if row["component"] == "se")
    assert found["against_data"] == agreement
    assert found["recomputed"] == pytest.approx(error, abs=5e-4)


def test_quartiles_and_a_range_are_no_medians(audit, make_claim, training):
    median = {"analysis": "training", "group": "drug", "stat": "median"}
    rows = audit(
        make_claim("iqr", "median (IQR) 5 (3–8)", median),
        make_claim("range", "median (range) 5 (0–61)", median),
        further=training,
    )
    assert [(row["component"], row["against_data"]) for row in rows] == [
        ("value", "equals"),
        ("quartile_low", "equals"),
        ("quartile_high", "equals"),
        ("value", "equals"),
        ("least", "equals"),
        ("most", "differs"),
    ]
    assert rows[5]["recomputed"] == 60


def test_a_test_statistic_is_no_p_and_an_effect_size_no_f(audit, make_claim, training):
    test = DIFFERENCE | {"stat": "p_value.student_t"}
    rows = audit(
        make_claim("t", "t(443) = 2.83, p = 0.005", test),
        make_claim("f", "F(1, 440) = 6.87, partial η² = 0.015", DIFFERENCE | {"stat": "f.ancova"}),
        make_claim("eta", "F(1, 440) = 6.87, η² = 0.015", DIFFERENCE | {"stat": "f.ancova"}),
        further=training,
    )
    assert [(row["claim_id"], row["component"], row["against_data"]) for row in rows] == [
        ("t", "statistic", "equals"),
        ("t", "df1", "equals"),
        ("t", "p", "equals"),
        ("f", "statistic", "equals"),
        ("f", "df1", "equals"),
        ("f", "df2", "equals"),
        ("f", "effect", "equals"),
        ("eta", "statistic", "equals"),
        ("eta", "df1", "equals"),
        ("eta", "df2", "equals"),
        ("eta", "effect", "no_result"),
    ]


def test_an_estimate_is_not_held_against_a_p(audit, make_claim, training):
    test = DIFFERENCE | {"stat": "p_value.student_t"}
    rows = audit(make_claim("gain", "1.794 (0.55 to 3.04), P = 0.005", test), further=training)
    assert {row["against_data"] for row in rows} == {"not_tied"}
    assert "the statistic of that number" in rows[0]["data_more"]


RATIO = DIFFERENCE | {"stat": "odds_ratio.woolf", "as": "log"}


def test_the_logarithm_of_a_ratio(audit, make_claim, training):
    """log 2 = 0.693, log 1 = 0, log 4 = 1.386; its error 1.386 / 1.96 / 2 … = 0.354 by hand."""
    rows = audit(
        make_claim("beta", "0.69 (95% CI 0.00 to 1.39), SE 0.354", RATIO),
        make_claim("other", "-0.69", RATIO),
        further=training,
    )
    assert [(row["component"], row["against_data"]) for row in rows] == [
        ("value", "equals"),
        ("se", "equals"),
        ("ci_low", "equals"),
        ("ci_high", "equals"),
        ("value", "differs"),
    ]
    assert rows[4]["recomputed"] == pytest.approx(0.693, abs=5e-4)


def test_another_unit_is_recognised_and_can_be_said(audit, make_claim, training):
    """The data give 1.794 (0.55 to 3.04): thousands, where dollars are printed."""
    thousands = STUDENT | {"factor": 1000}
    printed = "1794 (SE 633)"
    rows = audit(
        make_claim("in_dollars", printed, STUDENT),
        make_claim("told", printed, thousands),
        make_claim("other_unit", "0.001794", STUDENT | {"factor": 0.001}),
        make_claim("by_chance", "0.2", STUDENT),
        make_claim("differs", "1894", STUDENT),
        further=training,
    )
    assert [row["against_data"] for row in rows] == [
        *("differs", "differs", "equals", "equals", "equals", "differs", "differs")
    ]
    told = "What is printed is 1000 times that: is it in another unit? Then say factor: 1000 under"
    assert told in rows[0]["data_finding"] and told in rows[1]["data_finding"]
    assert ["1.794" in rows[0]["data_finding"], "633" in rows[1]["data_finding"]] == [True, True]
    assert not any("times that" in row["data_finding"] for row in rows[2:])


def test_a_coefficient_by_its_term(audit, make_claim, make_result):
    """log(2) with its error and p; "SE" is that of the coefficient, by its own result."""
    place = {"group2": "term", "n_used": 98}
    model = [
        make_result("model", f"{stat}.logistic", value, "", **place, group2_level=term, **more)
        for term, values in {"age": (0.041, 0.012, 0.0006), "sex=M": (0.693, 0.25, 0.0056)}.items()
        for stat, value, more in zip(
            ("coefficient", "standard_error", "p_coefficient"),
            values,
            ({"ci_low": 0.0, "ci_high": 1.0, "ci_level": 0.95}, {}, {}),
            strict=True,
        )
    ]
    of = {"analysis": "model", "stat": "coefficient.logistic"}
    rows = audit(
        make_claim("sex", "0.693 (SE 0.25), P=0.006", of | {"term": "sex=M"}),
        make_claim("age", "0.041 (SE 0.25)", of | {"term": "age"}),
        further=model,
    )
    assert [(row["component"], row["against_data"]) for row in rows] == [
        ("value", "equals"),
        ("se", "equals"),
        ("p", "equals"),
        ("value", "equals"),
        ("se", "differs"),
    ]
