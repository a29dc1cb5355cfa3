# Written by `python docs/write.py`.
from trialtrace.stats.survival.competing_risks import CumulativeIncidence as CumulativeIncidence
from trialtrace.stats.survival.competing_risks import cumulative_incidence as cumulative_incidence
from trialtrace.stats.survival.competing_risks import (
    cumulative_incidence_difference as cumulative_incidence_difference,
)
from trialtrace.stats.survival.cox import CoxFit as CoxFit
from trialtrace.stats.survival.cox import cox as cox
from trialtrace.stats.survival.cox import hazard_ratio_test as hazard_ratio_test
from trialtrace.stats.survival.cox_start_stop import StartStop as StartStop
from trialtrace.stats.survival.cox_start_stop import cox_start_stop as cox_start_stop
from trialtrace.stats.survival.fine_gray import fine_gray as fine_gray
from trialtrace.stats.survival.gray import gray_test as gray_test
from trialtrace.stats.survival.group_cox import GroupCox as GroupCox
from trialtrace.stats.survival.group_cox import cox_groups as cox_groups
from trialtrace.stats.survival.interval_censored import Turnbull as Turnbull
from trialtrace.stats.survival.interval_censored import interval_log_rank as interval_log_rank
from trialtrace.stats.survival.interval_censored import turnbull as turnbull
from trialtrace.stats.survival.kaplan_meier import KaplanMeier as KaplanMeier
from trialtrace.stats.survival.kaplan_meier import kaplan_meier as kaplan_meier
from trialtrace.stats.survival.kaplan_meier import log_rank as log_rank
from trialtrace.stats.survival.person_time import garwood_rate as garwood_rate
from trialtrace.stats.survival.person_time import rate_difference as rate_difference
from trialtrace.stats.survival.person_time import rate_ratio as rate_ratio
from trialtrace.stats.survival.proportional_hazards import (
    ProportionalHazards as ProportionalHazards,
)
from trialtrace.stats.survival.proportional_hazards import (
    proportional_hazards_test as proportional_hazards_test,
)
from trialtrace.stats.survival.recurrent import MeanCumulative as MeanCumulative
from trialtrace.stats.survival.recurrent import mean_cumulative as mean_cumulative
from trialtrace.stats.survival.recurrent import (
    mean_cumulative_difference as mean_cumulative_difference,
)
from trialtrace.stats.survival.recurrent import mean_cumulative_ratio as mean_cumulative_ratio
from trialtrace.stats.survival.risk_sets import Curves as Curves
from trialtrace.stats.survival.risk_sets import LogRankSums as LogRankSums
from trialtrace.stats.survival.risk_sets import RiskSets as RiskSets
from trialtrace.stats.survival.risk_sets import curves as curves
from trialtrace.stats.survival.risk_sets import log_rank_sums as log_rank_sums
from trialtrace.stats.survival.risk_sets import risk_sets as risk_sets
from trialtrace.stats.survival.rmst import RestrictedMean as RestrictedMean
from trialtrace.stats.survival.rmst import restricted_mean as restricted_mean
from trialtrace.stats.survival.rmst import restricted_mean_difference as restricted_mean_difference
from trialtrace.stats.survival.rmst import restricted_mean_ratio as restricted_mean_ratio
from trialtrace.stats.survival.signed_log_rank import signed_at_risk as signed_at_risk
from trialtrace.stats.survival.signed_log_rank import signed_log_rank as signed_log_rank
from trialtrace.stats.survival.survival_at import survival_difference as survival_difference
from trialtrace.stats.survival.survival_at import survival_ratio as survival_ratio
from trialtrace.stats.survival.weighted_log_rank import WeightedSums as WeightedSums
from trialtrace.stats.survival.weighted_log_rank import at_risk_log_rank as at_risk_log_rank
from trialtrace.stats.survival.weighted_log_rank import weighted_log_rank as weighted_log_rank
from trialtrace.stats.survival.weighted_log_rank import (
    weighted_sums_of_groups as weighted_sums_of_groups,
)
