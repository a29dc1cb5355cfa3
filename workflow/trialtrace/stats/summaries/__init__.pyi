# Written by `python docs/write.py`.
from trialtrace.stats.summaries.count_bounds import intervals_of_tables as intervals_of_tables
from trialtrace.stats.summaries.count_tests import intervals_of_shares as intervals_of_shares
from trialtrace.stats.summaries.count_tests import p_values_of_counts as p_values_of_counts
from trialtrace.stats.summaries.count_tests import p_values_of_tables as p_values_of_tables
from trialtrace.stats.summaries.count_tests import printing_the_same as printing_the_same
from trialtrace.stats.summaries.count_tests import two_arm_intervals as two_arm_intervals
from trialtrace.stats.summaries.estimates import EstimateCheck as EstimateCheck
from trialtrace.stats.summaries.estimates import check_estimate as check_estimate
from trialtrace.stats.summaries.estimates import error_of_deviation as error_of_deviation
from trialtrace.stats.summaries.estimates import interval_of_error as interval_of_error
from trialtrace.stats.summaries.estimates import p_of_estimate as p_of_estimate
from trialtrace.stats.summaries.granularity import Debit as Debit
from trialtrace.stats.summaries.granularity import Grim as Grim
from trialtrace.stats.summaries.granularity import Grimmer as Grimmer
from trialtrace.stats.summaries.granularity import debit as debit
from trialtrace.stats.summaries.granularity import grim as grim
from trialtrace.stats.summaries.granularity import grimmer as grimmer
from trialtrace.stats.summaries.mean_statistics import deviation_of_groups as deviation_of_groups
from trialtrace.stats.summaries.mean_statistics import f_of_means as f_of_means
from trialtrace.stats.summaries.mean_statistics import t_of_means as t_of_means
from trialtrace.stats.summaries.mean_tests import t_test_p as t_test_p
from trialtrace.stats.summaries.percentages import count_ranges as count_ranges
from trialtrace.stats.summaries.percentages import counts_for_percentage as counts_for_percentage
from trialtrace.stats.summaries.percentages import possible_denominators as possible_denominators
from trialtrace.stats.summaries.printed import Bounds as Bounds
from trialtrace.stats.summaries.printed import Printed as Printed
from trialtrace.stats.summaries.printed import below as below
from trialtrace.stats.summaries.printed import read as read
from trialtrace.stats.summaries.printed import together as together
from trialtrace.stats.summaries.split_strata import p_values_of_splits as p_values_of_splits
from trialtrace.stats.summaries.split_strata import sizes_of_first as sizes_of_first
from trialtrace.stats.summaries.split_strata import splits as splits
from trialtrace.stats.summaries.split_strata import ways as ways
from trialtrace.stats.summaries.statistics import epsilons_of_f_and_p as epsilons_of_f_and_p
from trialtrace.stats.summaries.statistics import p_of_chi_squared as p_of_chi_squared
from trialtrace.stats.summaries.statistics import p_of_correlation as p_of_correlation
from trialtrace.stats.summaries.statistics import p_of_f as p_of_f
from trialtrace.stats.summaries.statistics import p_of_t as p_of_t
from trialtrace.stats.summaries.statistics import p_of_z as p_of_z
from trialtrace.stats.summaries.statistics import (
    partial_eta_squared_of_f as partial_eta_squared_of_f,
)
