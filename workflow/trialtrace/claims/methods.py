"""Methods of counts as papers use them, told by the cards of a plan's methods."""

from collections.abc import Sequence

from trialtrace.stats.categorical.proportions import METHODS
from trialtrace.stats.summaries.count_tests import TESTS as COUNTED
from trialtrace.trial.plan.card import Audited
from trialtrace.trial.plan.cards import categorical, stratified

CUT = "_cut"


def _audited(statistics: Sequence[str], order: Sequence[str] = ()) -> dict[str, Audited]:
    """The methods of some statistics by name: those of `order` first, then as the cards stand."""
    cards = (*categorical.CARDS, *stratified.CARDS)
    found = [each for card in cards if card.statistic in statistics for each in card.audited]
    place = {name: number for number, name in enumerate(order)}
    found.sort(key=lambda each: place.get(each.name.removesuffix(CUT), len(place)))
    return {each.name: each for each in found}


INTERVALS = _audited(["proportion"], tuple(METHODS))
TESTS = _audited(["p_value"], COUNTED)
COMPARISONS = _audited(["risk_difference", "risk_ratio", "odds_ratio"])


def tiers(methods: dict[str, Audited]) -> dict[str, int]:
    """The tier of each method that is searched, the usual ones first."""
    found = {name: each.tier for name, each in methods.items() if each.tier is not None}
    return dict(sorted(found.items(), key=lambda one: one[1]))
