"""normal, lognormal, weibull, uniform: numbers with a distribution."""

from typing import ClassVar

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.cohort.margins import Parameter
from trialtrace.run.trial.cohort.quantities.options import Checked, Exact, Limited, Scored, Stepped


@shape
class NormalDistribution:
    """Parameters of a normal distribution."""

    mean: Parameter = key("Mean.")
    sd: Parameter = key("Standard deviation.")


@shape
class LognormalDistribution:
    """Mean and SD of a lognormal number itself, not of its logarithm."""

    mean: Parameter = key("Its mean.")
    sd: Parameter = key("Its standard deviation.")


@shape
class WeibullDistribution:
    """Parameters of a Weibull distribution."""

    shape: Parameter = key("Shape.")
    scale: Parameter = key("Scale, in the unit of the time.")


@shape
class UniformDistribution:
    """Ends of a uniform distribution."""

    from_: Parameter = key("Lower end.")
    to: Parameter = key("Upper end.")


@shape
class Continuous(Checked, Exact, Stepped, Limited, Scored):
    """A number with a distribution."""

    # Parameters that have to be above 0 in every row.
    positive: ClassVar[tuple[str, ...]] = ("sd",)


@shape
class Normal(Continuous):
    """A number with a normal distribution."""

    kind = "normal"
    normal: NormalDistribution = key("A number with a normal distribution.")


@shape
class Lognormal(Continuous):
    """A positive number with a lognormal distribution."""

    kind = "lognormal"
    positive = ("mean", "sd")
    lognormal: LognormalDistribution = key("A positive number with a lognormal distribution.")


@shape
class Weibull(Continuous):
    """A time with a Weibull distribution."""

    kind = "weibull"
    positive = ("shape", "scale")
    weibull: WeibullDistribution = key(
        "A time with a Weibull distribution; shape 1 is the exponential one."
    )


@shape
class Uniform(Continuous):
    """A number between two others."""

    kind = "uniform"
    positive = ()
    uniform: UniformDistribution = key("A number between two others.")
