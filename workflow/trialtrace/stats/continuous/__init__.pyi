# Written by `python docs/write.py`.
from trialtrace.stats.continuous.arm_contrasts import arm_contrasts as arm_contrasts
from trialtrace.stats.continuous.arm_contrasts import dunnett as dunnett
from trialtrace.stats.continuous.arm_contrasts import trend_coefficients as trend_coefficients
from trialtrace.stats.continuous.arm_contrasts import tukey as tukey
from trialtrace.stats.continuous.association import correlation as correlation
from trialtrace.stats.continuous.association import correlation_test as correlation_test
from trialtrace.stats.continuous.crossover import crossover_effect as crossover_effect
from trialtrace.stats.continuous.crossover import crossover_t as crossover_t
from trialtrace.stats.continuous.crossover import mainland_gart as mainland_gart
from trialtrace.stats.continuous.crossover import prescott as prescott
from trialtrace.stats.continuous.effect_sizes import cohens_d as cohens_d
from trialtrace.stats.continuous.group_means import Differences as Differences
from trialtrace.stats.continuous.group_means import GroupMoments as GroupMoments
from trialtrace.stats.continuous.group_means import adjusted_differences as adjusted_differences
from trialtrace.stats.continuous.group_means import group_moments as group_moments
from trialtrace.stats.continuous.group_means import mann_whitney_p as mann_whitney_p
from trialtrace.stats.continuous.group_means import mean_differences as mean_differences
from trialtrace.stats.continuous.hodges_lehmann import hodges_lehmann as hodges_lehmann
from trialtrace.stats.continuous.means import Summary as Summary
from trialtrace.stats.continuous.means import describe as describe
from trialtrace.stats.continuous.means import equivalence_t as equivalence_t
from trialtrace.stats.continuous.means import mean_difference_student as mean_difference_student
from trialtrace.stats.continuous.means import mean_difference_t as mean_difference_t
from trialtrace.stats.continuous.means import mean_difference_welch as mean_difference_welch
from trialtrace.stats.continuous.means import mean_interval as mean_interval
from trialtrace.stats.continuous.means import paired_t as paired_t
from trialtrace.stats.continuous.means import student_t as student_t
from trialtrace.stats.continuous.means import welch_t as welch_t
from trialtrace.stats.continuous.ranks import mann_whitney as mann_whitney
from trialtrace.stats.continuous.ranks import mann_whitney_exact as mann_whitney_exact
from trialtrace.stats.continuous.ranks import (
    probability_of_superiority as probability_of_superiority,
)
from trialtrace.stats.continuous.ranks import rank_sum_tests as rank_sum_tests
from trialtrace.stats.continuous.ratios import fold_change as fold_change
from trialtrace.stats.continuous.signed_rank import pseudomedian as pseudomedian
from trialtrace.stats.continuous.signed_rank import signed_rank as signed_rank
from trialtrace.stats.continuous.win_ratio import Measured as Measured
from trialtrace.stats.continuous.win_ratio import TimeToEvent as TimeToEvent
from trialtrace.stats.continuous.win_ratio import WinStatistics as WinStatistics
from trialtrace.stats.continuous.win_ratio import win_statistics as win_statistics
