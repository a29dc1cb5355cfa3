"""Times to an event: curves, log-rank tests, Cox models, competing risks.

======================  ========================================================================
`kaplan_meier`          Kaplan-Meier, log-rank
`risk_sets`             log-rank tests and Kaplan-Meier curves of groups in many subsets at once
`weighted_log_rank`     log-rank tests with weights over time, and for a trend
`signed_log_rank`       one-sided log-rank tests of two arms, weighted or not
`survival_at`           survival of two arms at one time, difference and ratio
`rmst`                  restricted mean survival time, difference and ratio
`competing_risks`       cumulative incidence and the difference of two arms at a time
`gray`                  Gray's test of equal cumulative incidence
`fine_gray`             regression of a cumulative incidence on covariates
`interval_censored`     events seen at visits: Turnbull's estimate, log-rank tests
`cox`                   proportional hazards regression
`cox_start_stop`        the same with late entry, several events, robust variance
`recurrent`             several events a patient: mean number by a time
`person_time`           rates per person-time, their differences and ratios
`proportional_hazards`  test of proportional hazards by Schoenfeld residuals
======================  ========================================================================
"""

from trialtrace.stats._lazy import attach

attach(__name__)
