"""The methods of events beyond two plain arms: what each is, and where it is described."""

from typing import NamedTuple


class Method(NamedTuple):
    """A method as a reader knows it, and its reference."""

    title: str
    reference: str = ""


EVENTS: dict[str, Method] = {
    "agresti_coull": Method(
        "Agresti and Coull's interval", "Agresti and Coull 1998, Am Stat 52:119"
    ),
    "jeffreys": Method("Jeffreys' interval", "Brown, Cai and DasGupta 2001, Stat Sci 16:101"),
    "rule_of_three": Method(
        "rule of three, one-sided", "Hanley and Lippman-Hand 1983, JAMA 249:1743"
    ),
    "binomial": Method("exact binomial test against a threshold", "Clopper and Pearson 1934"),
    "agresti_caffo": Method(
        "Agresti and Caffo's interval", "Agresti and Caffo 2000, Am Stat 54:280"
    ),
    "koopman": Method("Koopman's score interval", "Koopman 1984, Biometrics 40:513"),
    "conditional": Method(
        "conditional maximum likelihood, exact interval", "Gart 1970, Biometrika 57:471"
    ),
    "exact_conditional": Method(
        "exact test of a common odds ratio", "Mehta, Patel and Gray 1985, J Am Stat Assoc 80:969"
    ),
    "zelen": Method("Zelen's exact test of equal odds ratios", "Zelen 1971, Biometrika 58:129"),
    "barnard": Method(
        "Barnard's unconditional exact test",
        "Barnard 1947; Suissa and Shuster 1985, J R Stat Soc A 148:317",
    ),
    "boschloo": Method("Boschloo's unconditional exact test", "Boschloo 1970, Stat Neerl 24:1"),
    "risk_difference_margin": Method(
        "score test of the risk difference at a margin",
        "Miettinen and Nurminen 1985, Stat Med 4:213; Farrington and Manning 1990",
    ),
    "risk_difference_equivalence": Method(
        "two one-sided score tests of the risk difference",
        "Schuirmann 1987; Farrington and Manning 1990, Stat Med 9:1447",
    ),
    "risk_ratio_margin": Method(
        "score test of the risk ratio at a margin",
        "Miettinen and Nurminen 1985; Koopman 1984, Biometrics 40:513",
    ),
    "chi_squared_table": Method("Pearson's χ² test of all values", "Pearson 1900"),
    "fisher_freeman_halton": Method(
        "Fisher, Freeman and Halton's exact test", "Freeman and Halton 1951, Biometrika 38:141"
    ),
    "cmh_general_association": Method(
        "generalised Cochran-Mantel-Haenszel test, general association",
        "Landis, Heyman and Koch 1978, Int Stat Rev 46:237",
    ),
    "cmh_row_mean_scores": Method(
        "generalised Cochran-Mantel-Haenszel test, row mean scores",
        "Landis, Heyman and Koch 1978, Int Stat Rev 46:237",
    ),
    "cochran_armitage": Method(
        "Cochran-Armitage test for trend", "Armitage 1955, Biometrics 11:375"
    ),
    "logistic_interaction": Method(
        "likelihood ratio test of an interaction in a logistic model", "Cox 1970"
    ),
    "firth_interaction": Method(
        "penalised likelihood ratio test of an interaction (Firth)",
        "Firth 1993, Biometrika 80:27; Heinze and Schemper 2002, Stat Med 21:2409",
    ),
    "missing_as_event": Method("missing counted as event", "single imputation; Hollis 2002"),
    "missing_as_no_event": Method("missing counted as no event", "single imputation; Hollis 2002"),
    "best_worst": Method(
        "all possible outcomes of the missing", "Horowitz and Manski 2000, J Am Stat Assoc 95:77"
    ),
    "tipping_fisher": Method(
        "all possible outcomes of the missing, Fisher's exact test",
        "Yan, Lee and Li 2009, J Biopharm Stat 19:1085",
    ),
    "tipping_chi_squared": Method(
        "all possible outcomes of the missing, Pearson's χ² test",
        "Yan, Lee and Li 2009, J Biopharm Stat 19:1085",
    ),
    "multiple_imputation": Method(
        "multiple imputation of the components, Rubin's rules, Wald's interval",
        "Rubin 1987; Barnard and Rubin 1999, Biometrika 86:948",
    ),
    "standardised": Method(
        "risks standardised by a logistic model",
        "Robins 1986; Ge et al. 2011, Drug Inf J 45:481",
    ),
    "modified_poisson": Method("modified Poisson regression", "Zou 2004, Am J Epidemiol 159:702"),
    "logistic": Method("logistic regression", "Cox 1958, J R Stat Soc B 20:215"),
    "firth": Method(
        "Firth's logistic regression, profile interval",
        "Firth 1993; Heinze and Schemper 2002, Stat Med 21:2409",
    ),
    "fisher_walsh": Method(
        "Fisher's test, events added to the arm with fewer",
        "Walsh et al. 2014, J Clin Epidemiol 67:622",
    ),
    "fisher_smallest": Method(
        "Fisher's test, fewest changes of any kind", "Baer et al. 2021, J Clin Epidemiol 137:49"
    ),
    "logistic_random_site": Method(
        "logistic regression, a normal intercept of each site", "Agresti and Hartzel 2000"
    ),
    "bloom": Method(
        "only the treated arm has access, the offer alone changes nothing; delta method",
        "Bloom 1984, Eval Rev 8:225; Angrist, Imbens and Rubin 1996, J Am Stat Assoc 91:444",
    ),
    "trimming": Method(
        "only the treated arm has access; sharp bounds without sampling error",
        "Zhang and Rubin 2003, J Educ Behav Stat 28:353",
    ),
    "rerandomisation_exact": Method(
        "re-randomisation test over all assignments", "Fisher 1935; Rosenberger and Lachin 2016"
    ),
    "rerandomisation": Method(
        "re-randomisation test by draws", "Phipson and Smyth 2010; Rosenberger and Lachin 2016"
    ),
}
