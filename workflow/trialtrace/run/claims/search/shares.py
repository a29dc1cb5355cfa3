"""Candidates for yes/no endpoints: counts, shares, differences, ratios and tests of two groups.

Readings are those of `values`. The usual intervals and tests are tier 1; other methods, levels and
numbers made from rounded percentages are tier 2.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from trialtrace.audit.candidates.count_methods import COMPARISONS, tiers
from trialtrace.audit.candidates.grid import INTERVALS, TESTS, grid, interval
from trialtrace.audit.relations.solvers.counts import METHODS
from trialtrace.audit.summaries.count_bounds import intervals_of_tables
from trialtrace.audit.summaries.count_tests import p_values_of_tables
from trialtrace.base.arrays import Floats
from trialtrace.run.claims.search.values import Block, Patients, Reading, blocks_of
from trialtrace.run.claims.search.wanted import ALL, Key, P, Wanted, Who
from trialtrace.run.claims.search.ways import Blocks, Option, Way, both_bounds, crossed, levels_of

OF_GROUP = ("count", "proportion")
MEASURES = {"risk_difference": "difference", "risk_ratio": "risk_ratio", "odds_ratio": "odds_ratio"}
NEEDED = "number_needed_to_treat"
ROUNDED = {"of percentages with one decimal": 1000, "of whole percentages": 100}
UP = "rounded up"
USUAL = tuple(name for name, tier in tiers(COMPARISONS).items() if tier == 1)


class Shares:
    """The candidates of a bundle of one analysis of a yes/no endpoint."""

    def __init__(
        self, patients: Patients, label: str, readings: Sequence[Reading], confidence: float
    ):
        self.patients, self.label, self.readings = patients, label, readings
        self.confidence = confidence
        self._counted: dict[Who, tuple[Floats, Floats]] = {}

    def supports(self, key: Key) -> bool:
        if key.second is not None or key.field == "error":
            return False
        if key.stat in OF_GROUP:
            return isinstance(key.who, str)
        compared = key.stat in (*MEASURES, P) or (key.stat == NEEDED and key.field == "value")
        return compared and isinstance(key.who, tuple)

    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]:
        """Every way of giving all wanted numbers at once."""
        keys, levels = both_bounds(order), levels_of(self.confidence)
        axes = [list(self._of_groups(keys, levels)), list(self._tests(keys))]
        for stat in MEASURES:
            axes.append(list(self._effects([key for key in keys if key.stat == stat], levels)))
        axes.append(list(self._needed([key for key in keys if key.stat == NEEDED])))
        yield from crossed(self._blocks.names, self._blocks.tiers, axes)

    @cached_property
    def _blocks(self) -> Blocks:
        return Blocks(blocks_of(self.patients, self.readings))

    def _counts(self, who: Who) -> tuple[Floats, Floats]:
        """Events and subjects of a group in every set."""
        if who not in self._counted:

            def count(block: Block) -> Floats:
                own = np.ones(len(block.arm), dtype=bool)
                if who != ALL:
                    own = block.arm == self.patients.arms.index(str(who))
                members = block.masks.astype(float)
                return np.stack([members @ (own & (block.values == 1)), members @ own])

            self._counted[who] = tuple(self._blocks.column(count))
        return self._counted[who]

    def _share(self, who: Who, unit: int | None = None) -> Floats:
        x, n = self._counts(who)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = x / n
        if unit is None:
            return share
        rounded = np.full(len(share), np.nan)
        known = ~np.isnan(share)
        rounded[known] = grid(share[known] * unit, Fraction(1), "half up") / unit
        return rounded

    def _of_groups(self, keys: Sequence[Key], levels: Mapping[float, int]) -> Iterator[Option]:
        wanted = [key for key in keys if key.stat in OF_GROUP]
        plain = {}
        for key in wanted:
            x, n = self._counts(key.who)
            if key.field == "denominator":
                plain[key] = n
            elif key.field == "value":
                plain[key] = x if key.stat == "count" else self._share(key.who)
        bounded = [key for key in wanted if key.field in ("low", "high")]
        if wanted and not bounded:
            yield Option(
                "the share" if any(k.stat == "proportion" for k in wanted) else "", 1, plain
            )
        for method, (_, tier) in INTERVALS.items() if bounded else ():
            for level, second in levels.items():
                own = max(tier, second)
                values = plain | {key: self._bound(key, method, level, own) for key in bounded}
                yield Option(f"{method} at {100 * level:g} %", own, values)

    def _bound(self, key: Key, method: str, level: float, tier: int) -> Floats:
        x, n = self._counts(key.who)
        wanted = np.array(self._blocks.tiers) < 3 if tier > 1 else np.ones(len(n), dtype=bool)
        pairs, place = np.unique(np.stack([x, n])[:, wanted], axis=1, return_inverse=True)
        side = 0 if key.field == "low" else 1
        ends = [interval(method, *pair, level) if pair[1] else None for pair in pairs.T.tolist()]
        known = np.array([np.nan if end is None else end[side] for end in ends])
        found = np.full(len(n), np.nan)
        found[wanted] = known[place.reshape(-1)]
        return found

    def _tables(self, who: Who) -> tuple[np.ndarray, np.ndarray]:
        """Which sets have patients in both groups, and their tables (x1, n1, x0, n0)."""
        first, second = (self._counts(name) for name in who)
        table = np.stack([*first, *second])
        known = (table[1] > 0) & (table[3] > 0)
        return known, table[:, known].astype(np.int64)

    def _tests(self, keys: Sequence[Key]) -> Iterator[Option]:
        wanted = [key for key in keys if key.stat == P]
        tests = {}
        for key in wanted:
            known, table = self._tables(key.who)
            tests[key] = known, p_values_of_tables(*table)
        for test, (name, tier) in TESTS.items() if wanted else ():
            values = {key: _filled(known, p[test]) for key, (known, p) in tests.items()}
            yield Option(name, tier, values)

    def _effects(self, keys: Sequence[Key], levels: Mapping[float, int]) -> Iterator[Option]:
        """One measure: of the counts with every interval, and of rounded percentages."""
        if not keys:
            return
        measure = keys[0].stat
        estimates = {key: self._estimate(key) for key in keys if key.field == "value"}
        bounded = [key for key in keys if key.field != "value"]
        name = measure.replace("_", " ")
        if not bounded:
            yield Option(name, 1, estimates)
            for more, unit in ROUNDED.items():
                values = {key: self._estimate(key, unit) for key in keys}
                yield Option(f"{name} {more}", 2, values)
            return
        for level, second in levels.items():
            effects = {key: self._intervals(key, MEASURES[measure], level) for key in bounded}
            for method in next(iter(effects.values()))[1]:
                tier = max(1 if method in USUAL else 2, second)
                values = dict(estimates)
                for key, (known, bounds) in effects.items():
                    side = 0 if key.field == "low" else 1
                    values[key] = _filled(known, bounds[method][:, side])
                yield Option(f"{METHODS[method]} at {100 * level:g} %", tier, values)

    def _intervals(self, key: Key, measure: str, level: float):
        known, table = self._tables(key.who)
        return known, intervals_of_tables(*table, measure=measure, confidence=level)

    def _estimate(self, key: Key, unit: int | None = None) -> Floats:
        first, second = (self._share(name, unit) for name in key.who)
        with np.errstate(invalid="ignore", divide="ignore"):
            if key.stat == "odds_ratio":
                found = first * (1 - second) / (second * (1 - first))
            else:
                found = first - second if key.stat == "risk_difference" else first / second
        return np.where(np.isfinite(found), found, np.nan)

    def _needed(self, keys: Sequence[Key]) -> Iterator[Option]:
        """Numbers needed to treat: as they are, rounded up, of rounded percentages."""
        for name, unit in ({"": None} | ROUNDED).items() if keys else ():
            for up in ("", UP):
                values = {}
                for key in keys:
                    with np.errstate(divide="ignore", invalid="ignore"):
                        found = 1 / -self._estimate(key._replace(stat="risk_difference"), unit)
                    found = np.where(np.isfinite(found), found, np.nan)
                    values[key] = np.ceil(found) if up else found
                text = ", ".join(filter(None, [f"number needed {name}".strip(), up]))
                yield Option(text, 2 if name or up else 1, values)


def _filled(known: np.ndarray, values: Floats) -> Floats:
    found = np.full(len(known), np.nan)
    found[known] = values
    return np.where(np.isfinite(found), found, np.nan)
