"""Planning a trial: power, sample size, and the precision of the interval to expect.

Three names in each subject: `power_…` of given sizes, `sample_size_…` for a wanted power, and
`precision_…`, the width to expect of the confidence interval. Arguments may be arrays, which
broadcast; sizes are of an arm unless said otherwise, and whole numbers that suffice. `alpha` is the
level of the whole test, two-sided or one-sided as `sides` says; both tails count at two sides.

=============  ========================================================================
`means`        two means, pairs, equivalence; factors of baselines and of repeated visits
`proportions`  two proportions by chi-squared or with a margin, exact power of Fisher's test
`events`       log-rank test: events by Schoenfeld or Freedman, patients by accrual
`ranks`        Mann-Whitney test by Noether's formula
`clusters`     design effect of clusters, and how many there must be
=============  ========================================================================
"""

from typing import TYPE_CHECKING

from trialtrace.stats._lazy import attach

if TYPE_CHECKING:  # Written by `python -m trialtrace.stats.offers`.
    from trialtrace.stats.design.clusters import design_effect as design_effect
    from trialtrace.stats.design.clusters import sample_size_clusters as sample_size_clusters
    from trialtrace.stats.design.events import event_probability as event_probability
    from trialtrace.stats.design.events import patients_for_events as patients_for_events
    from trialtrace.stats.design.events import power_log_rank as power_log_rank
    from trialtrace.stats.design.events import precision_log_rank as precision_log_rank
    from trialtrace.stats.design.events import sample_size_log_rank as sample_size_log_rank
    from trialtrace.stats.design.means import power_equivalence_means as power_equivalence_means
    from trialtrace.stats.design.means import power_paired_means as power_paired_means
    from trialtrace.stats.design.means import power_two_means as power_two_means
    from trialtrace.stats.design.means import precision_paired_means as precision_paired_means
    from trialtrace.stats.design.means import precision_two_means as precision_two_means
    from trialtrace.stats.design.means import (
        sample_size_equivalence_means as sample_size_equivalence_means,
    )
    from trialtrace.stats.design.means import sample_size_paired_means as sample_size_paired_means
    from trialtrace.stats.design.means import sample_size_two_means as sample_size_two_means
    from trialtrace.stats.design.means import variance_factor as variance_factor
    from trialtrace.stats.design.proportions import power_fisher as power_fisher
    from trialtrace.stats.design.proportions import power_two_proportions as power_two_proportions
    from trialtrace.stats.design.proportions import (
        precision_two_proportions as precision_two_proportions,
    )
    from trialtrace.stats.design.proportions import (
        sample_size_two_proportions as sample_size_two_proportions,
    )
    from trialtrace.stats.design.ranks import power_mann_whitney as power_mann_whitney
    from trialtrace.stats.design.ranks import precision_mann_whitney as precision_mann_whitney
    from trialtrace.stats.design.ranks import sample_size_mann_whitney as sample_size_mann_whitney

attach(__name__)
