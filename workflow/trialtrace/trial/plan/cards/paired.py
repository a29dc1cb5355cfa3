"""The two treatments of a subject."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Distinct, key, shape
from trialtrace.trial.plan.card import Card, Named, R
from trialtrace.trial.plan.methods import SCORES
from trialtrace.trial.words import Name, Sides


@shape
class PairedRegression:
    """Regression of the differences within subjects."""

    covariates: Distinct[Name] = key(
        "What the difference of the two treatments of a subject may depend on: `baseline` "
        "(the difference there), `treated_side`, variables of `subjects`."
    )


@shape
class PairedT:
    """Paired t test of the two treatments of a subject."""

    sides: Sides = key("Sidedness.")


@shape
class SignedRank:
    """Wilcoxon's signed rank test, exact given ties."""

    sides: Sides = key("Sidedness.")
    zeros: Literal["wilcoxon", "pratt"] = key(
        "Differences of 0: left out (Wilcoxon), or ranked and then left out (Pratt)."
    )


@shape
class RerandomiseSides:
    """Re-randomisation of the treated side of each subject, all assignments."""

    allocation: Literal["coin", "balanced"] = key(
        "coin: each subject by a coin; balanced: as many subjects treated on each side as were."
    )
    sides: Sides = key("Sidedness.")


_T_TEST = {"p_value": "test$p.value", "t": "test$statistic", "df": "test$parameter"}
_INTERVAL = "t.test(change, conf.level = {confidence})$conf.int"

CARDS = (
    Card(
        "mean_difference.paired_t",
        compares="within",
        formula="continuous.means:mean_interval",
        r=R({"mean_difference": f"c(mean(change), {_INTERVAL})"}),
    ),
    Card(
        "mean_difference.paired_regression",
        "regression of the differences within subjects",
        options=PairedRegression,
        gives=(
            "mean_difference.{}@pair p_value.{}@pair;covariate f.{}@pair;covariate? "
            "df1.{}@pair;covariate? df2.{}@pair;covariate?"
        ),
        compares="within",
        formula="regression.ancova:ols",
    ),
    Card(
        "fold_change.paired_t",
        compares="within",
        formula="continuous.ratios:fold_change",
        r=R({"fold_change": f"2^-c(mean(change), rev({_INTERVAL}))"}),
    ),
    Card(
        "median_difference.signed_rank",
        "signed rank test, exact; median of the Walsh averages",
        "Wilcoxon 1945, Biometrics Bull 1:80; Hodges and Lehmann 1963, Ann Math Stat 34:598",
        compares="within",
        also={
            "signed_rank_pratt": Named(
                "signed rank test, exact, zeros as Pratt",
                "Pratt 1959, J Am Stat Assoc 54:655",
            )
        },
        formula="continuous.signed_rank:pseudomedian",
        fixed={"method": "exact"},
    ),
    Card(
        "p_value.paired_t",
        means="Paired t test of the two treatments of a subject.",
        options=PairedT,
        gives="p_value.{}@pair t.{}@pair? df.{}@pair?",
        kinds=SCORES,
        compares="within",
        formula="continuous.means:paired_t",
        r=R(_T_TEST, "test <- t.test(change, alternative = {sides})"),
    ),
    Card(
        "p_value.signed_rank",
        means="Wilcoxon's signed rank test, exact given ties.",
        options=SignedRank,
        gives="p_value.{}@pair v.{}@pair?",
        kinds=SCORES,
        compares="within",
        formula="continuous.signed_rank:signed_rank",
        fixed={"method": "exact"},
    ),
    Card(
        "p_value.rerandomise_sides",
        "re-randomisation of the treated side, all assignments",
        "Fisher 1935, Design of Experiments",
        means="Re-randomisation of the treated side of each subject, all assignments.",
        options=RerandomiseSides,
        gives="p_value.{}@pair sum.{}@pair?",
        kinds=SCORES,
        compares="within",
        also={
            "rerandomise_sides_balanced": Named(
                "re-randomisation of the treated side, all assignments of the same numbers "
                "of sides",
                "Fisher 1935, Design of Experiments",
            )
        },
        formula="resampling.linear:rerandomisation_test",
    ),
)
