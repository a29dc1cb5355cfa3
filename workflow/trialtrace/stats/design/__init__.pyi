# Written by `python docs/write.py`.
from trialtrace.stats.design.clusters import design_effect as design_effect
from trialtrace.stats.design.clusters import sample_size_clusters as sample_size_clusters
from trialtrace.stats.design.detectable import detectable_hazard_ratio as detectable_hazard_ratio
from trialtrace.stats.design.detectable import detectable_in_patients as detectable_in_patients
from trialtrace.stats.design.detectable import detectable_paired_means as detectable_paired_means
from trialtrace.stats.design.detectable import detectable_superiority as detectable_superiority
from trialtrace.stats.design.detectable import detectable_two_means as detectable_two_means
from trialtrace.stats.design.detectable import (
    detectable_two_proportions as detectable_two_proportions,
)
from trialtrace.stats.design.events import event_probability as event_probability
from trialtrace.stats.design.events import patients_for_events as patients_for_events
from trialtrace.stats.design.events import power_log_rank as power_log_rank
from trialtrace.stats.design.events import precision_log_rank as precision_log_rank
from trialtrace.stats.design.events import sample_size_log_rank as sample_size_log_rank
from trialtrace.stats.design.means import power_paired_means as power_paired_means
from trialtrace.stats.design.means import power_two_means as power_two_means
from trialtrace.stats.design.means import precision_paired_means as precision_paired_means
from trialtrace.stats.design.means import precision_two_means as precision_two_means
from trialtrace.stats.design.means import sample_size_paired_means as sample_size_paired_means
from trialtrace.stats.design.means import sample_size_two_means as sample_size_two_means
from trialtrace.stats.design.means import variance_factor as variance_factor
from trialtrace.stats.design.performance import Measured as Measured
from trialtrace.stats.design.performance import mean_measured as mean_measured
from trialtrace.stats.design.performance import model_error_measured as model_error_measured
from trialtrace.stats.design.performance import share_measured as share_measured
from trialtrace.stats.design.performance import spread_measured as spread_measured
from trialtrace.stats.design.proportions import power_fisher as power_fisher
from trialtrace.stats.design.proportions import power_two_proportions as power_two_proportions
from trialtrace.stats.design.proportions import (
    sample_size_two_proportions as sample_size_two_proportions,
)
from trialtrace.stats.design.ranks import power_mann_whitney as power_mann_whitney
from trialtrace.stats.design.ranks import precision_mann_whitney as precision_mann_whitney
from trialtrace.stats.design.ranks import sample_size_mann_whitney as sample_size_mann_whitney
from trialtrace.stats.design.several import power_several_means as power_several_means
from trialtrace.stats.design.several import power_several_proportions as power_several_proportions
from trialtrace.stats.design.several import sample_size_several_means as sample_size_several_means
from trialtrace.stats.design.several import (
    sample_size_several_proportions as sample_size_several_proportions,
)
from trialtrace.stats.design.widths import width_one_proportion as width_one_proportion
from trialtrace.stats.design.widths import width_two_proportions as width_two_proportions
