# Written by `python docs/write.py`.
from trialtrace.stats.repeated.anova import MixedAnova as MixedAnova
from trialtrace.stats.repeated.anova import RepeatedAnova as RepeatedAnova
from trialtrace.stats.repeated.anova import WithinEffect as WithinEffect
from trialtrace.stats.repeated.anova import mixed_anova as mixed_anova
from trialtrace.stats.repeated.anova import rm_anova as rm_anova
from trialtrace.stats.repeated.anova_general import Anova as Anova
from trialtrace.stats.repeated.anova_general import AnovaEffect as AnovaEffect
from trialtrace.stats.repeated.anova_general import Corrected as Corrected
from trialtrace.stats.repeated.anova_general import Corrections as Corrections
from trialtrace.stats.repeated.anova_general import Effect as Effect
from trialtrace.stats.repeated.anova_general import repeated_anova as repeated_anova
from trialtrace.stats.repeated.contrasts import repeated_contrast as repeated_contrast
from trialtrace.stats.repeated.covariances import box_m as box_m
from trialtrace.stats.repeated.eta import generalised_eta_squared as generalised_eta_squared
from trialtrace.stats.repeated.eta import partial_eta_squared as partial_eta_squared
from trialtrace.stats.repeated.eta import (
    partial_eta_squared_interval as partial_eta_squared_interval,
)
from trialtrace.stats.repeated.friedman import friedman as friedman
from trialtrace.stats.repeated.ordinal_ranks import RankAnova as RankAnova
from trialtrace.stats.repeated.ordinal_ranks import rank_anova as rank_anova
from trialtrace.stats.repeated.sphericity import Sphericity as Sphericity
from trialtrace.stats.repeated.sphericity import sphericity as sphericity
