"""A printed number that may be several things is one claim, and holds where one of them fits."""

import pytest

from trialtrace.audit.printed.verdicts import DATA
from trialtrace.audit.verdicts.tally import failing, numbered_readings, of_claims, tally, worst
from trialtrace.audit.verdicts.text import by_verdict
from trialtrace.run.claims.coverage import coverage
from trialtrace.run.trial.load import load_trial

OF_VISITS = {"analysis": "anova", "stat": "f.mixed_anova", "effect": "visit"}
OF_ARMS = {"analysis": "anova", "stat": "f.mixed_anova", "effect": "arm"}
READINGS = {
    "arm": {"label": "the effect of arms", "is": OF_ARMS},
    "visit": {"label": "the effect of visits", "is": OF_VISITS},
}


@pytest.fixture
def arms(make_result):
    of = {"group2": "effect", "group2_level": "arm"}
    values = {"f": 2.25, "df1": 1.0, "df2": 98.0, "p_value": 0.137}
    return [make_result("anova", f"{k}.mixed_anova", v, "", **of) for k, v in values.items()]


def test_a_claim_that_agrees_with_one_reading_holds(audit, make_claim, arms):
    rows = audit(make_claim("f", "F(3, 63) = 5.907, p < 0.01", readings=READINGS), further=arms)
    assert worst(rows, DATA) == "equals"
    assert tally([row | {"on_print": "holds"} for row in rows])[DATA] == {
        "not_tied": 0,
        "differs": 0,
        "other_choice": 0,
        "equals": 1,
        "no_result": 0,
    }
    ((verdict, text, _, parts),) = by_verdict(rows, DATA)
    assert (verdict, parts) == ("equals", ["statistic", "df1", "df2", "p"])
    assert text == (
        "Agrees with reading 2 of 2. 1, the effect of arms: The data give 2.250; printed is 5.907, "
        "3.657 higher. 2, the effect of visits: The data give 5.907, as printed."
    )
    shown = [(lead, [row["result_id"] for row in own][:1]) for lead, own in numbered_readings(rows)]
    assert shown == [
        ("1: ", ["toy/anova/f.mixed_anova@all;effect=arm"]),
        ("2: ", ["toy/anova/f.mixed_anova@all;effect=visit"]),
    ]
    assert not failing([row | {"on_print": "holds"} for row in rows])


def test_a_claim_that_agrees_with_none_differs_once(audit, make_claim, arms):
    rows = audit(make_claim("f", "F(3, 63) = 7.1, p < 0.01", readings=READINGS), further=arms)
    assert worst(rows, DATA) == "differs"
    assert by_verdict(rows, DATA)[0][1].startswith("Agrees with none of 2. 1, the effect of arms: ")
    assert len(of_claims(rows)) == 1
    assert failing([row | {"on_print": "holds"} for row in rows])


def test_the_printed_f_of_musaro2019_is_one_claim():
    trial = load_trial("musaro2019")
    claims = trial.claims_document["claims"]
    same = [name for name, one in claims.items() if "5.907" in one["printed"]]
    assert same == ["strength"] and len(claims["strength"]["readings"]) == 4
    (anova,) = [row for row in coverage(trial) if row.name == "anova"]
    assert anova.how == "whole" and anova.claims == ("strength",)
    assert {"sec-of-fcr-cells", "sec-of-fcr-two-factors", "sec-of-fcr-real-side"} <= set(
        anova.report
    )
