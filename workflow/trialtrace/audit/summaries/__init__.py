"""What printed summaries allow when there are no data: ranges of p, counts, impossible numbers.

A printed number is not one value but a range: 54.2, rounded half up, stands for 54.15 <= x < 54.25.
Every function here takes numbers as they were printed (`printed.read`) and returns everything that
prints the same, so that "inconsistent" means that no unrounded value would do.

=================  ================================================================================
`printed`          printed numbers and the exact range that each stands for, by rounding mode
`mean_tests`       t and Welch p from sizes, means and standard deviations
`mean_statistics`  t and F from sizes, means and standard deviations
`statistics`       p from a printed t, z, chi-squared or F; the epsilons that F and p allow; effects
`count_tests`      p-values and intervals of printed counts by every method; which print the same
`split_strata`     stratified tests over every split of printed counts over two strata
`count_bounds`     the same intervals of very many 2x2 tables at once, for searches
`percentages`      counts behind a percentage
`estimates`        estimate, interval, standard error and p-value against each other
`granularity`      GRIM and GRIMMER, each with the share of numbers that pass by luck
=================  ================================================================================
"""
