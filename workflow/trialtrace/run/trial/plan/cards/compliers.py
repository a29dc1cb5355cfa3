"""Effects in those who would take the treatment."""

from trialtrace.base.config.references import PopulationName
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.card import Card, R, Second
from trialtrace.run.trial.plan.gives import ends, interval


@shape
class Bloom:
    """Who took which treatment."""

    receipt: PopulationName = key(
        "Population whose members in the treated arm received the treatment; the "
        "reference arm has no access to it."
    )


_BLOOM = """\
share <- mean(received)
effect <- (mean(x) - mean(y)) / share
# As two-stage least squares with errors that allow for unequal variances has it.
off <- x - mean(x) - effect * (received - share)
error <- sqrt(sum(off^2) / length(x)^2 + sum((y - mean(y))^2) / length(y)^2) / share
half <- qnorm(0.5 + {confidence} / 2) * error
"""
# The compliers of the reference arm, as its least and its most affected.
_TRIMMED = """\
share <- mean(received)
risk <- mean(x[received])
least <- min(max(0, (mean(y) - (1 - share)) / share), 1)
most <- min(1, mean(y) / share)
"""

CARDS = (
    Card(
        "complier_difference.bloom",
        "only the treated arm has access, the offer alone changes nothing; delta method",
        "Bloom 1984, Eval Rev 8:225; Angrist, Imbens and Rubin 1996, J Am Stat Assoc 91:444",
        options=Bloom,
        formula="categorical.complier:complier_difference",
        r=R({"complier_difference": "effect + c(0, -1, 1) * half"}, _BLOOM),
        gives=interval("complier_difference"),
        inputs="receipt",
        second=Second(
            "numpy.linalg.solve (two-stage least squares, HC0)",
            "categorical.check:complier_difference",
        ),
        normal=True,
    ),
    Card(
        "complier_difference_bounds.trimming",
        "only the treated arm has access; sharp bounds without sampling error",
        "Zhang and Rubin 2003, J Educ Behav Stat 28:353",
        options=Bloom,
        gives=ends("complier_difference"),
        formula="categorical.complier:complier_bounds",
        r=R(
            {
                "complier_difference_lowest": "risk - most",
                "complier_difference_highest": "risk - least",
            },
            _TRIMMED,
        ),
        inputs="receipt",
        second=Second(
            "pandas: extreme shares of the control arm", "categorical.check:complier_bounds"
        ),
    ),
)
