# Written by `python docs/write.py`.
from trialtrace.stats.multiplicity.adjusted import benjamini_hochberg as benjamini_hochberg
from trialtrace.stats.multiplicity.adjusted import bonferroni as bonferroni
from trialtrace.stats.multiplicity.adjusted import hochberg as hochberg
from trialtrace.stats.multiplicity.adjusted import holm as holm
from trialtrace.stats.multiplicity.adjusted import hommel as hommel
from trialtrace.stats.multiplicity.adjusted import sidak as sidak
from trialtrace.stats.multiplicity.closed_testing import closed_three_arms as closed_three_arms
from trialtrace.stats.multiplicity.conditional_power import FutilityDesign as FutilityDesign
from trialtrace.stats.multiplicity.conditional_power import conditional_power as conditional_power
from trialtrace.stats.multiplicity.conditional_power import futility_boundary as futility_boundary
from trialtrace.stats.multiplicity.conditional_power import predictive_power as predictive_power
from trialtrace.stats.multiplicity.graphical import Graphical as Graphical
from trialtrace.stats.multiplicity.graphical import chain as chain
from trialtrace.stats.multiplicity.graphical import fixed_sequence as fixed_sequence
from trialtrace.stats.multiplicity.graphical import gatekeeping as gatekeeping
from trialtrace.stats.multiplicity.graphical import graphical as graphical
from trialtrace.stats.multiplicity.group_sequential import Boundary as Boundary
from trialtrace.stats.multiplicity.group_sequential import Crossing as Crossing
from trialtrace.stats.multiplicity.group_sequential import (
    crossing_probabilities as crossing_probabilities,
)
from trialtrace.stats.multiplicity.group_sequential import obrien_fleming as obrien_fleming
from trialtrace.stats.multiplicity.group_sequential import pocock as pocock
from trialtrace.stats.multiplicity.group_sequential import spending_boundary as spending_boundary
from trialtrace.stats.multiplicity.group_sequential import wang_tsiatis as wang_tsiatis
from trialtrace.stats.multiplicity.max_t import max_t as max_t
from trialtrace.stats.multiplicity.stopped_estimates import StoppingBias as StoppingBias
from trialtrace.stats.multiplicity.stopped_estimates import bias_adjusted as bias_adjusted
from trialtrace.stats.multiplicity.stopped_estimates import median_unbiased as median_unbiased
from trialtrace.stats.multiplicity.stopped_estimates import stage_wise_p as stage_wise_p
from trialtrace.stats.multiplicity.stopped_estimates import stopping_bias as stopping_bias
