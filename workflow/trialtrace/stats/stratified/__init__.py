"""Tables in several strata: pooled effects, exact tests, interactions.

===================  ==========================================================================
`mantel_haenszel`    several 2x2 tables: Cochran-Mantel-Haenszel, pooled estimates, Breslow-Day
`score`              common differences of risks by their score, Newcombe's over strata
`exact`              the same exactly, one stratum or several: test, mid-p, common odds ratio
`interaction`        effects that differ between strata: likelihood ratios
`generalised_cmh`    r x c tables in strata: general association, row mean scores, correlation
`exact_association`  events by several arms in strata: general association exactly
===================  ==========================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
