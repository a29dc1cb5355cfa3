"""Hierarchies of outcomes."""

from typing import Literal

from trialtrace.base.config.names import AnalysedValue, VisitLabel
from trialtrace.base.config.references import EndpointName
from trialtrace.base.config.spec import Listed, key, optional, shape
from trialtrace.run.trial.plan.card import Card
from trialtrace.run.trial.plan.options import Wins


@shape
class First:
    """What wins by the endpoint of the analysis."""

    wins: Wins = key("A time wins by a later event; a value by being higher or lower.")
    margin: float = key("A value wins by more than this; 0 for a time.", minimum=0)


@shape
class Then:
    """An outcome."""

    endpoint: EndpointName = key("Endpoint.")
    visit: VisitLabel | None = optional("Visit, where the endpoint has several.")
    value: AnalysedValue = key("What is compared.")
    wins: Wins = key("A time wins by a later event; a value by being higher or lower.")
    margin: float = key("A value wins by more than this; 0 for a time.", minimum=0)
    missing: Literal["open"] = key("A value that is missing leaves its pairs open.")


@shape
class AllPairs:
    """Every pair of a treated and a reference patient, by a hierarchy of outcomes."""

    first: First = key("What wins by the endpoint of the analysis.")
    then: Listed[Then] = key("What decides the pairs that the first leaves open, in order.")


CARDS = (
    Card(
        "win_ratio.all_pairs",
        "all pairs by a hierarchy of outcomes",
        "Pocock et al. 2012, Eur Heart J 33:176; errors: Bebu and Lachin 2016",
        options=AllPairs,
        tested="test of the win ratio",
        gives="win_ratio.{}@pair net_benefit.{}@pair win_odds.{}@pair p_value.{}@pair "
        "z.{}@pair? wins.{}@pair;outcome? losses.{}@pair;outcome? ties.{}@pair?",
        formula="continuous.win_ratio:win_statistics",
        r_none="no package that comes with R computes it",
    ),
)
