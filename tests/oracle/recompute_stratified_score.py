"""Our side of the oracle: score intervals over strata, and Mee's of one table."""

from itertools import product

from oracle_tables import SIDES, Numbers, cases, ends, subject, tested_by

from trialtrace.stats.categorical.contingency import odds_ratio_wald_test
from trialtrace.stats.categorical.score import risk_difference_score
from trialtrace.stats.stratified import score

LEVELS = (0.95, 0.8)
MEE = {"variance": "farrington_manning"}
COUNTS = ("x1", "n1", "x0", "n0")


@subject("stratified_score")
def stratified_score() -> Numbers:
    for case, columns in cases("strata.csv"):
        table = [columns[key] for key in COUNTS]
        if not ((table[1] > 0) & (table[3] > 0)).any():
            continue
        for weight, variance, level in product(score.DIFFERENCE_WEIGHTS, score.VARIANCES, LEVELS):
            choices = {"weights": weight, "variance": variance, "confidence": level}
            found = score.stratified_risk_difference_score(*table, **choices)
            yield from ends(case, f"difference.{weight}.{variance}.{level}", found)
            yield case, f"difference.{weight}.{variance}.{level}.p_value", found.p_value
        for level in LEVELS:
            found = score.stratified_risk_difference_newcombe(*table, confidence=level)
            yield from ends(case, f"newcombe.{level}", found)
    for case, columns in cases("two_by_two.csv"):
        table = [float(columns[key][0]) for key in COUNTS]
        for margin, sides in product((1, 0.8, 1.5), SIDES):
            choices = {"margin": margin, "sides": sides}
            name = f"odds.{margin}.{sides}"
            yield from tested_by(case, name, odds_ratio_wald_test, *table, **choices)
        for level in (0.95, 0.9):
            found = risk_difference_score(*table, confidence=level, **MEE)
            yield from ends(case, f"mee@{level}", found)
