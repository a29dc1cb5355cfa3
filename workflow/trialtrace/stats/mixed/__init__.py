"""Linear mixed models: correlated errors, random effects, their tests.

==============  ========================================================================
`mmrm`          means of visits with correlated errors, visits missing: REML, structures
`linear_mixed`  random effects of subjects or sites
`mixed_tests`   tests of both: Satterthwaite and Kenward-Roger degrees of freedom
`visit_design`  columns and contrasts of arms by visits, with covariates
==============  ========================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
