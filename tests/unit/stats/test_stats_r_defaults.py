"""`R_DEFAULTS` are what R takes: each function with them against R's own call with nothing said."""

import subprocess

import numpy as np
import pytest

import trialtrace.stats as ts
from trialtrace.stats._r_defaults import PerFunction
from trialtrace.stats.results import StatsError

SAP = ts.Conventions(**ts.R_DEFAULTS)
X = np.array([1.1, 2.2, 3.3, 9.5, 4.0, 5.6, 0.4, 7.2])
Y = np.array([0.1, 0.7, 1.9, 2.5, 2.3, 2.6, 3.1, 0.9])
ROUND_X, ROUND_Y = np.round(X), np.round(Y)
MANY = np.sin(np.arange(60) ** 2) + np.arange(60) / 100
E = np.array([1, 0, 1, 1, 1, 0, 1, 1])
ONE = np.ones(8)
G = np.array([0, 1, 0, 1, 1, 0, 1, 0])
ID = np.repeat(range(4), 4)
LONG = np.sin(np.arange(16) ** 2) + ID / 3
Z = np.cos(np.arange(16) * 2.0)
TABLE = [[12, 5], [4, 11]]
STRATA = ([9, 6], [20, 25], [2, 4], [21, 24])
R_DATA = f"""
suppressMessages({{library(survival); library(geepack); library(nlme); library(lme4)
library(metafor); library(cmprsk); library(rpact)}})
x <- c({", ".join(map(repr, X.tolist()))}); y <- c({", ".join(map(repr, Y.tolist()))})
changed <- matrix(c(9, 14, 5, 9), 2)
rx <- round(x); ry <- round(y); many <- sin((0:59)^2) + 0:59 / 100
e <- c(1, 0, 1, 1, 1, 0, 1, 1); g <- c(0, 1, 0, 1, 1, 0, 1, 0); id <- rep(0:3, each = 4)
long <- sin((0:15)^2) + id / 3; z <- cos((0:15) * 2)
d <- data.frame(long, z, id)
tab <- matrix(c(12, 4, 5, 11), 2)
strata <- array(c(9, 2, 11, 19, 6, 4, 19, 20), c(2, 2, 2))
shift <- function(...) {{ f <- suppressWarnings(wilcox.test(..., conf.int = TRUE)); f$conf.int }}
wilcox <- function(...) suppressWarnings(wilcox.test(...))$p.value
se <- function(f) sqrt(diag(vcov(f)))
bound <- function(type, ...) getDesignGroupSequential(
  informationRates = c(0.5, 1), alpha = 0.025, typeOfDesign = type, ...)$criticalValues
"""


def column(values):
    return np.column_stack([np.ones(len(values)), values])


def bounds(interval):
    return [interval.low, interval.high]


def boundary(name, **more):
    return lambda: list(getattr(SAP, name)([0.5, 1], alpha=0.025, **more).z)


def errors(fit):
    return list(np.sqrt(np.diag(fit.covariance)))


SIZE = {"null": 0, "alpha": 0.05, "power": 0.9, "ratio": 1}
WALD = {"working": "independence", "reference": "normal"}
ROWS = {"subject": ID, "visit": np.tile(range(4), 4)}
# The name of the function, the numbers with what R takes, and R's own with nothing said.
CASES = [
    ("mann_whitney", lambda: SAP.mann_whitney(X, Y).p_value, "wilcox(x, y)"),
    ("mann_whitney", lambda: SAP.mann_whitney(ROUND_X, ROUND_Y).p_value, "wilcox(rx, ry)"),
    ("mann_whitney", lambda: SAP.mann_whitney(MANY, Y).p_value, "wilcox(many, y)"),
    ("hodges_lehmann", lambda: bounds(SAP.hodges_lehmann(X, Y)), "shift(x, y)"),
    ("signed_rank", lambda: SAP.signed_rank(X - Y).p_value, "wilcox(x, y, paired = TRUE)"),
    ("signed_rank", lambda: SAP.signed_rank(ROUND_X - ROUND_Y).p_value, "wilcox(rx - ry)"),
    ("signed_rank", lambda: SAP.signed_rank(MANY).p_value, "wilcox(many)"),
    ("pseudomedian", lambda: bounds(SAP.pseudomedian(X - Y)), "shift(x - y)"),
    ("correlation", lambda: bounds(SAP.correlation(X, Y)), "cor.test(x, y)$conf.int"),
    ("correlation_test", lambda: SAP.correlation_test(X, Y).p_value, "cor.test(x, y)$p.value"),
    ("bounds", lambda: list(SAP.bounds(7, 20)), "prop.test(7, 20)$conf.int"),
    (
        "mean_difference_t",
        lambda: bounds(SAP.mean_difference_t(X, Y).interval),
        "t.test(x, y)$conf.int",
    ),
    ("chi_squared", lambda: SAP.chi_squared(12, 17, 4, 15).p_value, "chisq.test(tab)$p.value"),
    (
        "mcnemar",
        lambda: SAP.mcnemar(5, 14).p_value,
        "mcnemar.test(changed)$p.value",
    ),
    (
        "cochran_mantel_haenszel",
        lambda: SAP.cochran_mantel_haenszel(*STRATA).p_value,
        "mantelhaen.test(strata)$p.value",
    ),
    (
        "cochran_mantel_haenszel_z",
        lambda: SAP.cochran_mantel_haenszel_z(*STRATA).p_value,
        "mantelhaen.test(strata)$p.value",
    ),
    (
        "mantel_haenszel_risk_difference",
        lambda: SAP.mantel_haenszel_risk_difference(*STRATA).standard_error,
        'rma.mh(ai = c(9, 6), n1i = c(20, 25), ci = c(2, 4), n2i = c(21, 24), measure = "RD")$se',
    ),
    (
        "cochran_armitage",
        lambda: SAP.cochran_armitage([2, 5, 9], [20, 21, 22], [1, 2, 3]).p_value,
        "prop.trend.test(c(2, 5, 9), c(20, 21, 22))$p.value",
    ),
    ("ols", lambda: list(SAP.ols(X, column(Y)).se), "se(lm(x ~ y))"),
    (
        "ancova",
        lambda: SAP.ancova(X, G, covariates=Y, strata=None).se[2],
        "se(lm(x ~ g + y))[3]",
    ),
    (
        "poisson_rates",
        lambda: list(SAP.poisson_rates(ROUND_X, column(Y), exposure=ONE).se),
        "se(glm(rx ~ y, family = poisson))",
    ),
    (
        "gee",
        lambda: list(
            SAP.gee(LONG, column(Z), working="independence", reference="normal", **ROWS).se
        ),
        "coef(summary(geeglm(long ~ z, data = d, id = id)))[, 2]",
    ),
    (
        "linear_mixed",
        lambda: list(
            np.sqrt(np.diag(SAP.linear_mixed(LONG, column(Z), np.ones((16, 1)), ID).covariance))
        ),
        "sqrt(diag(as.matrix(vcov(lmer(long ~ z + (1 | id), d)))))",
    ),
    (
        "mmrm",
        lambda: list(
            np.sqrt(np.diag(SAP.mmrm(LONG, column(Z), structure="ar1", **ROWS).covariance))
        ),
        "se(gls(long ~ z, d, corAR1(form = ~ 1 | id)))",
    ),
    ("cox", lambda: SAP.cox(ROUND_X, E, G[:, None]).coef[0], "coef(coxph(Surv(rx, e) ~ g))"),
    (
        "cox_start_stop",
        lambda: SAP.cox_start_stop(None, ROUND_X, E, G[:, None], variance="model").coef[0],
        "coef(coxph(Surv(rx, e) ~ g))",
    ),
    (
        "kaplan_meier",
        lambda: bounds(SAP.kaplan_meier(X, E).at(4.5)),
        "with(summary(survfit(Surv(x, e) ~ 1), 4.5), c(lower, upper))",
    ),
    (
        "cumulative_incidence",
        lambda: SAP.cumulative_incidence(X, E, of=1).at(4.5).standard_error ** 2,
        "timepoints(cuminc(x, e), 4.5)$var",
    ),
    (
        "power_two_proportions",
        lambda: SAP.power_two_proportions(0.5, 0.75, 50, 50, null=0, alpha=0.05),
        "power.prop.test(50, 0.5, 0.75, strict = TRUE)$power",
    ),
    (
        "sample_size_two_proportions",
        lambda: SAP.sample_size_two_proportions(0.6, 0.4, null=0, alpha=0.05, power=0.9, ratio=1)[
            0
        ],
        "ceiling(power.prop.test(p1 = 0.6, p2 = 0.4, power = 0.9)$n)",
    ),
    (
        "repeated_contrast",
        lambda: (
            SAP.repeated_contrast(
                X[:, None], within=[1], cells=G, between={0: -1, 1: 1}
            ).interval.standard_error
        ),
        "se(lm(x ~ g))[2]",
    ),
    ("obrien_fleming", boundary("obrien_fleming"), 'bound("OF")'),
    ("pocock", boundary("pocock"), 'bound("P")'),
    ("wang_tsiatis", boundary("wang_tsiatis", delta=0.25), 'bound("WT", deltaWT = 0.25)'),
    (
        "spending_boundary",
        boundary("spending_boundary", spending="obrien_fleming", parameter=None),
        'bound("asOF")',
    ),
]
# Made of others here, or told by R's function itself: lm, gls, survfit.
OF_OTHERS = {"clustered", "conditional_mean_fits", "curves"}
# Defaults by name of R's function, where no number above depends on them.
FORMALS = {
    "confidence": ("t.test.default", "conf.level", "0.95"),
    "sides": ("t.test.default", "alternative", 'c("two.sided"'),
    "ties": ("coxph", "ties", 'c("efron"'),
    "family": ("geeglm", "family", "gaussian"),
}


@pytest.mark.r
def test_every_default_is_what_r_takes_unless_told():
    asked = "".join(f'cat({call}, "\\n");' for _, _, call in CASES)
    run = ["Rscript", "-e", R_DATA + "options(digits = 15);" + asked]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    for (name, ours, call), line in zip(CASES, said, strict=True):
        theirs = list(map(float, line.split()))
        assert np.ravel(ours()) == pytest.approx(theirs, rel=1e-6), (name, call)


@pytest.mark.r
def test_defaults_of_all_functions_are_those_of_r():
    asked = "".join(
        f'cat(deparse(formals(getAnywhere("{function}")$objs[[1]])${name})[1], "\\n");'
        for function, name, _ in FORMALS.values()
    )
    run = ["Rscript", "-e", R_DATA + asked]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    for line, (_, _, first) in zip(said, FORMALS.values(), strict=True):
        assert line.startswith(first)


def test_every_function_with_a_default_of_its_own_is_held_against_r():
    own = {
        name for value in ts.R_DEFAULTS.values() if isinstance(value, PerFunction) for name in value
    }
    assert own - OF_OTHERS == {name for name, *_ in CASES} - {"cox", "cox_start_stop"}


def test_a_keyword_of_one_function_goes_to_it_alone():
    sap = ts.Conventions(method=ts.PerFunction(signed_rank="exact", correlation="spearman"))
    found = sap.signed_rank([1, 2, 3, -4], sides="two_sided", zeros="pratt")
    assert found.p_value == 0.875
    with pytest.raises(TypeError, match="method"):
        sap.pseudomedian([1, 2, 3], confidence=0.9)
    with pytest.raises(StatsError, match="'mmrn'"):
        ts.PerFunction(mmrn="ML")
