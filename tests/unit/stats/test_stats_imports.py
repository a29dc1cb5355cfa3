"""The package stands apart from the libraries that check its numbers."""

import subprocess
import sys

FORBIDDEN = ("pandas", "statsmodels", "pingouin", "lifelines", "scipy.stats", "scipy.optimize")
CODE = """
import sys
from trialtrace.stats.survival import (
    competing_risks, cox, cox_start_stop, gray, interval_censored, proportional_hazards, rmst,
    kaplan_meier as survival, weighted_log_rank
)
from trialtrace.stats.categorical import (
    contingency, two_by_two_tests, r_by_c_tests, score_ratio, trend, unconditional, proportions
)
from trialtrace.stats.stratified import (
    exact as exact_stratified, generalised_cmh, mantel_haenszel as stratified
)
from trialtrace.stats.continuous import means, ranks
from trialtrace.stats.multiplicity import adjusted as multiplicity
from trialtrace.stats.repeated import (
    ordinal_ranks, anova as repeated, contrasts as repeated_contrasts
)
from trialtrace.stats.multiplicity import (
    closed_testing, graphical, group_sequential, stopped_estimates
)
from trialtrace.stats.regression import (
    ancova, logistic, ordinal, ordinal_mixed, poisson, standardisation
)
from trialtrace.stats.continuous import hodges_lehmann, win_ratio
from trialtrace.stats.summaries import (
    count_tests, estimates, granularity, mean_tests, percentages, statistics
)
two_by_two_tests.fisher_exact(3, 9, 5, 8, sides="two_sided")
repeated.rm_anova([[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5]])
print(*sys.modules)
"""


def test_no_second_path_to_the_same_numbers():
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert not set(FORBIDDEN) & set(run.stdout.split())
