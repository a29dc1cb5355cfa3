"""Regression models and what is standardised by them.

=====================  ======================================================================
`ancova`               means of arms adjusted for covariates and strata
`coefficients`         contrasts and Wald tests of the coefficients of any regression
`least_squares_means`  means of arms, by level, differences and interaction of any model
`logistic`             log odds ratios, separation detected, Firth's estimates
`poisson`              risk ratios by modified Poisson regression
`counts`               rate ratios of counts over an exposure: Poisson, negative binomial
`standardisation`      g-computation: standardised risks and means, difference and ratio
`ordinal`              proportional odds and the check of its assumption
`ordinal_mixed`        repeated ordinal outcomes: cumulative logit, random intercept
`ordinal_gee`          repeated ordinal outcomes: cumulative logit of the population
`clusters`             subjects in clusters: cluster-robust errors, clusters' means, likeness
`gee`                  generalised estimating equations, small-sample sandwiches
=====================  ======================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
