"""Events compared over strata by score statistics: run as the other methods over strata."""

from trialtrace.run.methods.stratified.analyse import estimate, test

METHODS = {"risk_difference": estimate, "risk_ratio": estimate, "p_value": test}
