"""What is held against R: a script of R, its output in expected/, and our numbers of its cases."""

import recompute  # noqa: F401
import recompute_coefficients  # noqa: F401
import recompute_contingency  # noqa: F401
import recompute_correlated  # noqa: F401
import recompute_hazards  # noqa: F401
import recompute_least_squares_means  # noqa: F401
import recompute_missing  # noqa: F401
import recompute_models  # noqa: F401
import recompute_multiplicity  # noqa: F401
import recompute_planning  # noqa: F401
import recompute_repeated  # noqa: F401
import recompute_resampling  # noqa: F401
import recompute_samples  # noqa: F401
import recompute_summaries  # noqa: F401
import recompute_time_to_event  # noqa: F401
from oracle_tables import SUBJECTS

__all__ = ["SUBJECTS"]
