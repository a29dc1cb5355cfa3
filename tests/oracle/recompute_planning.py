"""Our side of the oracle for designs: power, sizes and precision."""

from contextlib import suppress
from math import log, nan

from oracle_tables import Numbers, cases, subject

from trialtrace.stats import StatsError
from trialtrace.stats.design import detectable, events, means, proportions, ranks, several, widths


@subject("planning", "pwr", "rpact")
def planning() -> Numbers:
    for case, columns in cases("planning.csv"):
        d = {name: float(values[0]) for name, values in columns.items()}
        for sides in ("two_sided", "one_sided"):
            yield from _of_sides(case, d, sides)
        options = {"null": 1, "power": d["power"], "ratio": d["ratio"], "alpha": d["alpha"]}
        for formula in ("schoenfeld", "freedman"):
            least = events.sample_size_log_rank(
                d["hazard_ratio"], formula=formula, sides="one_sided", **options
            )
            yield case, f"rpact.{formula}", least
        yield from _precision(case, d)
        yield from _several(case, d)
        yield from _detectable(case, d)
        yield from _widths(case, d)


def _of_sides(case: str, d: dict[str, float], sides: str) -> Numbers:
    n = d["n1"], d["n0"]
    level = {"alpha": d["alpha"], "sides": sides}
    sized = {"power": d["power"], **level}
    shifted = {"ratio": d["ratio"], **sized}
    power = means.power_two_means(d["difference"], d["sd"], *n, null=0, **level)
    yield case, f"means.power.{sides}", power
    yield case, f"means.power.equal.{sides}", power
    paired = means.power_paired_means(d["difference"], d["sd"], n[0], null=0, **level)
    yield case, f"paired.power.{sides}", paired
    found = means.sample_size_two_means(d["difference"], d["sd"], null=0, **shifted)
    yield case, f"means.size.{sides}", found[1]
    found = means.sample_size_paired_means(d["difference"], d["sd"], null=0, **sized)
    yield case, f"paired.size.{sides}", found
    for variance in proportions.VARIANCES:
        risks, options = (d["p1"], d["p0"]), {"null": 0, "variance": variance}
        power = proportions.power_two_proportions(*risks, *n, **options, **level)
        yield case, f"proportions.power.{variance}.{sides}", power
        if variance == "pooled" and n[0] == n[1]:
            yield case, f"proportions.power.equal.{sides}", power
        size = proportions.sample_size_two_proportions(*risks, **options, **shifted)
        yield case, f"proportions.size.{variance}.{sides}", size[1]
    for formula in events.FORMULAS:
        options = {"null": 1, "ratio": d["ratio"], "formula": formula}
        power = events.power_log_rank(d["hazard_ratio"], n[0], **options, **level)
        yield case, f"events.power.{formula}.{sides}", power
        least = events.sample_size_log_rank(d["hazard_ratio"], **options, **sized)
        yield case, f"events.size.{formula}.{sides}", least
    yield case, f"ranks.power.{sides}", ranks.power_mann_whitney(d["superiority"], *n, **level)
    size = ranks.sample_size_mann_whitney(d["superiority"], **shifted)
    yield case, f"ranks.size.{sides}", size[1]
    if n[0] * n[1] < 1e4:
        exact = proportions.power_fisher(d["p1"], d["p0"], int(n[0]), int(n[1]), **level)
        yield case, f"fisher.{sides}", exact


def _precision(case: str, d: dict[str, float]) -> Numbers:
    n, sd = (d["n1"], d["n0"]), d["sd"]
    yield case, "means.precision", means.precision_two_means(sd, *n, confidence=0.95)
    yield case, "paired.precision", means.precision_paired_means(sd, n[0], confidence=0.95)
    hazard = -log(1 - d["p0"]) / 10
    chance = events.event_probability(hazard, accrual=12, follow_up=6, losses=0.01)
    yield case, "event_probability", chance
    for analysis in means.ANALYSES:
        factor = means.variance_factor(d["p0"], baselines=2, follow_ups=3, analysis=analysis)
        yield case, f"factor.{analysis}", factor


def _several(case: str, d: dict[str, float]) -> Numbers:
    n, alpha = [d["n1"], d["n0"], d["n1"] + 3], d["alpha"]
    risks = [d["p1"], d["p0"], (d["p1"] + d["p0"]) / 2]
    found = several.power_several_proportions(risks, n, alpha=alpha)
    yield case, "several.proportions", found
    of = [0, d["difference"], d["difference"] / 3]
    found = several.power_several_means(of, d["sd"], n, alpha=alpha)
    yield case, "several.means", found
    found = several.power_several_means(of, d["sd"], d["n1"], alpha=alpha)
    yield case, "several.means.equal", found
    wanted = {"power": d["power"], "alpha": alpha}
    found = several.sample_size_several_proportions(risks, **wanted)
    yield case, "several.proportions.size", found
    found = several.sample_size_several_means(of, d["sd"], **wanted)
    yield case, "several.means.size", found


def _detectable(case: str, d: dict[str, float]) -> Numbers:
    wanted = {"power": d["power"], "alpha": d["alpha"], "sides": "two_sided"}
    n1, n0, sd = int(d["n1"]), int(d["n0"]), d["sd"]
    yield case, "detectable.means", detectable.detectable_two_means(sd, n1, n0, **wanted)
    yield case, "detectable.paired", detectable.detectable_paired_means(sd, n1, **wanted)
    for better in detectable.DIRECTIONS:
        options = {"better": better, "test": "chi_squared", **wanted}
        try:
            found = detectable.detectable_two_proportions(d["p0"], n1, n0, **options)
        except StatsError:
            found = nan
        yield case, f"detectable.{better}", found
    options = {"better": "lower", "ratio": d["ratio"], "formula": "schoenfeld", **wanted}
    yield case, "detectable.hazard", detectable.detectable_hazard_ratio(n1, **options)
    found = nan
    with suppress(StatsError):
        found = detectable.detectable_superiority(n1, n0, **wanted)
    yield case, "detectable.superiority", found
    yield from _survival(case, d, wanted)


def _survival(case: str, d: dict[str, float], wanted: dict[str, object]) -> Numbers:
    n1, n0, hazard = int(d["n1"]), int(d["n0"]), -log(1 - d["p0"]) / 10
    seen = {"accrual": 12, "follow_up": 6, "losses": 0.01}
    first, second = (
        events.event_probability(one, **seen) for one in (hazard * d["hazard_ratio"], hazard)
    )
    expected = n1 * first + n0 * second
    yield case, "rpact.events", expected
    test = {"alpha": d["alpha"], "sides": "two_sided", "formula": "schoenfeld"}
    power = events.power_log_rank(d["hazard_ratio"], expected, null=1, ratio=n1 / n0, **test)
    yield case, "survival.power", power
    found = nan
    with suppress(StatsError):
        options = {"hazard": hazard, "better": "lower", "formula": "schoenfeld", **seen}
        found = detectable.detectable_in_patients(n1, n0, **options, **wanted)
    yield case, "survival.detectable", found


def _widths(case: str, d: dict[str, float]) -> Numbers:
    n1, n0 = int(d["n1"]), int(d["n0"])
    yield case, "width.one", widths.width_one_proportion(d["p1"], n1, confidence=0.95)
    width = widths.width_two_proportions(d["p1"], d["p0"], n1, n0, confidence=0.95)
    yield case, "width.two", width
