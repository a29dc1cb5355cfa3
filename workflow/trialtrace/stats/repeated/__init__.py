"""Analysis of variance of repeated measures, by values or by ranks.

===============  ==================================================================
`anova`          analysis of variance of repeated measures, one or several arms
`anova_general`  the same with any factors within and between, types II and III
`contrasts`      planned contrasts within and between, with their own error term
`covariances`    Box's M test that groups have one covariance matrix
`sphericity`     epsilons and Mauchly's test from one error matrix
`eta`            partial and generalised eta squared
`friedman`       Friedman's test: ranks within subjects, exact or asymptotic
`ordinal_ranks`  ordinal repeated measures: relative effects, ANOVA-type statistics
===============  ==================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
