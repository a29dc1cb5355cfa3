# Written by `python docs/write.py`.
from trialtrace.stats.categorical.binomial import binomial_test as binomial_test
from trialtrace.stats.categorical.binomial import upper_bound as upper_bound
from trialtrace.stats.categorical.complier import ComplierBounds as ComplierBounds
from trialtrace.stats.categorical.complier import complier_bounds as complier_bounds
from trialtrace.stats.categorical.complier import complier_difference as complier_difference
from trialtrace.stats.categorical.contingency import (
    number_needed_to_treat as number_needed_to_treat,
)
from trialtrace.stats.categorical.contingency import odds_ratio_peto as odds_ratio_peto
from trialtrace.stats.categorical.contingency import odds_ratio_sample as odds_ratio_sample
from trialtrace.stats.categorical.contingency import odds_ratio_wald_test as odds_ratio_wald_test
from trialtrace.stats.categorical.contingency import (
    risk_difference_agresti_caffo as risk_difference_agresti_caffo,
)
from trialtrace.stats.categorical.contingency import (
    risk_difference_newcombe as risk_difference_newcombe,
)
from trialtrace.stats.categorical.contingency import risk_difference_wald as risk_difference_wald
from trialtrace.stats.categorical.contingency import (
    risk_difference_wald_corrected as risk_difference_wald_corrected,
)
from trialtrace.stats.categorical.contingency import risk_ratio_log as risk_ratio_log
from trialtrace.stats.categorical.fragility import fragility_index as fragility_index
from trialtrace.stats.categorical.paired import cochran_q as cochran_q
from trialtrace.stats.categorical.paired import mcnemar as mcnemar
from trialtrace.stats.categorical.paired import mcnemar_exact as mcnemar_exact
from trialtrace.stats.categorical.paired import (
    paired_risk_difference_newcombe as paired_risk_difference_newcombe,
)
from trialtrace.stats.categorical.proportions import agresti_coull as agresti_coull
from trialtrace.stats.categorical.proportions import bounds as bounds
from trialtrace.stats.categorical.proportions import bounds_by_method as bounds_by_method
from trialtrace.stats.categorical.proportions import clopper_pearson as clopper_pearson
from trialtrace.stats.categorical.proportions import jeffreys as jeffreys
from trialtrace.stats.categorical.proportions import wald as wald
from trialtrace.stats.categorical.proportions import wilson as wilson
from trialtrace.stats.categorical.r_by_c_tests import DrawnTables as DrawnTables
from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table as chi_squared_table
from trialtrace.stats.categorical.r_by_c_tests import fisher_freeman_halton as fisher_freeman_halton
from trialtrace.stats.categorical.r_by_c_tests import (
    fisher_freeman_halton_drawn as fisher_freeman_halton_drawn,
)
from trialtrace.stats.categorical.score import (
    risk_difference_miettinen_nurminen as risk_difference_miettinen_nurminen,
)
from trialtrace.stats.categorical.score import risk_difference_score as risk_difference_score
from trialtrace.stats.categorical.score import (
    risk_difference_score_test as risk_difference_score_test,
)
from trialtrace.stats.categorical.score_ratio import risk_ratio_score as risk_ratio_score
from trialtrace.stats.categorical.score_ratio import risk_ratio_score_test as risk_ratio_score_test
from trialtrace.stats.categorical.trend import cochran_armitage as cochran_armitage
from trialtrace.stats.categorical.two_by_two_tests import chi_squared as chi_squared
from trialtrace.stats.categorical.two_by_two_tests import fisher_exact as fisher_exact
from trialtrace.stats.categorical.unconditional import UnconditionalTest as UnconditionalTest
from trialtrace.stats.categorical.unconditional import barnard as barnard
from trialtrace.stats.categorical.unconditional import boschloo as boschloo
