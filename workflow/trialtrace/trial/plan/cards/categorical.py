"""Two arms with yes or no: proportions, their comparisons, exact and chi-squared tests."""

from __future__ import annotations

from trialtrace.config.spec import key, shape
from trialtrace.trial.plan.card import Audited, Card, Named
from trialtrace.trial.plan.methods import BINARY
from trialtrace.trial.plan.options import Continuity
from trialtrace.trial.words import Sides


@shape
class Fisher:
    """Fisher's exact test."""

    sides: Sides = key("Sidedness.")


@shape
class ChiSquared:
    """Chi-squared test."""

    correction: Continuity = key("Correction.")


CARDS = (
    Card(
        "proportion.wilson",
        "Wilson's score interval",
        "Wilson 1927, J Am Stat Assoc 22:209",
        gives="count.events@group proportion.{}@group",
        formula="categorical.proportions:wilson",
        audited=(
            Audited("wilson", "Wilson", 1),
            Audited("wilson_corrected", "Wilson with continuity correction", 2),
        ),
    ),
    Card(
        "proportion.clopper_pearson",
        "exact interval",
        "Clopper and Pearson 1934, Biometrika 26:404",
        gives="count.events@group proportion.{}@group",
        formula="categorical.proportions:clopper_pearson",
        audited=(Audited("clopper_pearson", "Clopper-Pearson", 1),),
    ),
    Card(
        "risk_difference.newcombe",
        "Newcombe's score interval",
        "Newcombe 1998, Stat Med 17:873, method 10",
        formula="categorical.contingency:risk_difference_newcombe",
        audited=(Audited("newcombe", "Newcombe", 1),),
    ),
    Card(
        "risk_difference.wald",
        "Wald's interval",
        "normal approximation with unpooled variance",
        formula="categorical.contingency:risk_difference_wald",
        audited=(
            Audited("wald", "Wald", 1),
            Audited("wald_corrected", "Wald with continuity correction", 2),
        ),
    ),
    Card(
        "risk_difference.miettinen_nurminen",
        "Miettinen and Nurminen's score interval",
        "Miettinen and Nurminen 1985, Stat Med 4:213",
        check="score",
        formula="categorical.score:risk_difference_miettinen_nurminen",
        audited=(Audited("miettinen_nurminen", "Miettinen-Nurminen", 2),),
    ),
    Card(
        "risk_difference.mee",
        "Mee's score interval",
        "Mee 1984, Biometrics 40:1175",
        check="score",
        formula="categorical.score:risk_difference_score",
        fixed={"variance": "farrington_manning"},
    ),
    Card(
        "risk_ratio.katz_log",
        "log interval",
        "Katz et al. 1978, Biometrics 34:469",
        formula="categorical.contingency:risk_ratio_log",
        audited=(Audited("katz", "Katz (log)", 1),),
    ),
    Card(
        "odds_ratio.woolf",
        "sample odds ratio, log interval",
        "Woolf 1955, Ann Hum Genet 19:251",
        formula="categorical.contingency:odds_ratio_sample",
        audited=(
            Audited("woolf", "Woolf", 1),
            Audited("peto", "Peto", 2),
        ),
    ),
    Card(
        "number_needed_to_treat.newcombe", formula="categorical.contingency:number_needed_to_treat"
    ),
    Card(
        "p_value.chi_squared",
        "Pearson's χ² test",
        "Pearson 1900",
        means="Chi-squared test.",
        options=ChiSquared,
        gives="p_value.{}@pair chi_squared.{}@pair? df.{}@pair?",
        kinds=BINARY,
        also={
            "chi_squared_continuity": Named(
                "χ² test with Yates' continuity correction", "Yates 1934"
            )
        },
        formula="categorical.equal_risks:chi_squared",
        audited=(
            Audited("chi_squared", "χ² test without correction", 1),
            Audited("chi_squared_corrected", "χ² test with continuity correction", 1),
            Audited("chi_squared_one_sided", "χ² test without correction, one-sided", 2),
        ),
    ),
    Card(
        "p_value.fisher",
        "Fisher's exact test",
        "Fisher 1935, J R Stat Soc 98:39",
        means="Fisher's exact test.",
        options=Fisher,
        gives="p_value.{}@pair",
        kinds=BINARY,
        formula="categorical.equal_risks:fisher_exact",
        audited=(
            Audited("fisher", "Fisher's exact test", 1),
            Audited("fisher_less", "Fisher's exact test, one-sided (lower)", 2),
            Audited("fisher_greater", "Fisher's exact test, one-sided (higher)", 2),
            Audited("fisher_one_sided", "Fisher's exact test, one-sided", None),
        ),
    ),
    Card(
        "proportion.wald",
        gives="count.events@group proportion.{}@group",
        check="one_proportion",
        formula="categorical.proportions:wald",
        audited=(
            Audited("wald", "Wald", 1),
            Audited("wald_cut", "Wald, cut at 0 and 1", 1),
        ),
    ),
    Card(
        "proportion.agresti_coull",
        "Agresti and Coull's interval",
        "Agresti and Coull 1998, Am Stat 52:119",
        gives="count.events@group proportion.{}@group",
        check="one_proportion",
        formula="categorical.proportions:agresti_coull",
        audited=(
            Audited("agresti_coull", "Agresti-Coull", 2),
            Audited("agresti_coull_cut", "Agresti-Coull, cut at 0 and 1", None),
        ),
    ),
    Card(
        "proportion.jeffreys",
        "Jeffreys' interval",
        "Brown, Cai and DasGupta 2001, Stat Sci 16:101",
        gives="count.events@group proportion.{}@group",
        check="one_proportion",
        formula="categorical.proportions:jeffreys",
        audited=(Audited("jeffreys", "Jeffreys", 2),),
    ),
    Card(
        "risk_difference.agresti_caffo",
        "Agresti and Caffo's interval",
        "Agresti and Caffo 2000, Am Stat 54:280",
        check="score_ratio",
        formula="categorical.contingency:risk_difference_agresti_caffo",
        audited=(Audited("agresti_caffo", "Agresti-Caffo", 2),),
    ),
    Card(
        "risk_ratio.koopman",
        "Koopman's score interval",
        "Koopman 1984, Biometrics 40:513",
        check="score_ratio",
        formula="categorical.score_ratio:risk_ratio_score",
        fixed={"variance": "koopman"},
        audited=(Audited("score_koopman", "Koopman", 2),),
    ),
    Card(
        "risk_ratio.miettinen_nurminen",
        check="score_ratio",
        formula="categorical.score_ratio:risk_ratio_score",
        fixed={"variance": "miettinen_nurminen"},
        audited=(Audited("score_miettinen_nurminen", "Miettinen-Nurminen", 2),),
    ),
)
