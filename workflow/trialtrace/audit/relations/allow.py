"""By how much a number may lie beyond what others give: every constant with its source.

A contradiction that rests on one without a source is a question (`engine.judge`).
"""

from math import log

from trialtrace.audit.relations.engine import Allowance

EXACT_TESTS = Allowance(
    0.7,
    "Enumeration of two groups of 20 to 200 with 5 expected events or more, z of 1.2 to 4: z of "
    "Fisher's exact test and of the corrected χ² test is at least 0.73 times that of Wald's "
    "intervals.",
)
SLIGHTLY = Allowance(
    0.36,
    "The same enumeration: z of Fisher's exact test and of the corrected χ² test is at most 0.36 "
    "below Wald's of a log ratio.",
)
NEAR_ONE = Allowance(
    log(1.2), "The log ratios of the 3,000 simulated trials behind `ADJUSTED_TIMES`."
)
ADJUSTED_TIMES = Allowance(
    1.1,
    "3,000 simulated trials of 60 to 800 patients with two to four strata and a covariate, of a "
    "ratio between 1/1.2 and 1.2: z of the log-rank test and of Cox's model differ by up to 1.1 in "
    "95 of 100 where one alone is stratified or adjusted, else by up to 0.2.",
)
LINEAR_MODELS = Allowance(
    0.93,
    "The error of maximum likelihood is √((n − k)/n) times the residual one: 0.93 of 60 patients "
    "and 8 terms.",
)
COVARIATES = Allowance(
    2.58,
    "z of 0.01: covariates of randomised groups differ by more in one trial of a hundred; a test "
    "that adjusts has at least √(z² − d²) where they differ by d errors.",
)
ADJUSTED_MEANS = Allowance(
    0.5, "√(1 − r²) of covariates that correlate with the outcome by r = 0.87."
)
UNEVEN = Allowance(
    3.0,
    "Exact odds ratios of all pairs of groups of 8 to 120 patients: the longer side of an interval "
    "is at most 2.05 times the shorter one on the log scale.",
)
FEWER_OF_ONE = Allowance(1.2, "√(1/0.7): the interval of 70 % of the patients of a population.")
FEWER_OF_TWO = Allowance(1.1, "√(1/0.83): the interval of 83 % of the patients of a population.")
TESTS_OF_TIMES = Allowance(0.9)
STRATA = Allowance(1.0)
ADJUSTED_RATIO = Allowance(2.0)
HAZARD_EVENTS = Allowance(1.2)
SILENT = Allowance(0.05)
LARGEST_EFFECT = Allowance(3.0)
LARGEST_SPREAD = Allowance(4.0)
LEVEL, NOT_NEAR, FAR_BELOW, FARTHER_BELOW = 0.05, 0.1, 0.01, 0.001
"""The usual level, and p on either side of it that agree with no usual level."""
