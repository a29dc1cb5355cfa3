"""Estimates and tests as pure functions of numpy arrays: no trial, file or configuration.

======================  ==========================================================================
`proportions`           one proportion: Wald, Wilson, Agresti-Coull, Jeffreys, Clopper-Pearson
`binomial`              one proportion against a threshold, and its one-sided upper bound
`contingency`           a 2x2 table: risk difference, ratio, odds ratio, NNT, Fisher, chi-squared
`score`                 risk difference: Miettinen-Nurminen interval, test at a margin
`score_ratio`           risk ratio: Miettinen-Nurminen and Koopman interval, test at a margin
`unconditional`         unconditional exact tests of two risks: Barnard, Boschloo
`fragility`             a 2x2 result: how few other outcomes would turn its decision
`exact_tables`          r x c tables: exact test of Fisher, Freeman and Halton, chi-squared
`stratified`            several 2x2 tables: Cochran-Mantel-Haenszel, pooled estimates, Breslow-Day
`exact_stratified`      the same exactly, one stratum or several: test, mid-p, common odds ratio
`interaction`           effects that differ between strata: Zelen's test, likelihood ratios
`generalised_cmh`       r x c tables in strata: general association, row mean scores, correlation
`trend`                 a binary outcome over ordered groups: Cochran-Armitage
`ranks`                 two samples: Mann-Whitney, probability of superiority
`hodges_lehmann`        shift of two samples, Hodges-Lehmann
`signed_rank`           differences within pairs: exact signed rank test, median with interval
`association`           correlation of two measurements: Pearson, Spearman
`win_ratio`             a hierarchy of outcomes: win ratio, net benefit, win odds
`means`                 summaries, t intervals and t tests
`group_means`           t tests, covariance and ranks of groups in many subsets at once
`ancova`                means of arms adjusted for covariates and strata
`coefficients`          contrasts and Wald tests of the coefficients of any regression
`logistic`              log odds ratios, separation detected, Firth's estimates
`poisson`               risk ratios by modified Poisson regression
`complier`              the effect in those who take the treatment, and its bounds
`standardisation`       g-computation: standardised risks and means, difference and ratio
`ordinal`               proportional odds and the check of its assumption
`ordinal_mixed`         repeated ordinal outcomes: cumulative logit, random intercept
`repeated`              analysis of variance of repeated measures, one or several arms
`repeated_general`      the same with any factors within and between, types II and III
`repeated_contrasts`    planned contrasts within and between, with their own error term
`repeated_batch`        the analysis of variance for many data sets at once
`sphericity`            epsilons and Mauchly's test from one error matrix
`eta`                   partial and generalised eta squared
`ordinal_ranks`         ordinal repeated measures: relative effects, ANOVA-type statistics
`survival`              Kaplan-Meier, log-rank
`risk_sets`             log-rank tests and Kaplan-Meier curves of groups in many subsets at once
`group_cox`             Cox models of groups in many subsets at once
`weighted_log_rank`     log-rank tests with weights over time, and for a trend
`rmst`                  restricted mean survival time, difference and ratio
`competing_risks`       cumulative incidence and the difference of two arms at a time
`gray`                  Gray's test of equal cumulative incidence
`interval_censored`     events seen at visits: Turnbull's estimate, log-rank tests
`cox`                   proportional hazards regression
`cox_start_stop`        the same with late entry, several events, robust variance
`proportional_hazards`  test of proportional hazards by Schoenfeld residuals
`mmrm`                  means of visits with correlated errors, visits missing: REML, structures
`linear_mixed`          random effects of subjects or sites
`mixed_tests`           tests of both: Satterthwaite and Kenward-Roger degrees of freedom
`visit_design`          columns and contrasts of arms by visits, with covariates
`gee`                   generalised estimating equations, small-sample sandwiches
`resampling`            re-randomisation tests, exact sums over an arm, bootstrap intervals
`missing`               multiple imputation, reference-based, tipping points, bounds, LOCF
`multiplicity`          adjusted p-values: Holm, Hochberg, Hommel, Benjamini-Hochberg
`closed_testing`        closed test of three arms and their pairs
`graphical`             graphs of levels that pass on: fixed sequence, any other
`group_sequential`      boundaries of interim looks: Pocock, O'Brien-Fleming, spending functions
`stopped_estimates`     estimates of trials that stopped early, bias of the plain ones
`summaries`             what printed numbers allow where there are no data
======================  ==========================================================================

Three rules hold in all of them. What a library might choose silently (sides, ties, continuity
correction, confidence level, variance) is a keyword without a default. Input for which a method
has no answer raises `StatsError` with a sentence for people, or, where only the interval or only
one quantity is undefined, gives NaN as the docstring says. Nothing here imports the libraries
that re-compute these numbers elsewhere in the package (scipy.stats, statsmodels, pingouin), so
that the two paths stay independent; of scipy only special functions, linear algebra and, inside
the functions that need them, numerical optimisers are used, which also keeps the import short.
"""

from trialtrace.stats.results import Interval, StatsError, TestResult

__all__ = ["Interval", "StatsError", "TestResult"]
