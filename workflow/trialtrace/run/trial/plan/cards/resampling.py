"""Re-randomisation tests."""

from typing import Literal

from trialtrace.base.config.names import Sides
from trialtrace.base.config.references import LevelVariable
from trialtrace.base.config.spec import Unique, key, shape
from trialtrace.run.trial.plan.card import Card, R
from trialtrace.run.trial.plan.cards.stratified import SUMS
from trialtrace.run.trial.plan.methods import BINARY, SCORES, TIMES
from trialtrace.run.trial.plan.options import OF_GROUPS, Groups


@shape
class RerandomisationExact:
    """Re-randomisation test of events over all assignments."""

    strata: Unique[LevelVariable] = key(
        "Variables of `subjects` within whose levels the sizes of the arms are fixed: "
        "strata, blocks; none: []."
    )
    sides: Sides = key("Sidedness.")
    two_sided: Literal["probability", "distance"] = key(
        "Two sides: outcomes no more probable than the observed one, or at least as far "
        "from the expected number."
    )


@shape
class Rerandomisation:
    """Re-randomisation test by drawn assignments."""

    strata: Unique[LevelVariable] = key(
        "Variables of `subjects` within whose levels the sizes of the arms are fixed: "
        "strata, blocks; none: []."
    )
    groups: Groups = key(OF_GROUPS)
    sides: Sides = key("Sidedness.")
    scores: Literal["means", "ranks", "log_rank"] = key("What is summed over an arm.")
    draws: int = key("Number of draws.", minimum=100, maximum=10000000)
    seed: int = key("Seed of the draws.", minimum=0)


_TAILS = """\
value <- seq_along(mass)
far <- abs(value - sum(mass * value))
chosen <- switch({sides}, greater = value >= at, less = value <= at,
                 two.sided = if ({two_sided=distance}) far >= far[at] - 1e-9 else
                   mass <= mass[at] * same)
"""


CARDS = (
    Card(
        "p_value.rerandomisation_exact",
        "re-randomisation test over all assignments",
        "Fisher 1935, The Design of Experiments; "
        "Rosenberger and Lachin 2016, Randomization in Clinical Trials, 2nd ed.",
        options=RerandomisationExact,
        gives="p_value.{}@pair",
        kinds=BINARY,
        formula="resampling.binary:binary_exact",
        r=R({"p_value": "min(1, sum(mass[chosen]))"}, SUMS + _TAILS),
    ),
    Card(
        "p_value.rerandomisation",
        "re-randomisation test by draws",
        "Phipson and Smyth 2010, Stat Appl Genet Mol Biol 9:39; "
        "Rosenberger and Lachin 2016, Randomization in Clinical Trials, 2nd ed.",
        options=Rerandomisation,
        gives="p_value.{}@compared mc_se.{}@compared?",
        kinds=BINARY + SCORES + TIMES,
        formula=("resampling.linear:rerandomisation_test", "resampling.arms:global_test"),
        r_none="drawn by a generator whose draws R does not repeat",
    ),
)
