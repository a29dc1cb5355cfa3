# Written by `python docs/write.py`.
from trialtrace.stats.stratified.exact import exact_conditional_test as exact_conditional_test
from trialtrace.stats.stratified.exact import odds_ratio_conditional as odds_ratio_conditional
from trialtrace.stats.stratified.exact_association import (
    cmh_general_association_exact as cmh_general_association_exact,
)
from trialtrace.stats.stratified.generalised_cmh import cmh_correlation as cmh_correlation
from trialtrace.stats.stratified.generalised_cmh import (
    cmh_general_association as cmh_general_association,
)
from trialtrace.stats.stratified.generalised_cmh import cmh_row_mean_scores as cmh_row_mean_scores
from trialtrace.stats.stratified.interaction import logistic_interaction as logistic_interaction
from trialtrace.stats.stratified.interaction import logistic_trend as logistic_trend
from trialtrace.stats.stratified.interaction import logistic_trend_ratio as logistic_trend_ratio
from trialtrace.stats.stratified.mantel_haenszel import breslow_day as breslow_day
from trialtrace.stats.stratified.mantel_haenszel import (
    cochran_mantel_haenszel as cochran_mantel_haenszel,
)
from trialtrace.stats.stratified.mantel_haenszel import (
    cochran_mantel_haenszel_z as cochran_mantel_haenszel_z,
)
from trialtrace.stats.stratified.mantel_haenszel import (
    mantel_haenszel_odds_ratio as mantel_haenszel_odds_ratio,
)
from trialtrace.stats.stratified.mantel_haenszel import (
    mantel_haenszel_risk_difference as mantel_haenszel_risk_difference,
)
from trialtrace.stats.stratified.mantel_haenszel import (
    mantel_haenszel_risk_ratio as mantel_haenszel_risk_ratio,
)
from trialtrace.stats.stratified.score import (
    stratified_risk_difference_newcombe as stratified_risk_difference_newcombe,
)
from trialtrace.stats.stratified.score import (
    stratified_risk_difference_score as stratified_risk_difference_score,
)
