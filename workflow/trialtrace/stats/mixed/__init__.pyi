# Written by `python docs/write.py`.
from trialtrace.stats.mixed.linear_mixed import LinearMixedFit as LinearMixedFit
from trialtrace.stats.mixed.linear_mixed import linear_mixed as linear_mixed
from trialtrace.stats.mixed.mixed_tests import MixedFit as MixedFit
from trialtrace.stats.mixed.mixed_tests import f_test as f_test
from trialtrace.stats.mixed.mixed_tests import mixed_contrast as mixed_contrast
from trialtrace.stats.mixed.mmrm import MmrmFit as MmrmFit
from trialtrace.stats.mixed.mmrm import mmrm as mmrm
from trialtrace.stats.mixed.visit_design import VisitDesign as VisitDesign
from trialtrace.stats.mixed.visit_design import difference_row as difference_row
from trialtrace.stats.mixed.visit_design import interaction_rows as interaction_rows
from trialtrace.stats.mixed.visit_design import mean_row as mean_row
from trialtrace.stats.mixed.visit_design import visit_design as visit_design
from trialtrace.stats.mixed.visit_design import wide as wide
