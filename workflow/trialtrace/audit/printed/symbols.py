"""What a part of a printed expression may say it is, apart from the patterns that read it."""

from typing import Literal

UNSAID = "unsaid"
"""The symbol of a number of which the expression does not say what it is."""
CHI_SQUARED = "χ²"
RANKS = "rho"
"""The symbol of Spearman's correlation of ranks, however it is printed."""
STANDARDISED = "standardised"
"""The symbol of an effect size that is a standardised difference of means."""
SPREADS = {"sd": "standard deviation", "se": "standard error"}
AVERAGES = ("mean", "median", "geometric_mean")
WITHIN_ONE = ("kappa", "intraclass_correlation")
"""Measures from −1 to 1."""
CHANCES = ("posterior_probability", "concordance")
"""Measures from 0 to 1."""
TESTS = {
    "log rank": "log_rank",
    "logrank": "log_rank",
    "wilcoxon": "mann_whitney",
    "wilcoxon rank sum": "mann_whitney",
    "mann whitney": "mann_whitney",
    "mann whitney u": "mann_whitney",
    "fisher": "fisher",
    "fisher exact": "fisher",
    "fisher's exact": "fisher",
    "fisher’s exact": "fisher",
    "mantel haenszel": "mantel_haenszel",
    "cochran mantel haenszel": "mantel_haenszel",
    "cmh": "mantel_haenszel",
    "mcnemar": "other",
    "mcnemar's": "other",
    "mcnemar’s": "other",
    "exact mcnemar": "other",
    "kruskal wallis": "other",
    "friedman": "other",
    "wilcoxon signed rank": "other",
}
"""What an expression may call the test of its p or statistic."""
Procedure = Literal["bonferroni", "dunnett", "hochberg", "holm", "sidak", "tukey", "multiplicity"]
PROCEDURES: dict[str, Procedure] = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hochberg",
    "dunnett": "dunnett",
    "tukey": "tukey",
    "sidak": "sidak",
    "šidák": "sidak",
    "multiplicity": "multiplicity",
    "fdr": "multiplicity",
    "false discovery rate": "multiplicity",
    "benjamini hochberg": "multiplicity",
}
"""What an expression may call what adjusts its p for several comparisons."""

# What an expression may call its number, and the measure that it is then; none where that is open.
MEASURES = {
    "log odds ratio": "log_odds_ratio",
    "log or": "log_odds_ratio",
    "log hazard ratio": "log_hazard_ratio",
    "log hr": "log_hazard_ratio",
    "log risk ratio": "log_risk_ratio",
    "log relative risk": "log_risk_ratio",
    "log rr": "log_risk_ratio",
    "log rate ratio": "log_rate_ratio",
    "geometric mean ratio": "geometric_mean_ratio",
    "ratio of geometric means": "geometric_mean_ratio",
    "gmr": "geometric_mean_ratio",
    "geometric ls mean ratio": "geometric_mean_ratio",
    "geometric least squares mean ratio": "geometric_mean_ratio",
    "ratio of geometric ls means": "geometric_mean_ratio",
    "hodges lehmann estimate": "hodges_lehmann",
    "hodges lehmann difference": "hodges_lehmann",
    "hodges lehmann median difference": "hodges_lehmann",
    "win ratio": "win_ratio",
    "rmst difference": "restricted_mean_difference",
    "difference in rmst": "restricted_mean_difference",
    "difference in restricted mean survival time": "restricted_mean_difference",
    "restricted mean survival time": None,
    "rmst": None,
    "auc": None,
    "area under the curve": None,
    "auroc": "concordance",
    "c statistic": "concordance",
    "c index": "concordance",
    "kappa": "kappa",
    "cohen's kappa": "kappa",
    "cohen’s kappa": "kappa",
    "weighted kappa": "kappa",
    "cohen's κ": "kappa",
    "cohen’s κ": "kappa",
    "κ": "kappa",
    "icc": "intraclass_correlation",
    "intraclass correlation": "intraclass_correlation",
    "intraclass correlation coefficient": "intraclass_correlation",
    "intracluster correlation coefficient": "intraclass_correlation",
    "posterior probability": "posterior_probability",
    "posterior probability of superiority": "posterior_probability",
    "median difference": "median_difference",
    "difference in medians": "median_difference",
    "difference of medians": "median_difference",
    "hazard ratio": "hazard_ratio",
    "hr": "hazard_ratio",
    "ahr": "hazard_ratio",
    "odds ratio": "odds_ratio",
    "or": "odds_ratio",
    "aor": "odds_ratio",
    "risk ratio": "risk_ratio",
    "relative risk": "risk_ratio",
    "relative hazard": "hazard_ratio",
    "relative odds": "odds_ratio",
    "rr": "risk_ratio",
    "rate ratio": "rate_ratio",
    "incidence rate ratio": "rate_ratio",
    "irr": "rate_ratio",
    "risk difference": "risk_difference",
    "absolute risk reduction": "risk_difference",
    "arr": "risk_difference",
    "absolute risk difference": "risk_difference",
    "absolute difference": "risk_difference",
    "mean difference": "mean_difference",
    "md": "mean_difference",
    "ls mean difference": "mean_difference",
    "least squares mean difference": "mean_difference",
    "difference in ls means": "mean_difference",
    "difference in least squares means": "mean_difference",
    "lsmd": "mean_difference",
    "number needed to treat": "number_needed_to_treat",
    "nnt": "number_needed_to_treat",
    "number needed to harm": "number_needed_to_treat",
    "nnh": "number_needed_to_treat",
    "rh": "hazard_ratio",
    "ls mean": "mean",
    "lsm": "mean",
    "least squares mean": "mean",
    "ls mean change": "mean",
    "least squares mean change": "mean",
    "mean change": "mean",
    "mean change from baseline": "mean",
    "relative risk reduction": "relative_reduction",
    "rrr": "relative_reduction",
    "vaccine efficacy": "relative_reduction",
    "ve": "relative_reduction",
    "efficacy": "relative_reduction",
    "risk reduction": None,
    "odds reduction": None,
    "difference": None,
    "treatment difference": None,
    "between group difference": None,
    "mean": "mean",
    "m": "mean",
    "median": "median",
    "mdn": "median",
    "geometric mean": "geometric_mean",
    "n": None,
    "coefficient": None,
    "b": None,
    "β": None,
    "smd": "standardised_difference",
    "standardised mean difference": "standardised_difference",
    "standardized mean difference": "standardised_difference",
    "cohen d": "standardised_difference",
    "cohen's d": "standardised_difference",
    "cohen’s d": "standardised_difference",
    "hedges' g": "standardised_difference",
    "hedges’ g": "standardised_difference",
    "hedges g": "standardised_difference",
}
_OF_MODELS = ("ls mean", "least squares mean")
ADJUSTED = {
    *("ahr", "aor", "lsm", "lsmd"),
    *(name for name in MEASURES if any(words in name for words in _OF_MODELS)),
}
"""What says by its name that a model adjusts it."""
OF_THING = {"odds": "odds_ratio", "hazard": "hazard_ratio", "hazards": "hazard_ratio"}
"""The measure of a change in percent, by what it is a change of."""
NAMED_AFTER = {
    "relative risk reduction": "relative_reduction",
    "absolute risk reduction": "risk_difference",
    "vaccine efficacy": "relative_reduction",
    "efficacy": "relative_reduction",
    "effective": "relative_reduction",
}
"""What a percentage may be called behind it: "72% effective"."""
HARMS = ("number needed to harm", "nnh")
