"""Made-up papers with true numbers, errors planted into them, and what leaves a trace in print.

Nothing here uses the package's statistics: p-values and intervals come from scipy and from the
plain formulas, so that the papers are a second way to every number that the audit checks.
"""
