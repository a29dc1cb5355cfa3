"""Our side of the oracle for several arms: contrasts of their means, blocks."""

from oracle_tables import Numbers, cases, fields_of, subject

from trialtrace.stats import continuous as a
from trialtrace.stats.continuous.means import mean_difference_student
from trialtrace.stats.multiplicity.max_t import Simultaneous
from trialtrace.stats.repeated.friedman import friedman

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
