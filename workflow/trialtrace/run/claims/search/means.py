"""Candidates for measured values: means and deviations of groups, differences, tests.

Readings are those of `values`. Tier 1 are t tests with equal variances or without and the rank
test; adjustment for the baseline, a variance pooled over all arms and a continuity correction are
tier 2, as are a standard error or a deviation with divisor n in the place of a deviation.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np
from scipy.special import stdtrit

from trialtrace.audit.subsets import group_means
from trialtrace.base.arrays import Floats
from trialtrace.run.claims.search.values import Block, Patients, Reading, blocks_of
from trialtrace.run.claims.search.wanted import ALL, Key, P, Wanted
from trialtrace.run.claims.search.ways import Blocks, Option, Way, both_bounds, crossed, levels_of
from trialtrace.run.tables.contracts.rows import present

SPREADS = {"": 1, "standard error for the deviation": 2, "deviation with divisor n": 2}
OF_GROUP = ("count", "mean", "sd", "median", "q1", "q3", "minimum", "maximum")
QUANTILES = {"minimum": 0.0, "q1": 0.25, "median": 0.5, "q3": 0.75, "maximum": 1.0}
# Name, tier, how it is computed, over all arms or over the two.
MODELS = {
    "Student's t": 1,
    "Welch's t": 1,
    "t over all arms": 2,
    "adjusted for the baseline": 2,
    "adjusted for the baseline, over all arms": 2,
}
RANKS = {
    "Mann-Whitney test": (1, "none"),
    "Mann-Whitney test with continuity correction": (2, "continuity"),
}


class Means:
    """The candidates of a bundle of one analysis of measured values."""

    def __init__(
        self,
        patients: Patients,
        label: str,
        readings: Sequence[Reading],
        arms: Sequence[int],
        confidence: float,
    ):
        self.patients, self.label, self.arms = patients, label, list(arms)
        self.confidence, self.readings = confidence, readings
        self._moments: dict[Block, group_means.GroupMoments] = {}

    def supports(self, key: Key) -> bool:
        if key.stat in ("mean_difference", P):
            return isinstance(key.who, tuple) and key.second is None
        return key.stat in OF_GROUP and isinstance(key.who, str) and key.second is None

    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]:
        """Every way of giving all wanted numbers at once."""
        keys, levels = both_bounds(order), levels_of(self.confidence)
        axes = [
            list(self._of_groups(keys, levels)),
            list(self._effects(keys, levels)),
            list(self._tests(keys)),
        ]
        yield from crossed(self._blocks.names, self._blocks.tiers, axes)

    @cached_property
    def _blocks(self) -> Blocks:
        return Blocks(blocks_of(self.patients, self.readings))

    def _of(self, block: Block) -> group_means.GroupMoments:
        """Moments of all arms of everybody with a value."""
        if block not in self._moments:
            self._moments[block] = group_means.group_moments(
                block.values, block.arm, block.masks, groups=len(self.patients.arms)
            )
        return self._moments[block]

    def _of_groups(self, keys: Sequence[Key], levels: Mapping[float, int]) -> Iterator[Option]:
        wanted = [key for key in keys if key.stat in OF_GROUP]
        if not wanted:
            return
        spreads = SPREADS if any(key.stat == "sd" for key in wanted) else {"": 1}
        bounded = any(key.field in ("low", "high") for key in wanted)
        for spread, tier in spreads.items():
            for level, second in (levels if bounded else {0.95: 1}).items():
                own = max(tier, second)
                summary = partial(self._summary, spread=spread, level=level)
                values = self._blocks.columns(wanted, summary, own)
                groups = [spread, f"interval at {100 * level:g} %" if bounded else ""]
                yield Option(", ".join(filter(None, groups)), own, values)

    def _summary(self, block: Block, key: Key, spread: str, level: float) -> Floats:
        if key.stat in QUANTILES:
            return self._quantile(block, key)
        if key.who == ALL:
            one = np.zeros(len(block.arm), dtype=int)
            moments, at = group_means.group_moments(block.values, one, block.masks, groups=1), 0
        else:
            moments, at = self._of(block), self.patients.arms.index(str(key.who))
        n, sd = moments.n[:, at], moments.sd()[:, at]
        if key.stat == "count":
            return n
        if key.field == "error":
            return sd / np.sqrt(n)
        if key.stat == "sd":
            if spread.endswith("divisor n"):
                return moments.sd(divisor="n")[:, at]
            return sd / np.sqrt(n) if spread else sd
        side = {"low": -1.0, "value": 0.0, "high": 1.0}[key.field]
        with np.errstate(invalid="ignore"):
            half = stdtrit(n - 1, 0.5 + level / 2) * sd / np.sqrt(n) if side else 0.0
        return moments.mean[:, at] + side * half

    def _quantile(self, block: Block, key: Key) -> Floats:
        own = block.masks
        if key.who != ALL:
            own = own & (block.arm == self.patients.arms.index(str(key.who)))
        share, values = QUANTILES[key.stat], block.values
        return np.array([np.quantile(values[m], share) if m.any() else np.nan for m in own])

    def _effects(self, keys: Sequence[Key], levels: Mapping[float, int]) -> Iterator[Option]:
        wanted = [key for key in keys if key.stat == "mean_difference"]
        if not wanted:
            return
        bounded = any(key.field in ("low", "high") for key in wanted)
        for model, tier in self._models().items():
            for level, second in (levels if bounded else {0.95: 1}).items():
                own = max(tier, second)
                effect = partial(self._effect, model=model, level=level)
                values = self._blocks.columns(wanted, effect, own)
                told = f"{model} at {100 * level:g} %" if bounded and second > 1 else model
                yield Option(told, own, values, model=model)

    def _tests(self, keys: Sequence[Key]) -> Iterator[Option]:
        wanted = [key for key in keys if key.stat == P]
        if not wanted:
            return
        for model, tier in self._models().items():
            values = self._blocks.columns(wanted, partial(self._t_test, model=model), tier)
            yield Option("t test", tier, values, model=model, halves=True)
        for name, (tier, correction) in RANKS.items():
            ranks = partial(self._ranks, correction=correction)
            values = self._blocks.columns(wanted, ranks, tier)
            yield Option(name, tier, values, halves=True)

    def _models(self) -> dict[str, int]:
        """The models that make sense: with a baseline, and with more than two arms."""
        adjusted = self.readings[0].start is not None
        return {
            name: tier
            for name, tier in MODELS.items()
            if (adjusted or "baseline" not in name)
            and (len(self.arms) > 2 or "all arms" not in name)
        }

    def _effect(self, block: Block, key: Key, model: str, level: float) -> Floats:
        """The estimate of a model, or one of its bounds."""
        difference = self._difference(block, key, model)
        if key.field in ("value", "error"):
            return difference.estimate if key.field == "value" else difference.error
        return difference.interval(confidence=level)[0 if key.field == "low" else 1]

    def _t_test(self, block: Block, key: Key, model: str) -> Floats:
        return self._difference(block, key, model).p_value()

    def _difference(self, block: Block, key: Key, model: str) -> group_means.Differences:
        places = [self.patients.arms.index(name) for name in key.who]
        over_all = model.endswith("all arms")
        if "baseline" not in model:
            variance = {"S": "pooled", "W": "welch", "t": "pooled_over_all"}[model[0]]
            moments = self._arms_of(self._of(block)) if over_all else self._of(block)
            at = [self.arms.index(place) for place in places] if over_all else places
            return group_means.mean_differences(moments, *at, variance=variance)
        start = present(block.reading.start)[block.known]
        both = ~np.isnan(start)
        moments = group_means.group_moments(
            block.values[both],
            block.arm[both],
            block.masks[:, both],
            groups=len(self.patients.arms),
            covariate=start[both],
        )
        if over_all:
            moments, places = self._arms_of(moments), [self.arms.index(place) for place in places]
        return group_means.adjusted_differences(moments, *places, over_all=over_all)

    def _arms_of(self, moments: group_means.GroupMoments) -> group_means.GroupMoments:
        """The moments of the analysis's arms alone."""

        def chosen(sums: Floats | None) -> Floats | None:
            return None if sums is None else sums[:, self.arms]

        return group_means.GroupMoments(
            moments.n[:, self.arms],
            moments.mean[:, self.arms],
            moments.squares[:, self.arms],
            chosen(moments.covariate),
            chosen(moments.covariate_squares),
            chosen(moments.products),
        )

    def _ranks(self, block: Block, key: Key, correction: str) -> Floats:
        first, second = (self.patients.arms.index(name) for name in key.who)
        return group_means.mann_whitney_p(
            block.values, block.arm, block.masks, first=first, second=second, correction=correction
        )
