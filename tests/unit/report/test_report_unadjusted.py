"""An analysis outside every family prints estimates without p-values, and says so."""

from types import SimpleNamespace as Stub

import pytest
from test_report_reader import pair

from trialtrace.report.material import judged, of_a_test, without_p, without_p_within
from trialtrace.report.sections.decisions import unadjusted
from trialtrace.run.trial.plan.multiplicity import HolmTest

RISK = pair("risk_difference.newcombe", -0.2, ci_low=-0.3, ci_high=-0.1, ci_level=0.95)
FISHER = pair("p_value.fisher", 0.03)
Z = pair("z.farrington_manning", 2.2)
SHARE = pair("p_value.binomial", 0.03, comparison=None, reference=None, group1_level="drug")


def plan():
    """`main` is primary, `member` in a family, `made` is made of it, `other` stands alone."""
    analyses = [
        Stub(name="main", role="primary", of=None),
        Stub(name="member", role="secondary", of=None),
        Stub(name="made", role="sensitivity", of="member"),
        Stub(name="made_again", role="sensitivity", of="made"),
        Stub(name="other", role="secondary", of=None),
        Stub(name="of_other", role="sensitivity", of="other"),
    ]
    family = Stub(tests=[HolmTest(analysis="member", test="fisher")])
    return Stub(analyses={one.name: one for one in analyses}, multiplicity={"f": family})


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("main", True),
        ("member", True),
        ("made", True),
        ("made_again", True),
        ("other", False),
        ("of_other", False),
    ],
)
def test_what_decides_and_what_is_made_of_it_keeps_its_p_values(name, kept):
    asked = plan()
    assert judged(asked, asked.analyses[name]) is kept
    assert without_p(asked, asked.analyses[name], [RISK, FISHER]) is not kept


@pytest.mark.parametrize("rows", [[RISK], [FISHER], [RISK, SHARE], [RISK | {"ci_level": None}, Z]])
def test_nothing_is_left_out_where_no_estimate_stands_for_it(rows):
    asked = plan()
    assert not without_p(asked, asked.analyses["other"], rows)


WITHIN = [row | {"stratum": "sex=F"} for row in (RISK, FISHER)]


@pytest.mark.parametrize(
    ("name", "rows", "left_out"),
    [
        ("main", WITHIN, True),
        ("made", WITHIN, True),
        ("member", WITHIN, False),
        ("main", WITHIN[1:], False),
        ("main", [RISK, FISHER], False),
    ],
)
def test_within_subgroups_no_p_value_is_printed_that_no_family_has(name, rows, left_out):
    asked = plan()
    assert without_p_within(asked, asked.analyses[name], rows) is left_out


def test_a_paper_s_p_value_within_a_subgroup_is_announced():
    claims = [{"claim_id": "1", "result_id": WITHIN[1]["result_id"]}]
    of = Stub(of=lambda _: [RISK, *WITHIN], claims=claims)
    said = unadjusted(of, Stub(name="other"), within=True)
    assert said.startswith("Comparisons within subgroups are not adjusted for multiplicity, and")
    assert "[compared with the data](audit.html#claim-1)" in said


@pytest.mark.parametrize("method", ["logistic_trend", "logistic_interaction", "cox_interaction"])
def test_whether_effects_differ_is_no_test_of_a_comparison(method):
    assert not of_a_test(pair(f"p_value.{method}", 0.5))


def test_a_statistic_goes_with_its_p_value_and_a_share_of_an_arm_stays():
    assert [of_a_test(row) for row in (RISK, FISHER, Z, SHARE)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        ([RISK], "and therefore without p-values here."),
        (
            [RISK, FISHER],
            "here; what a paper printed of them is [compared with the data](audit.html#claim-1)",
        ),
    ],
)
def test_a_p_value_that_the_audit_tells_all_the_same_is_announced(claimed, told):
    claims = [{"claim_id": str(n), "result_id": r["result_id"]} for n, r in enumerate(claimed)]
    assert told in unadjusted(Stub(of=lambda _: [RISK, FISHER], claims=claims), Stub(name="other"))


@pytest.mark.parametrize(("rows", "told"), [([FISHER], "Not"), ([SHARE, Z], "Comparisons are not")])
def test_where_arms_have_p_values_of_their_own_it_speaks_of_comparisons(rows, told):
    said = unadjusted(Stub(of=lambda _: [RISK, *rows], claims=[]), Stub(name="other"))
    assert said == f"{told} adjusted for multiplicity, and therefore without p-values here."
