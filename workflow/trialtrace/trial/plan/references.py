"""What each method is, in words, and where it is described: for traces and reports."""

import json

from trialtrace.trial.plan.references_events import EVENTS, Method

METHODS: dict[str, Method] = EVENTS | {
    "wilson": Method("Wilson's score interval", "Wilson 1927, J Am Stat Assoc 22:209"),
    "clopper_pearson": Method("exact interval", "Clopper and Pearson 1934, Biometrika 26:404"),
    "newcombe": Method("Newcombe's score interval", "Newcombe 1998, Stat Med 17:873, method 10"),
    "wald": Method("Wald's interval", "normal approximation with unpooled variance"),
    "miettinen_nurminen": Method(
        "Miettinen and Nurminen's score interval", "Miettinen and Nurminen 1985, Stat Med 4:213"
    ),
    "katz_log": Method("log interval", "Katz et al. 1978, Biometrics 34:469"),
    "woolf": Method("sample odds ratio, log interval", "Woolf 1955, Ann Hum Genet 19:251"),
    "mantel_haenszel": Method(
        "Mantel and Haenszel's common estimate",
        "Mantel and Haenszel 1959; variances: Robins, Breslow and Greenland 1986, Sato 1989",
    ),
    "fisher": Method("Fisher's exact test", "Fisher 1935, J R Stat Soc 98:39"),
    "chi_squared": Method("Pearson's χ² test", "Pearson 1900"),
    "chi_squared_continuity": Method("χ² test with Yates' continuity correction", "Yates 1934"),
    "cochran_mantel_haenszel": Method(
        "Cochran-Mantel-Haenszel test", "Mantel and Haenszel 1959, J Natl Cancer Inst 22:719"
    ),
    "cochran_mantel_haenszel_continuity": Method(
        "Cochran-Mantel-Haenszel test with continuity correction",
        "Mantel and Haenszel 1959, J Natl Cancer Inst 22:719",
    ),
    "breslow_day": Method("Breslow and Day's test of equal odds ratios", "Breslow and Day 1980"),
    "breslow_day_tarone": Method(
        "Breslow and Day's test of equal odds ratios, Tarone's correction",
        "Breslow and Day 1980; Tarone 1985, Biometrika 72:91",
    ),
    "mann_whitney": Method(
        "Mann-Whitney test",
        "normal approximation with tie correction; Mann and Whitney 1947, Ann Math Stat 18:50",
    ),
    "mann_whitney_continuity": Method(
        "Mann-Whitney test, continuity corrected",
        "normal approximation with tie correction; Mann and Whitney 1947, Ann Math Stat 18:50",
    ),
    "brunner_munzel": Method(
        "P(X > Y) + P(X = Y)/2, interval on the logit scale",
        "Brunner and Munzel 2000, Biom J 42:17",
    ),
    "welch": Method("difference of means, Welch's interval", "Welch 1947, Biometrika 34:28"),
    "welch_t": Method("Welch's t test", "Welch 1947, Biometrika 34:28"),
    "t_interval": Method("mean with Student's t interval"),
    "mixed_anova": Method(
        "mixed analysis of variance, sphericity corrected by ε",
        "Greenhouse and Geisser 1959, Psychometrika 24:95; Huynh and Feldt 1976; Lecoutre 1991",
    ),
    "mmrm": Method(
        "mixed model for repeated measures",
        "Mallinckrodt et al. 2008, Drug Inf J 42:303; degrees of freedom: Kenward and Roger 1997",
    ),
    "ancova": Method(
        "analysis of covariance", "Fisher 1932; robust errors: White 1980, HC1 to HC3"
    ),
    "random_site": Method("mixed model, sites at random", "Laird and Ware 1982, Biometrics 38:963"),
    "mixed_model": Method(
        "mixed model, random intercepts", "Laird and Ware 1982, Biometrics 38:963"
    ),
    "paired_t": Method("paired t test and interval", "Student 1908, Biometrika 6:1"),
    "paired_regression": Method("regression of the differences within subjects"),
    "signed_rank": Method(
        "signed rank test, exact; median of the Walsh averages",
        "Wilcoxon 1945, Biometrics Bull 1:80; Hodges and Lehmann 1963, Ann Math Stat 34:598",
    ),
    "signed_rank_pratt": Method(
        "signed rank test, exact, zeros as Pratt", "Pratt 1959, J Am Stat Assoc 54:655"
    ),
    "rerandomise_sides": Method(
        "re-randomisation of the treated side, all assignments",
        "Fisher 1935, Design of Experiments",
    ),
    "rerandomise_sides_balanced": Method(
        "re-randomisation of the treated side, all assignments of the same numbers of sides",
        "Fisher 1935, Design of Experiments",
    ),
    "repeated_measures_anova": Method(
        "analysis of variance within subjects",
        "Greenhouse and Geisser 1959, Psychometrika 24:95; Huynh and Feldt 1976; Lecoutre 1991",
    ),
    "repeated_measures_anova_cells": Method("all cells as one factor within subjects"),
    "repeated_measures_anova_treatment_by_visit": Method("treatment and visit within subjects"),
    "repeated_measures_anova_visits": Method("visits under one treatment"),
    "hodges_lehmann": Method(
        "Hodges and Lehmann's shift", "Hodges and Lehmann 1963, Ann Math Stat 34:598"
    ),
    "hodges_lehmann_continuity": Method(
        "Hodges and Lehmann's shift, continuity corrected",
        "Hodges and Lehmann 1963, Ann Math Stat 34:598",
    ),
    "kaplan_meier": Method(
        "Kaplan-Meier estimate", "Kaplan and Meier 1958, J Am Stat Assoc 53:457"
    ),
    "reverse_kaplan_meier": Method(
        "reverse Kaplan-Meier median", "Schemper and Smith 1996, Control Clin Trials 17:343"
    ),
    "cox": Method("Cox model", "Cox 1972, J R Stat Soc B 34:187; ties: Efron 1977, Breslow 1974"),
    "cox_wald": Method("Wald test in the Cox model", "Cox 1972, J R Stat Soc B 34:187"),
    "cox_stratified": Method(
        "Cox model with strata", "Cox 1972, J R Stat Soc B 34:187; ties: Efron 1977, Breslow 1974"
    ),
    "cox_stratified_wald": Method("Wald test in the Cox model with strata"),
    "weighted_log_rank": Method(
        "weighted log-rank test", "Fleming and Harrington 1991, Counting Processes, chapter 7"
    ),
    "proportional_hazards": Method(
        "score test of proportional hazards", "Grambsch and Therneau 1994, Biometrika 81:515"
    ),
    "categories": Method("distribution over the values"),
    "proportional_odds": Method("proportional odds", "McCullagh 1980, J R Stat Soc B 42:109"),
    "brant": Method("Brant's test of proportional odds", "Brant 1990, Biometrics 46:1171"),
    "ordinal_mixed": Method(
        "cumulative logit model, random intercepts", "Hedeker and Gibbons 1994, Biometrics 50:933"
    ),
    "rank_anova": Method(
        "ANOVA-type statistics by ranks", "Brunner, Domhof and Langer 2002; Noguchi et al. 2012"
    ),
    "equivalence_welch": Method(
        "two one-sided Welch tests", "Schuirmann 1987, J Pharmacokinet Biopharm 15:657"
    ),
    "equivalence_paired_t": Method(
        "two one-sided paired t tests", "Schuirmann 1987, J Pharmacokinet Biopharm 15:657"
    ),
    "pearson": Method("Pearson's correlation, Fisher's interval", "Fisher 1921, Metron 1:3"),
    "spearman": Method(
        "Spearman's correlation, Bonett and Wright's interval",
        "Spearman 1904, Am J Psychol 15:72; Bonett and Wright 2000, Psychometrika 65:23",
    ),
    "pearson_correlation": Method("t test of no correlation"),
    "spearman_correlation": Method("t test of no correlation of ranks"),
    "aalen_johansen": Method(
        "Aalen and Johansen's estimate", "Aalen and Johansen 1978, Scand J Stat 5:141"
    ),
    "gray": Method("Gray's test", "Gray 1988, Ann Stat 16:1141"),
    "turnbull": Method("Turnbull's estimate", "Turnbull 1976, J R Stat Soc B 38:290"),
    "interval_log_rank": Method(
        "log-rank test of interval-censored times", "Sun 1996, Stat Med 15:1387; Finkelstein 1986"
    ),
    "restricted": Method("restricted mean", "Royston and Parmar 2013, BMC Med Res Methodol 13:152"),
    "restricted_difference": Method("Wald test of restricted means"),
    "restricted_ratio": Method("Wald test of the ratio of restricted means"),
    "all_pairs": Method(
        "all pairs by a hierarchy of outcomes",
        "Pocock et al. 2012, Eur Heart J 33:176; errors: Bebu and Lachin 2016",
    ),
    "log_rank": Method("log-rank test", "Mantel 1966; Peto and Peto 1972"),
    "descriptive": Method("description"),
    "events": Method("count of events"),
    "subjects": Method("count of subjects"),
    "count": Method("count"),
    "holm": Method("Holm's step-down adjustment", "Holm 1979, Scand J Stat 6:65"),
    "hochberg": Method("Hochberg's step-up adjustment", "Hochberg 1988, Biometrika 75:800"),
    "hommel": Method("Hommel's adjustment", "Hommel 1988, Biometrika 75:383"),
    "closed": Method("closed test of three arms", "Shaffer 1986, J Am Stat Assoc 81:826"),
    "fixed_sequence": Method("fixed-sequence test", "Maurer, Hothorn and Lehmacher 1995"),
    "graphical": Method("graphical procedure", "Bretz et al. 2009, Stat Med 28:586"),
    "benjamini_hochberg": Method(
        "Benjamini and Hochberg's adjustment", "Benjamini and Hochberg 1995, J R Stat Soc B 57:289"
    ),
}


# Methods of which a statistic's name alone would say too much or too little.
TOLD = (
    "missing_as_event",
    "missing_as_no_event",
    "multiple_imputation",
    "standardised",
    "modified_poisson",
    "logistic",
    "firth",
    "logistic_random_site",
    "mantel_haenszel",
    "conditional",
    "bloom",
    "fisher_walsh",
    "fisher_smallest",
)


def limits_of(options: str) -> str:
    """The threshold or margins of a test, from its options as JSON: ", more than 0.6" where it is
    one-sided, ", −0.1 to 0.1"."""
    given = json.loads(options)
    side = {"greater": "more than ", "less": "less than "} if "threshold" in given else {}
    limits = [given[key] for key in ("threshold", "margin", "lower", "upper") if key in given]
    numbers = (f"{limit:g}".replace("-", "\N{MINUS SIGN}") for limit in limits)
    return f", {side.get(given.get('sides'), '')}{' to '.join(numbers)}" if limits else ""


def method_of(name: str) -> Method:
    """The words of a method ("risk_difference.newcombe", "p_adjusted.holm_fisher")."""
    short = name.split(".", 1)[1]
    if short in METHODS:
        return METHODS[short]
    adjust = adjustment_of(short)
    if adjust is None:
        return Method(short.replace("_", " "))
    inner = method_of(f"p_value.{short.removeprefix(adjust + '_')}")
    return Method(f"{METHODS[adjust].title} of {inner.title}", METHODS[adjust].reference)


def adjustment_of(short: str) -> str | None:
    """The adjustment in front of an adjusted test: "holm_fisher" is by "holm"."""
    return next((each for each in METHODS if short.startswith(f"{each}_")), None)
