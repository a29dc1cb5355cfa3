# Written by `python docs/write.py`.
from trialtrace.stats.missing.bounds import Bounds as Bounds
from trialtrace.stats.missing.bounds import TippingMap as TippingMap
from trialtrace.stats.missing.bounds import proportion_bounds as proportion_bounds
from trialtrace.stats.missing.bounds import tipping_map as tipping_map
from trialtrace.stats.missing.bounds import worst_and_best as worst_and_best
from trialtrace.stats.missing.conditional_mean import ConditionalMeans as ConditionalMeans
from trialtrace.stats.missing.conditional_mean import (
    conditional_mean_contrast as conditional_mean_contrast,
)
from trialtrace.stats.missing.conditional_mean import conditional_mean_fits as conditional_mean_fits
from trialtrace.stats.missing.delta import DeltaGrid as DeltaGrid
from trialtrace.stats.missing.delta import add_delta as add_delta
from trialtrace.stats.missing.delta import delta_tipping as delta_tipping
from trialtrace.stats.missing.delta import missed_in_a_row as missed_in_a_row
from trialtrace.stats.missing.imputation import Imputations as Imputations
from trialtrace.stats.missing.imputation import composite as composite
from trialtrace.stats.missing.imputation import impute_chained as impute_chained
from trialtrace.stats.missing.imputation import impute_monotone as impute_monotone
from trialtrace.stats.missing.linear import ImputedFits as ImputedFits
from trialtrace.stats.missing.linear import fit_imputed as fit_imputed
from trialtrace.stats.missing.linear import pooled_contrast as pooled_contrast
from trialtrace.stats.missing.linear import pooled_contrasts_test as pooled_contrasts_test
from trialtrace.stats.missing.pooling import Pooled as Pooled
from trialtrace.stats.missing.pooling import pool as pool
from trialtrace.stats.missing.pooling import pooled_test as pooled_test
from trialtrace.stats.missing.reference import impute_reference_based as impute_reference_based
from trialtrace.stats.missing.reference import joint_distribution as joint_distribution
from trialtrace.stats.missing.single import (
    baseline_observation_carried_forward as baseline_observation_carried_forward,
)
from trialtrace.stats.missing.single import (
    last_observation_carried_forward as last_observation_carried_forward,
)
from trialtrace.stats.missing.single import (
    worst_observation_carried_forward as worst_observation_carried_forward,
)
