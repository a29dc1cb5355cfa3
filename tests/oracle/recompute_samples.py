"""Our side of the oracle for pairs, arms, blocks, crossover trials and large samples."""

from itertools import product

import numpy as np
from oracle_tables import (
    SIDES,
    Numbers,
    cases,
    ends,
    ends_by,
    fields_of,
    subject,
    tested,
    tested_by,
)

from trialtrace.stats import continuous as a
from trialtrace.stats.categorical.r_by_c_tests import fisher_freeman_halton
from trialtrace.stats.continuous import crossover as c
from trialtrace.stats.continuous.association import METHODS as ASSOCIATIONS
from trialtrace.stats.continuous.association import correlation, correlation_test
from trialtrace.stats.continuous.means import mean_difference_student, paired_t
from trialtrace.stats.continuous.ratios import fold_change
from trialtrace.stats.continuous.signed_rank import METHODS, ZEROS, pseudomedian, signed_rank
from trialtrace.stats.multiplicity.max_t import Simultaneous
from trialtrace.stats.repeated.friedman import friedman
from trialtrace.stats.resampling.binary import binary_exact
from trialtrace.stats.stratified.exact import exact_conditional_test

# The R script lists all signs of so many pairs.
PAIRS = 12


@subject("signed_rank")
def pairs() -> Numbers:
    for case, d in cases("two_samples.csv"):
        x, y = (d["value"][d["arm"] == arm] for arm in "xy")
        n = min(len(x), len(y), PAIRS)
        x, y = x[:n], y[:n]
        for zeros in ZEROS:
            for sides in SIDES:
                yield from tested_by(
                    case,
                    f"{zeros}.{sides}",
                    signed_rank,
                    x - y,
                    sides=sides,
                    zeros=zeros,
                    method="exact",
                )
        for level in (0.8, 0.95):
            yield from ends_by(
                case, f"median.{level}", pseudomedian, x - y, confidence=level, method="exact"
            )
        for method in ASSOCIATIONS:
            for level in (0.8, 0.95):
                yield from ends_by(
                    case, f"{method}.{level}", correlation, x, y, method=method, confidence=level
                )
            for sides in SIDES:
                name = f"{method}.test.{sides}"
                yield from tested_by(case, name, correlation_test, x, y, method=method, sides=sides)
        yield from ends_by(case, "fold", fold_change, x - y, confidence=0.9)
        for sides in SIDES:
            yield from tested_by(case, f"paired_t.{sides}", paired_t, x - y, sides=sides)


LEVEL = {"confidence": 0.95}


@subject("arm_contrasts", "mvtnorm")
def arm_contrasts() -> Numbers:
    for case, d in cases("arms.csv"):
        y, arm = d["y"], d["arm"]
        names = sorted({*arm.tolist()})
        rest = 1 / (len(names) - 1)
        scores = {name: d["score"][arm == name][0] for name in names}
        pooled = dict.fromkeys(names[1:], rest) | {names[0]: -1.0}
        slope = a.trend_coefficients(scores)
        single = {"pooled": pooled, "slope": slope}
        for sides in ("two_sided", "greater", "less"):
            found = a.arm_contrasts(y, arm, single, adjust="none", sides=sides, **LEVEL)
            yield from _p_values(case, f"single.{sides}", found)
        yield from _whole(
            case,
            "single",
            a.arm_contrasts(y, arm, single, adjust="none", sides="two_sided", **LEVEL),
        )
        for adjust in ("bonferroni", "sidak"):
            both = a.arm_contrasts(y, arm, single, adjust=adjust, sides="two_sided", **LEVEL)
            yield from _whole(case, adjust, both)
        reference = {"reference": names[0]}
        yield from _whole(
            case, "dunnett", a.dunnett(y, arm, sides="two_sided", **reference, **LEVEL)
        )
        if len(names) <= 4:
            found = a.dunnett(y, arm, sides="greater", **reference, **LEVEL)
            yield from _p_values(case, "dunnett.greater", found)
        yield from _whole(case, "tukey", a.tukey(y, arm, **LEVEL))
        if len(names) == 3:
            steps = {"first": {"a": -1, "b": 1}, "second": {"b": -1, "c": 1}}
            found = a.arm_contrasts(
                y, arm, steps | single, adjust="max_t", sides="two_sided", **LEVEL
            )
            yield from _whole(case, "max_t", found)
        if len(names) == 4:
            steps = {"first": {"a": -1, "b": 1}, "second": {"b": -1, "c": 0.5, "d": 0.5}}
            every = steps | {"slope": slope}
            found = a.arm_contrasts(y, arm, every, adjust="max_t", sides="greater", **LEVEL)
            yield from _p_values(case, "max_t.greater", found)
        if len(names) == 2:
            found = mean_difference_student(y[arm == "b"], y[arm == "a"], confidence=0.9)
            for part, value in zip(
                ("estimate", "low", "high"), (found.estimate, found.low, found.high), strict=True
            ):
                yield case, f"student.{part}", value


def _whole(case: str, name: str, found: Simultaneous) -> Numbers:
    for i, one in enumerate(found.contrasts, 1):
        interval = one.interval
        yield case, f"{name}.{i}.estimate", interval.estimate
        yield case, f"{name}.{i}.low", interval.low
        yield case, f"{name}.{i}.high", interval.high
        yield case, f"{name}.{i}.p_value", one.p_value
    yield case, f"{name}.critical", found.critical


def _p_values(case: str, name: str, found: Simultaneous) -> Numbers:
    for i, one in enumerate(found.contrasts, 1):
        yield case, f"{name}.{i}", one.p_value


@subject("friedman")
def blocks() -> Numbers:
    for case, d in cases("blocks.csv"):
        table = d["value"].reshape(int(d["subject"].max()), -1)
        test = friedman(table)
        yield from fields_of(case, "friedman", test, "statistic", "df", "p_value")


@subject("crossover")
def crossover() -> Numbers:
    for case, columns in cases("crossover.csv"):
        data = [columns[key] for key in ("first", "second", "treated_first")]
        for effect, level in product(c.EFFECTS, (0.95, 0.8)):
            found = c.crossover_effect(*data, effect=effect, confidence=level)
            yield from ends(case, f"{effect}@{level}", found)
        for effect, sides in product(c.EFFECTS, SIDES):
            test = c.crossover_t(*data, effect=effect, sides=sides)
            yield from fields_of(case, f"{effect}.{sides}", test, "statistic", "df", "p_value")
        if not np.isin(data[:2], (0, 1)).all():
            continue
        for sides in SIDES:
            yield (
                case,
                f"mainland_gart.{sides}.p_value",
                c.mainland_gart(*data, sides=sides).p_value,
            )
            test = c.prescott(*data, sides=sides)
            yield from tested(case, f"prescott.{sides}", test)


@subject("large_samples")
def large_samples() -> Numbers:
    for case, d in cases("large_tables.csv"):
        table = np.zeros((int(d["row"].max()), int(d["column"].max())))
        table[d["row"].astype(int) - 1, d["column"].astype(int) - 1] = d["count"]
        yield case, "freeman_halton", fisher_freeman_halton(table).p_value
    for case, d in cases("large_strata.csv"):
        yield from _strata(case, [d[name] for name in ("x1", "n1", "x0", "n0")])
    for case, d in cases("large_pairs.csv"):
        yield from _pairs(case, d["value"])


def _strata(case: str, table: list[np.ndarray]) -> Numbers:
    found = binary_exact(*table)
    ours = dict(zip(SIDES, (found.probability, found.greater, found.less), strict=True))
    for sides, p in ours.items():
        # Two functions, one number.
        other = exact_conditional_test(*table, sides=sides, mid_p="none").p_value
        assert abs(other - p) < 1e-9 * p
        yield case, f"exact.{sides}", p


def _pairs(case: str, value: np.ndarray) -> Numbers:
    plain = np.unique(np.abs(value)).size == value.size and value.all()
    methods = METHODS if plain else METHODS[1:]
    for sides in SIDES:
        for method in methods:
            test = signed_rank(value, sides=sides, zeros="wilcoxon", method=method)
            yield from tested(case, f"{method}.{sides}", test)
        test = signed_rank(value, sides=sides, zeros="pratt", method="normal")
        yield case, f"pratt.{sides}", test.p_value
    # R's root search of the bounds takes minutes there.
    for method in methods if value.size <= 1000 else ():
        found = pseudomedian(value, confidence=0.95, method=method)
        yield from ends(case, f"median.{method}", found)
