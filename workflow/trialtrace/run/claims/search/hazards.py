"""Options for comparing hazards: hazard ratios with their bounds, and tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, ndtr

from trialtrace.audit.subsets.group_cox import GroupCox, cox_groups
from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.claims.search.wanted import ALL, Key, P, Who
from trialtrace.run.claims.search.ways import Blocks, Option, Sets
from trialtrace.stats._inputs import normal_quantile
from trialtrace.stats.survival.risk_sets import RiskSets, log_rank_sums, risk_sets


@dataclass(frozen=True, eq=False)
class Reading:
    """Times and events of the subjects, (subjects,), NaN where a subject has none."""

    name: str
    tier: int
    time: Floats
    event: Floats

    def until(self, horizon: float) -> "Reading":
        """The same, censored at a time."""
        event = np.where(self.time > horizon, 0.0, self.event)
        label = f"{self.name}, " if self.name else ""
        time = np.minimum(self.time, horizon)
        return Reading(f"{label}censored at {horizon:g}", 2, time, event)


@dataclass(frozen=True, eq=False)
class Block:
    """One reading of one list of sets. `arm` is each subject's arm by its place in `arms`."""

    reading: Reading
    sets: Sets
    arm: Places
    arms: Sequence[str]

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.reading.time) & (self.arm >= 0)

    @cached_property
    def data(self) -> tuple[Floats, Floats, Places, Flags]:
        """Time, event, arm and masks of those with a time."""
        own, known = self.reading, self.known
        return own.time[known], own.event[known], self.arm[known], self.sets.masks[:, known]

    @cached_property
    def risk_sets(self) -> RiskSets:
        return risk_sets(*self.data, groups=len(self.arms))

    @cached_property
    def waiting(self) -> RiskSets:
        """Risk sets in which censoring is what is waited for."""
        time, event, arm, masks = self.data
        return risk_sets(time, 1 - event, arm, masks, groups=len(self.arms))

    @cached_property
    def _fitted(self) -> dict[tuple[tuple[int, ...], str], GroupCox]:
        return {}

    def cox(self, order: tuple[int, ...], ties: str) -> GroupCox:
        """The Cox models of some arms, the first the reference."""
        if (order, ties) not in self._fitted:
            self._fitted[order, ties] = cox_groups(self.risk_sets.of(*order), ties=ties)
        return self._fitted[order, ties]

    def of(self, who: Who, sets: RiskSets) -> RiskSets:
        """The risk sets of a group, or of everybody."""
        return sets.together() if who == ALL else sets.of(self.arms.index(str(who)))

    def members(self, who: Who) -> Flags:
        _, _, arm, masks = self.data
        return masks if who == ALL else masks & (arm == self.arms.index(str(who)))

    def pair(self, who: Who) -> tuple[int, int]:
        """The places of the arms of a comparison."""
        return self.arms.index(who[0]), self.arms.index(who[1])

    def counted(self, who: Who, *, events: bool) -> Floats:
        """Subjects, or events, of a group in each set."""
        _, event, _, _ = self.data
        return self.members(who).astype(float) @ (event if events else np.ones_like(event))


TIES = ("efron", "breslow")
WEIGHTS = {
    "log_rank": ("log-rank test", 1),
    "peto_peto": ("Peto-Peto test", 2),
    "gehan": ("Gehan's test", 2),
    "tarone_ware": ("Tarone-Ware test", 2),
}
OTHERS = {
    "one_step": "Peto's one-step hazard ratio",
    "observed": "ratio of observed over expected events",
    "rates": "ratio of events per time",
}
# P-values of some arms of a block, the reference first.
Test = Callable[[Block, tuple[int, ...]], Floats]


class Fitted(NamedTuple):
    """Log hazard ratios of a comparison and their standard errors, (sets,)."""

    name: str
    tier: int
    coef: Floats
    error: Floats

    @property
    def p_value(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return 2 * ndtr(-np.abs(self.coef / self.error))


def effect_options(
    keys: Sequence[Key], fitted: Mapping[Who, Sequence[Fitted]], levels: Mapping[float, int]
) -> Iterator[Option]:
    """Hazard ratios with their bounds: a model and a level each."""
    ratios = [key for key in keys if key.stat == "hazard_ratio"]
    if not ratios:
        return
    bounded = any(key.field != "value" for key in ratios)
    for at, (name, tier, _, _) in enumerate(fitted[ratios[0].who]):
        for level, second in (levels if bounded else {0.95: 1}).items():
            z = normal_quantile(level)
            values = {}
            for key in ratios:
                own = fitted[key.who][at]
                side = {"low": -z, "value": 0.0, "high": z}[key.field]
                values[key] = np.exp(own.coef + side * own.error)
            more = f" at {100 * level:g} %" if second > 1 else ""
            yield Option(f"{name}{more}", max(tier, second), values, model=name)


def wald_options(keys: Sequence[Key], fitted: Mapping[Who, Sequence[Fitted]]) -> Iterator[Option]:
    """The p-value of each model's own coefficient."""
    tested = [key for key in keys if key.stat == P]
    for at, (name, tier, _, _) in enumerate(fitted[tested[0].who] if tested else ()):
        values = {key: fitted[key.who][at].p_value for key in tested}
        yield Option("Wald test", tier, values, model=name, halves=True)


def fits(blocks: Blocks, who: Who, arms: Sequence[int]) -> list[Fitted]:
    """Every estimate of the hazard ratio of a comparison; `arms` of the analysis."""
    fitted = []
    for ties in TIES:
        for which in ("two", "all") if len(arms) > 2 else ("two",):
            model_arms = arms if which == "all" else None
            column = blocks.column(partial(_cox, who=who, ties=ties, arms=model_arms))
            fitted.append(Fitted(model_name(ties, which), 1, *column))
    for kind, name in OTHERS.items():
        column = blocks.column(partial(_otherwise, who=who, kind=kind), tier=2)
        fitted.append(Fitted(name, 2, *column))
    return fitted


def _cox(block: Block, who: Who, ties: str, arms: Sequence[int] | None) -> Floats:
    """A pair in a model of all `arms`, or of the two alone."""
    pair = block.pair(who)
    return cox_of_pair(partial(block.cox, ties=ties), pair, pair if arms is None else arms)


def model_name(ties: str, which: str) -> str:
    return f"Cox model of {which} arms, {ties.capitalize()}'s ties"


def cox_of_pair(
    fit: Callable[[tuple[int, ...]], GroupCox], pair: tuple[int, int], arms: Sequence[int]
) -> Floats:
    """(2, sets): the log hazard ratio of a pair in a model of all `arms`, and its error.

    `fit` makes the models of groups in an order, the first the reference.
    """
    first, second = pair
    order = (second, *(place for place in arms if place != second))
    found, at = fit(order), order.index(first) - 1
    return np.stack([found.coef[:, at], found.se[:, at]])


def _otherwise(block: Block, who: Who, kind: str) -> Floats:
    pair = block.pair(who)
    if kind == "rates":
        return _rates(block, pair)
    sums = log_rank_sums(block.risk_sets.of(*pair[::-1]), weight="log_rank")
    found = sums.one_step(1) if kind == "one_step" else sums.observed_ratio(1, 0)
    return np.stack(found)


def _rates(block: Block, pair: tuple[int, int]) -> Floats:
    """Log ratio of events over time at risk, with its standard error."""
    time, event, arm, masks = block.data
    rates = [(masks & (arm == place)).astype(float) for place in pair]
    events, times = [rate @ event for rate in rates], [rate @ time for rate in rates]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(events[0] / times[0] / (events[1] / times[1]))
        error = np.sqrt(1 / events[0] + 1 / events[1])
    known = np.isfinite(ratio) & np.isfinite(error)
    return np.where(known, [ratio, error], np.nan)


def test_options(blocks: Blocks, keys: Sequence[Key], arms: Sequence[int]) -> Iterator[Option]:
    """Weighted log-rank, likelihood-ratio and score tests, of the compared arms or of all."""
    tested = [key for key in keys if key.stat == P]
    if not tested:
        return
    of_pairs = all(isinstance(key.who, tuple) for key in tested)
    for over_all in (False, True) if of_pairs and len(arms) > 2 else (not of_pairs,):
        more, tier = (" over all arms", 2) if over_all and of_pairs else ("", 1)
        halves = not over_all or len(arms) == 2
        for name, own_tier, p_of in _tests():
            own_tier = max(tier, own_tier)
            p = partial(_p, p_of=p_of, arms=tuple(arms) if over_all else None)
            values = blocks.columns(tested, p, own_tier)
            yield Option(f"{name}{more}", own_tier, values, halves=halves)


def _p(block: Block, key: Key, p_of: Test, arms: tuple[int, ...] | None) -> Floats:
    """P of a test of some arms, the compared pair where none are given; the reference is first."""
    return p_of(block, block.pair(key.who)[::-1] if arms is None else arms)


def _tests() -> Iterator[tuple[str, int, Test]]:
    """(name, tier, p-values of some arms of a block) of every test."""
    for weight, (name, tier) in WEIGHTS.items():
        yield name, tier, partial(_log_rank, weight=weight)
    for part, name in (("likelihood_ratio", "likelihood-ratio test"), ("score", "score test")):
        for ties in TIES:
            yield f"{name}, {ties.capitalize()}'s ties", 1, partial(_cox_test, part=part, ties=ties)


def _log_rank(block: Block, order: tuple[int, ...], *, weight: str) -> Floats:
    return log_rank_sums(block.risk_sets.of(*order), weight=weight).p_value()


def _cox_test(block: Block, order: tuple[int, ...], *, part: str, ties: str) -> Floats:
    return chdtrc(len(order) - 1, getattr(block.cox(order, ties), part))
