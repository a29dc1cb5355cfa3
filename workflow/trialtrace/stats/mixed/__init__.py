"""Linear mixed models: correlated errors, random effects, their tests.

==============  ========================================================================
`mmrm`          means of visits with correlated errors, visits missing: REML, structures
`linear_mixed`  random effects of subjects or sites
`mixed_tests`   tests of both: Satterthwaite and Kenward-Roger degrees of freedom
`visit_design`  columns and contrasts of arms by visits, with covariates
==============  ========================================================================
"""

from typing import TYPE_CHECKING

from trialtrace.stats._lazy import attach

if TYPE_CHECKING:  # Written by `python -m trialtrace.stats.offers`.
    from trialtrace.stats.mixed.linear_mixed import LinearMixedFit as LinearMixedFit
    from trialtrace.stats.mixed.linear_mixed import linear_mixed as linear_mixed
    from trialtrace.stats.mixed.mixed_tests import MixedFit as MixedFit
    from trialtrace.stats.mixed.mixed_tests import contrast as contrast
    from trialtrace.stats.mixed.mixed_tests import f_test as f_test
    from trialtrace.stats.mixed.mmrm import MmrmFit as MmrmFit
    from trialtrace.stats.mixed.mmrm import mmrm as mmrm
    from trialtrace.stats.mixed.visit_design import VisitDesign as VisitDesign
    from trialtrace.stats.mixed.visit_design import difference_row as difference_row
    from trialtrace.stats.mixed.visit_design import interaction_rows as interaction_rows
    from trialtrace.stats.mixed.visit_design import mean_row as mean_row
    from trialtrace.stats.mixed.visit_design import visit_design as visit_design

attach(__name__)
