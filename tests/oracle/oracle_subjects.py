"""What is held against R: a script of R, its output in expected/, and our numbers of its cases."""

import recompute  # noqa: F401
import recompute_arms  # noqa: F401
import recompute_coefficients  # noqa: F401
import recompute_conditional_mean  # noqa: F401
import recompute_contingency  # noqa: F401
import recompute_correlated  # noqa: F401
import recompute_counts  # noqa: F401
import recompute_crossover  # noqa: F401
import recompute_hazards  # noqa: F401
import recompute_imputed_means  # noqa: F401
import recompute_interaction  # noqa: F401
import recompute_interim  # noqa: F401
import recompute_large_samples  # noqa: F401
import recompute_least_squares_means  # noqa: F401
import recompute_missing  # noqa: F401
import recompute_models  # noqa: F401
import recompute_multiplicity  # noqa: F401
import recompute_one_sided  # noqa: F401
import recompute_paired_events  # noqa: F401
import recompute_pairs  # noqa: F401
import recompute_planning  # noqa: F401
import recompute_rates  # noqa: F401
import recompute_repeated  # noqa: F401
import recompute_resampling  # noqa: F401
import recompute_stopped  # noqa: F401
import recompute_stratified_score  # noqa: F401
import recompute_summaries  # noqa: F401
import recompute_tied_times  # noqa: F401
import recompute_time_to_event  # noqa: F401
from oracle_tables import SUBJECTS

__all__ = ["SUBJECTS"]
