"""The package stands apart from the libraries that check its numbers."""

import subprocess
import sys

FORBIDDEN = ("pandas", "statsmodels", "pingouin", "lifelines", "scipy.stats", "scipy.optimize")

CODE = """
import sys
from trialtrace.stats import (
    competing_risks, contingency, cox, cox_start_stop, exact_stratified, exact_tables,
    generalised_cmh, gray, interval_censored, means, score_ratio, trend, unconditional,
    multiplicity, ordinal_ranks, proportional_hazards, proportions, ranks,
    repeated, repeated_batch, repeated_contrasts, rmst, stratified, survival, weighted_log_rank
)
from trialtrace.stats import closed_testing, graphical, group_sequential, stopped_estimates
from trialtrace.stats import (
    ancova, hodges_lehmann, logistic, ordinal, ordinal_mixed, poisson, standardisation, win_ratio
)
from trialtrace.stats.summaries import (
    count_tests, estimates, granularity, mean_tests, percentages, statistics
)
contingency.fisher_exact(3, 9, 5, 8, sides="two_sided")
repeated.rm_anova([[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5]])
print(*sys.modules)
"""


def test_no_second_path_to_the_same_numbers():
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert not set(FORBIDDEN) & set(run.stdout.split())
