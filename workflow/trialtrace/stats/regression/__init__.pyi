# Written by `python docs/write.py`.
from trialtrace.stats.regression.ancova import AncovaFit as AncovaFit
from trialtrace.stats.regression.ancova import ancova as ancova
from trialtrace.stats.regression.ancova import arm_difference as arm_difference
from trialtrace.stats.regression.ancova import arm_row as arm_row
from trialtrace.stats.regression.ancova import ols as ols
from trialtrace.stats.regression.clusters import (
    cluster_means_difference as cluster_means_difference,
)
from trialtrace.stats.regression.clusters import clustered as clustered
from trialtrace.stats.regression.clusters import design_effect_of_sizes as design_effect_of_sizes
from trialtrace.stats.regression.clusters import (
    intracluster_correlation as intracluster_correlation,
)
from trialtrace.stats.regression.coefficients import contrast as contrast
from trialtrace.stats.regression.coefficients import wald_test as wald_test
from trialtrace.stats.regression.counts import NegativeBinomial as NegativeBinomial
from trialtrace.stats.regression.counts import PoissonFit as PoissonFit
from trialtrace.stats.regression.counts import negative_binomial as negative_binomial
from trialtrace.stats.regression.counts import poisson_rates as poisson_rates
from trialtrace.stats.regression.gee import GeeFit as GeeFit
from trialtrace.stats.regression.gee import gee as gee
from trialtrace.stats.regression.least_squares_means import ArmDesign as ArmDesign
from trialtrace.stats.regression.least_squares_means import arm_design as arm_design
from trialtrace.stats.regression.least_squares_means import interaction_test as interaction_test
from trialtrace.stats.regression.least_squares_means import (
    least_squares_differences as least_squares_differences,
)
from trialtrace.stats.regression.least_squares_means import (
    least_squares_means as least_squares_means,
)
from trialtrace.stats.regression.least_squares_means import (
    least_squares_pairs as least_squares_pairs,
)
from trialtrace.stats.regression.logistic import FirthFit as FirthFit
from trialtrace.stats.regression.logistic import LogisticFit as LogisticFit
from trialtrace.stats.regression.logistic import firth as firth
from trialtrace.stats.regression.logistic import logistic as logistic
from trialtrace.stats.regression.logistic import separation as separation
from trialtrace.stats.regression.ordinal import BrantTest as BrantTest
from trialtrace.stats.regression.ordinal import ProportionalOddsFit as ProportionalOddsFit
from trialtrace.stats.regression.ordinal import brant_test as brant_test
from trialtrace.stats.regression.ordinal import proportional_odds as proportional_odds
from trialtrace.stats.regression.ordinal_gee import OrdinalGeeFit as OrdinalGeeFit
from trialtrace.stats.regression.ordinal_gee import ordinal_gee as ordinal_gee
from trialtrace.stats.regression.ordinal_mixed import OrdinalMixedFit as OrdinalMixedFit
from trialtrace.stats.regression.ordinal_mixed import ordinal_mixed as ordinal_mixed
from trialtrace.stats.regression.poisson import modified_poisson as modified_poisson
from trialtrace.stats.regression.standardisation import Standardised as Standardised
from trialtrace.stats.regression.standardisation import standardise as standardise
from trialtrace.stats.regression.standardisation import (
    standardised_difference as standardised_difference,
)
from trialtrace.stats.regression.standardisation import standardised_mean as standardised_mean
from trialtrace.stats.regression.standardisation import standardised_ratio as standardised_ratio
