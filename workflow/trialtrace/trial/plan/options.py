"""Choices that the options of several methods have."""

from typing import Literal

from trialtrace.config.spec import Distinct, shape

Sides = Literal["two_sided", "less", "greater"]
# All arms in one test, or each treated arm against the reference.
Groups = Literal["all", "pairs"]
Continuity = Literal["none", "continuity"]
# On which scale the interval of a curve is computed.
CurveScale = Literal["log_log", "log"]
Ties = Literal["efron", "breslow"]
Summarised = Distinct[Literal["mean", "sd", "median", "quartiles", "minimum", "maximum"]]
TwoByTwoTest = Literal["fisher", "chi_squared"]
MixedDf = Literal["satterthwaite", "kenward_roger", "kenward_roger_observed"]
Sphericity = Literal["greenhouse_geisser", "huynh_feldt", "none"]


@shape
class NoOptions:
    """A method that leaves nothing to choose."""
