"""Searches with data: an analysis that a paper did not name is found, and nothing else is claimed.

The planted numbers are made by scipy, statsmodels and pingouin, not by the package.
"""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats as scipy_stats
from statsmodels.duration.hazard_regression import PHReg

from trialtrace.audit.candidates.coincidence import Displacement, Fits
from trialtrace.audit.ledger.claim import read_claim
from trialtrace.audit.ledger.shape import LedgerClaim
from trialtrace.base.config.spec import structure
from trialtrace.run.claims.audit import audit_rows
from trialtrace.run.claims.search.bundles import search_rows
from trialtrace.run.claims.search.matches import note_searches
from trialtrace.run.claims.search.means import Means
from trialtrace.run.claims.search.values import Block, Reading
from trialtrace.run.claims.search.wanted import Key

LICORICE = {"of": "licorice", "to": "sugar"}
ADDED = {"of": "lev_5fu", "to": "observation"}
ALONE = {"of": "lev", "to": "observation"}


def claim(name, printed, linked=(), **selects):
    given = {"from": "main", "place": "table", "label": name, "printed": printed}
    given |= {"is": selects, "with": list(linked)}
    return read_claim(name, structure(LedgerClaim, given), "A paper", f"claims.{name}")


@pytest.fixture
def searched(analysed):
    """A function: the searches that claims of a trial start, and their rows."""

    def run(name, *claims):
        trial, frames, results = analysed(name)
        by_name = {one.name: one for one in claims}
        rows = audit_rows(trial, by_name, results)
        found = search_rows(trial, by_name, frames, results, rows)
        note_searches(rows, found)
        return found, {(row["claim_id"], row["component"]): row for row in rows}

    return run


@pytest.fixture
def pain(analysed):
    """Sore throat at rest, a row a patient and time."""
    _, frames, _ = analysed("ruetzler2013")
    rows = frames.select("bds", {"PARAMCD": {"is": "THRPAIN"}, "AVAL": "present"})
    return pd.DataFrame({c: rows.column(c) for c in ("USUBJID", "AVISIT", "AVAL", "TRTP")})


@pytest.fixture
def deaths(analysed):
    _, frames, _ = analysed("moertel1990")
    rows = frames.select("adtte", {"PARAMCD": {"is": "DEATH"}})
    names = ("AVAL", "CNSR", "TRTP", "NODE4", "EXTENT", "AGE", "SEX")
    table = pd.DataFrame({c: rows.column(c) for c in names})
    return table.assign(event=(table["CNSR"] == 0).astype(float))


def at_4_h(pain):
    return [pain[(pain.AVISIT == "4 h") & (arm == pain.TRTP)].AVAL for arm in ("licorice", "sugar")]


def pain_claims(p, first="0.35 (0.76)", second="0.91 (1.38)"):
    of = {"analysis": "throat_pain_ordinal", "visit": "4 h"}
    return (
        claim("licorice", f"mean (SD) {first}", stat="mean", group="licorice", **of),
        claim("sugar", f"mean (SD) {second}", stat="mean", group="sugar", **of),
        claim("p", p, ("licorice", "sugar"), compare=LICORICE, **of),
    )


def test_a_one_sided_t_test_in_the_place_of_the_planned_rank_test(searched, pain):
    first, second = at_4_h(pain)
    p = scipy_stats.ttest_ind(first, second, alternative="less").pvalue
    (one,), rows = searched("ruetzler2013", *pain_claims(f"P={p:.6f}"))
    assert one.bundle.targets == (("p", "p"),) and "4 linked numbers" in one.bundle.inputs
    assert one.tier == 2
    assert one.matches[0].startswith("t test, Student's t, one-sided on the same patients")
    assert rows["p", "p"]["against_data"] == "other_choice" and one.chance < 0.1
    assert rows["licorice", "sd"]["against_data"] == "equals"
    assert "data_more" not in rows["licorice", "sd"]


def test_a_standard_error_under_the_name_of_a_deviation(searched, pain):
    first, _ = at_4_h(pain)
    printed = f"0.35 ({first.std() / np.sqrt(len(first)):.2f})"
    p = scipy_stats.mannwhitneyu(*at_4_h(pain), use_continuity=False, method="asymptotic").pvalue
    (one,), _ = searched("ruetzler2013", *pain_claims(f"P={p:.6f}", first=printed))
    # The other group's deviation is one, so no single way of printing gives both.
    assert one.tier is None and one.alone[1].startswith("standard error for the deviation")
    both = pain_claims(f"P={p:.6f}", printed, f"0.91 ({at_4_h(pain)[1].std() / 116**0.5:.2f})")
    (one,), rows = searched("ruetzler2013", *both)
    assert one.tier == 2 and one.matches[0].startswith("standard error for the deviation")
    assert rows["sugar", "sd"]["against_data"] == "differs"
    told = rows["licorice", "sd"]["data_more"]
    assert one.chance == 0.5 and told.startswith("May be another choice: standard error for the")


def test_a_mean_and_its_standard_error_of_another_visit(searched, pain):
    other = pain[(pain["AVISIT"] == "30 min") & (pain["TRTP"] == "licorice")]["AVAL"]
    printed = f"{other.mean():.3f} (SE {other.sem():.4f})"
    of = {"analysis": "throat_pain_ordinal", "visit": "4 h", "group": "licorice", "stat": "mean"}
    (one,), rows = searched("ruetzler2013", claim("mean", printed, **of))
    assert set(one.bundle.targets) == {("mean", "value"), ("mean", "se")}
    assert "30 min" in one.matches[0]
    assert rows["mean", "se"]["data_finding"].startswith("The data give a standard error of 0.")


def anova(printed):
    of = {"analysis": "throat_pain_over_time", "effect": "arm_visit", "stat": "f.mixed_anova"}
    return claim("f", printed, **of)


def test_a_p_without_the_correction_that_the_plan_names(searched, pain):
    import pingouin

    found = pingouin.mixed_anova(
        pain, dv="AVAL", within="AVISIT", between="TRTP", subject="USUBJID"
    ).iloc[2]
    printed = f"F(3, 693) = {found['F']:.2f}, P = {found['p_unc']:.4f}"
    (one,), rows = searched("ruetzler2013", anova(printed))
    assert one.tier == 1 and "interaction of arm and visit, without correction" in one.matches[0]
    assert rows["f", "p"]["against_data"] == "other_choice"
    assert rows["f", "statistic"]["against_data"] == "equals"


def test_three_visits_in_the_place_of_four(searched, pain):
    import pingouin

    some = pain[pain.AVISIT.isin(["30 min", "90 min", "next morning"])]
    found = pingouin.mixed_anova(
        some, dv="AVAL", within="AVISIT", between="TRTP", subject="USUBJID", correction=True
    ).iloc[2]
    df = f"{found['DF1']:.0f}, {found['DF2']:.0f}"
    (one,), rows = searched("ruetzler2013", anova(f"F({df}) = {found['F']:.3f}, P = 0.0001"))
    assert one.tier is None and one.alone is None
    printed = f"F({df}) = {found['F']:.3f}, P = {found['p_unc']:.3f}"
    (one,), rows = searched("ruetzler2013", anova(printed))
    assert one.tier == 2 and "30 min, 90 min, next morning" in one.matches[0]
    assert {rows["f", name]["against_data"] for name in ("statistic", "df1", "df2", "p")} == {
        "other_choice"
    }


def hazards(printed, *, compare=ADDED, more=()):
    return claim(
        "hazard",
        printed,
        more,
        analysis="death",
        stat="hazard_ratio.cox",
        compare=compare,
        **{"as": "percent_reduction"},
    )


def p_of(printed, stat="p_value.log_rank"):
    return claim("p", printed, analysis="death", stat=stat, compare=ADDED)


def fitted(table, columns, **options):
    """Reduction in percent and two-sided p of the first column, by statsmodels."""
    model = PHReg(table["AVAL"], columns.astype(float), status=table["event"], **options).fit()
    return 100 * (1 - np.exp(model.params[0])), model.pvalues[0]


def both_arms(deaths):
    return np.column_stack([deaths.TRTP == "lev_5fu", deaths.TRTP == "lev"])


def test_a_stratified_model_and_test(searched, deaths):
    known = deaths[deaths.NODE4.notna()]
    reduction, _ = fitted(known, both_arms(known), ties="efron", strata=known.NODE4)
    pair = known[known.TRTP != "lev"]
    statistic, p = sm.duration.survdiff(
        pair.AVAL, pair.event, pair.TRTP.to_numpy(), strata=pair.NODE4.to_numpy()
    )
    (one,), rows = searched(
        "moertel1990", hazards(f"reduced by {reduction:.2f}%", more=("p",)), p_of(f"P = {p:.5f}")
    )
    assert statistic > 0 and one.tier == 3
    assert any(
        re.search(
            r"all arms, Efron's ties, stratified log-rank test on .*stratified by node4", told
        )
        for told in one.matches
    )
    assert (
        rows["hazard", "percent"]["against_data"]
        == rows["p", "p"]["against_data"]
        == "other_choice"
    )
    assert one.chance < 0.01


def test_a_model_adjusted_for_age(searched, deaths):
    x = np.column_stack([both_arms(deaths), deaths.AGE])
    reduction, p = fitted(deaths, x, ties="breslow")
    (one,), _ = searched(
        "moertel1990",
        hazards(f"reduced by {reduction:.3f}%", more=("p",)),
        p_of(f"P = {p:.5f}", "p_value.cox_wald"),
    )
    assert one.tier == 3
    (told,) = one.matches
    assert told.startswith("Cox model of all arms, Breslow's ties, Wald test on the same")
    assert told.endswith("patients, adjusted for age")


def test_everybody_censored_at_five_years(searched, deaths):
    early = deaths.assign(
        event=np.where(deaths.AVAL > 1826, 0, deaths.event), AVAL=deaths.AVAL.clip(upper=1826)
    )
    reduction, _ = fitted(early, both_arms(early), ties="efron")
    (one,), _ = searched("moertel1990", hazards(f"reduced by {reduction:.3f}%"))
    assert one.tier == 2 and "censored at 1826" in one.matches[0]


def test_the_other_way_round(searched, deaths):
    reduction, _ = fitted(deaths, both_arms(deaths), ties="efron")
    ratio = 1 / (1 - reduction / 100)
    printed = claim(
        "hazard", f"{ratio:.4f}", analysis="death", stat="hazard_ratio.cox", compare=ADDED
    )
    (one,), _ = searched("moertel1990", printed)
    assert one.tier == 2 and any(
        told.startswith("Cox model of all arms, Efron's ties, the other way round on the same")
        for told in one.matches
    )


def test_a_median_of_all_times_in_the_place_of_follow_up(searched, deaths):
    printed = f"{deaths.AVAL.median() / 365.25:.3f} years"
    one_claim = claim(
        "follow",
        printed,
        analysis="death",
        stat="follow_up.reverse_kaplan_meier",
        group="all",
        **{"as": "years_from_days"},
    )
    (one,), _ = searched("moertel1990", one_claim)
    assert one.tier == 2 and one.matches[0].startswith("median of all times on the same")


def test_linked_numbers_have_to_hold_together(searched, deaths):
    """Each of two numbers has a choice of its own; no choice gives both."""
    _, breslow = fitted(deaths, both_arms(deaths), ties="breslow")
    stratified, _ = fitted(deaths, both_arms(deaths), ties="efron", strata=deaths.EXTENT)
    printed = f"reduced by {stratified:.3f}%"
    (alone,), _ = searched("moertel1990", hazards(printed))
    assert alone.tier == 3
    both = hazards(printed, more=("p",)), p_of(f"P = {breslow:.6f}")
    (both,), rows = searched("moertel1990", *both)
    assert both.tier is None and rows["hazard", "percent"]["against_data"] == "differs"


def test_what_is_printed_does_not_steer_what_is_tried(searched):
    tried = []
    for printed in ("reduced by 33%", "reduced by 12%", "reduced by 80%"):
        (one,), _ = searched("moertel1990", hazards(printed, compare=ALONE))
        cells = [f.factors[0].cells for f in one.bundle.families]
        tried.append((one.candidates, one.distinct, np.concatenate(cells).tolist()))
    assert tried[0] == tried[1] == tried[2]


def test_numbers_drawn_from_the_window_match_at_the_mean_cp(searched):
    """Estimate and p displaced together: uniform draws match as often as CP says."""
    (one,), _ = searched("moertel1990", hazards("reduced by 33%", more=("p",)), p_of("P = 0.0007"))
    fits, by = Fits(one.bundle.families, one.bundle.windows), Displacement()
    (window,) = one.bundle.windows
    vectors = [(r, p) for r in range(30, 37) for p in range(4, 15) if (r, p) != (33, 7)]
    assert window.size(by) == len(vectors) + 1
    rng = np.random.default_rng(20261120)
    drawn = [vectors[at] for at in rng.integers(len(vectors), size=400)]
    hits = np.mean([any(f.matches([cell], 3) for f in one.bundle.families) for cell in drawn])
    cp = fits.coincidence(by, 3)
    assert 0 < cp < 1 and abs(hits - cp) < 4 * np.sqrt(cp * (1 - cp) / 400)


def test_numbers_that_the_plan_gives_start_no_search(searched):
    found, _ = searched("moertel1990", hazards("reduced by 31%"), p_of("P = 0.0016"))
    assert not found
    found, _ = searched("moertel1990", p_of("P < 0.0001"))
    assert not found


@pytest.mark.parametrize(
    ("stat", "by_hand"), [("minimum", 1), ("q1", 2), ("median", 3), ("q3", 4), ("maximum", 5)]
)
def test_quantiles_of_an_arm_and_of_everybody(stat, by_hand):
    """Of arm a are 1 to 5; with arm b each value comes twice, which leaves them where they are."""
    values = np.array([4.0, 1, 5, 3, 2, 1, 2, 3, 4, 5])
    arm = np.repeat([0, 1], 5)
    patients = SimpleNamespace(arms=["a", "b"], arm=arm)
    sets = SimpleNamespace(masks=np.stack([arm == 0, np.ones(10, dtype=bool)]))
    block = Block(patients, Reading("", 1, values), sets)
    means = Means(patients, "", [block.reading], [0, 1], 0.95)
    assert means._quantile(block, Key(stat, "value", "a")).tolist() == [by_hand, by_hand]
    assert means._quantile(block, Key(stat, "value", "all")).tolist() == [by_hand, by_hand]
