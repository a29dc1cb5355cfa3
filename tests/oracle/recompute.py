"""Our side of the oracle: for each subject the numbers that its R script writes, by our code.

Every generator yields (case, quantity, value) from the same tables in data/. A `StatsError` is
written as NaN, which is what the R scripts write where R refuses or divides 0 by 0; the messages
are tested in tests/unit/stats.
"""

from collections.abc import Iterator
from dataclasses import asdict
from math import isfinite

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
    vector,
)

from trialtrace.stats import Interval
from trialtrace.stats.categorical import contingency as c
from trialtrace.stats.categorical.proportions import bounds, clopper_pearson, wilson
from trialtrace.stats.categorical.two_by_two_tests import chi_squared, fisher_exact
from trialtrace.stats.continuous import means, ranks
from trialtrace.stats.continuous.hodges_lehmann import hodges_lehmann
from trialtrace.stats.multiplicity import adjusted as multiplicity
from trialtrace.stats.multiplicity.graphical import gatekeeping
from trialtrace.stats.repeated.anova import WithinEffect, mixed_anova, rm_anova
from trialtrace.stats.repeated.covariances import box_m
from trialtrace.stats.stratified import mantel_haenszel as mh
from trialtrace.stats.survival.kaplan_meier import SCALES, cox, kaplan_meier, log_rank

INTERVALS = {
    "newcombe": c.risk_difference_newcombe,
    "nnt": c.number_needed_to_treat,
    "wald": c.risk_difference_wald,
    "wald_corrected": c.risk_difference_wald_corrected,
    "katz": c.risk_ratio_log,
    "woolf": c.odds_ratio_sample,
}


@subject("two_by_two")
def two_by_two() -> Numbers:
    for case, d in cases("two_by_two.csv"):
        x1, n1, x0, n0 = table = [float(d[key][0]) for key in ("x1", "n1", "x0", "n0")]
        for level in (0.95, 0.9):
            for arm, x, n in ((1, x1, n1), (0, x0, n0)):
                for f in (wilson, clopper_pearson):
                    label = f"{f.__name__}{arm}@{level}"
                    yield from ends_by(case, label, f, x, n, confidence=level)
                ends = bounds(x, n, method="wilson_corrected", confidence=level)
                label = f"wilson_corrected{arm}@{level}"
                yield from ends_by(case, label, Interval, x / n, *ends.tolist())
            for name, f in INTERVALS.items():
                yield from ends_by(case, f"{name}@{level}", f, *table, confidence=level)
        for sides in SIDES:
            yield (
                case,
                f"fisher.{sides}.p_value",
                fisher_exact(*table, sides=sides).p_value,
            )
        for how in ("none", "continuity"):
            label = f"chi_squared.{how}"
            yield from tested_by(case, label, chi_squared, *table, correction=how)


@subject("stratified")
def stratified() -> Numbers:
    for case, d in cases("strata.csv"):
        table = [d[key] for key in ("x1", "n1", "x0", "n0")]
        for how in ("none", "continuity"):
            label = f"cmh.{how}"
            yield from tested_by(case, label, mh.cochran_mantel_haenszel, *table, correction=how)
        yield from ends_by(
            case, "odds_ratio", mh.mantel_haenszel_odds_ratio, *table, confidence=0.95
        )
        for name, variance in (("sato", "sato"), ("robins", "greenland_robins")):
            yield from ends_by(case, f"risk_difference.{name}", _pooled_difference, table, variance)


def _pooled_difference(table, variance) -> Interval:
    return mh.mantel_haenszel_risk_difference(*table, confidence=0.95, variance=variance)


def two_samples() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    for case, d in cases("two_samples.csv"):
        yield case, d["value"][d["arm"] == "x"], d["value"][d["arm"] == "y"]


@subject("ranks")
def rank_tests() -> Numbers:
    for case, x, y in two_samples():
        for sides in SIDES:
            for how in ("none", "continuity"):
                yield from tested_by(
                    case,
                    f"mann_whitney.{sides}.{how}",
                    ranks.mann_whitney,
                    x,
                    y,
                    correction=how,
                    sides=sides,
                )
        tied = np.unique(np.append(x, y)).size < x.size + y.size
        a, b = (x[:7], y[:7]) if tied else (x, y)
        for sides in SIDES:
            yield from tested_by(
                case, f"exact.{sides}", ranks.mann_whitney_exact, a, b, sides=sides
            )
        of_r = {"correction": "continuity", "method": "exact_below_50"}
        if np.unique(np.append(x, y)).size > 1:
            test = ranks.mann_whitney(x, y, sides="two_sided", **of_r)
            yield from tested(case, "default", test)
        if not tied and max(x.size, y.size) < 50:
            shift = hodges_lehmann(x, y, confidence=0.95, **of_r)
            # Where no shift is rejected R has the extreme differences.
            if isfinite(shift.low):
                yield from ends(case, "default_shift", shift)
        yield from ends_by(
            case, "superiority", ranks.probability_of_superiority, x, y, confidence=0.95
        )


@subject("means")
def mean_tests() -> Numbers:
    for case, x, y in two_samples():
        for part, value in asdict(means.describe(x)).items():
            if part != "n":
                yield case, f"describe.{part}", value
        for level in (0.95, 0.8):
            yield from ends_by(case, f"mean@{level}", means.mean_interval, x, confidence=level)
            yield from ends_by(
                case,
                f"difference@{level}",
                means.mean_difference_welch,
                x,
                y,
                confidence=level,
            )
        for name, f in (("welch", means.welch_t), ("student", means.student_t)):
            for sides in SIDES:
                yield from tested_by(case, f"{name}.{sides}", f, x, y, sides=sides, df=True)
            half = np.concatenate([x, y]).std(ddof=1) / 2
            sided = {"sides": "greater", "margin": -half}
            yield from tested_by(case, f"{name}.margin", f, x, y, **sided, df=True)


@subject("multiplicity")
def adjusted() -> Numbers:
    methods = {
        "bonferroni": multiplicity.bonferroni,
        "sidak": multiplicity.sidak,
        "holm": multiplicity.holm,
        "hochberg": multiplicity.hochberg,
        "hommel": multiplicity.hommel,
        "BH": multiplicity.benjamini_hochberg,
    }
    for case, d in cases("p_values.csv"):
        for name, f in methods.items():
            yield from vector(case, f"{name}", f(d["p"]))
        if d["p"].size > 1 and not np.isnan(d["p"]).any():
            families = np.split(d["p"], [d["p"].size // 2])
            found = gatekeeping(families, gate="serial", missing="stops")
            yield from vector(case, "serial", np.concatenate(found))


FIELDS = tuple(WithinEffect.__dataclass_fields__)


@subject("repeated", "car")
def repeated() -> Numbers:
    for case, d in cases("repeated.csv"):
        first = d["visit"] == 1
        y, arm = d["value"].reshape(first.sum(), -1), d["arm"][first]
        if len(set(arm)) == 1:
            fits = {"III": rm_anova(y)}
        else:
            fits = {t: mixed_anova(y, arm, sums_of_squares=t) for t in ("II", "III")}
        sizes = np.unique(arm, return_counts=True)[1]
        if len(sizes) > 1 and sizes.min() > y.shape[1]:
            test = box_m(y, arm)
            yield from fields_of(case, "box_m", test, "statistic", "df", "p_value")
        for kind, fit in fits.items():
            for name in ("between", "within", "interaction"):
                effect = getattr(fit, name, None)
                for part in FIELDS:
                    if hasattr(effect, part):
                        yield case, f"type{kind}.{name}.{part}", getattr(effect, part)
            yield case, f"type{kind}.mauchly_w", fit.mauchly_w
            yield case, f"type{kind}.mauchly_chi_squared", fit.mauchly.statistic
            yield case, f"type{kind}.mauchly_p", fit.mauchly_p
            yield case, f"type{kind}.mauchly_p_anderson", fit.mauchly_p_anderson


QUARTILES = ("lower_quartile", "median", "upper_quartile")
CURVE = ("time", "n_risk", "n_event", "n_censored", "survival", "se", "low", "high")


@subject("survival", "survival")
def survival() -> Numbers:
    for case, d in cases("survival.csv"):
        time, event = d["time"], d["event"]
        for interval in SCALES:
            name = f"km_{interval}"
            curve = kaplan_meier(time, event, confidence=0.95, interval=interval)
            for column in CURVE if interval in ("log", "log_log") else ("low", "high"):
                yield from vector(case, f"{name}.{column}", getattr(curve, column))
            for part, found in zip(QUARTILES, curve.quartiles(), strict=True):
                for end in ("estimate", "low", "high"):
                    yield case, f"{name}.{part}.{end}", getattr(found, end)
            at = np.quantile([time.min(), time.max()], [0, 0.31, 0.77, 1])
            for i, (time_at, n) in enumerate(zip(at, curve.n_at_risk(at), strict=True), 1):
                yield from ends_by(case, f"{name}.at.{i}", curve.at(time_at).interval)
                yield case, f"{name}.n_at_risk.{i}", n
        for name, strata in (("log_rank", None), ("log_rank_strata", d["stratum"])):
            yield from tested_by(
                case, name, log_rank, time, event, d["group"], strata=strata, df=True
            )
        if case in COX:
            yield from _cox(case, d)


COX = ("two_groups", "heavy_ties", "everyone", "mostly_censored", "stratum_of_one")


def _cox(case: str, d: dict[str, np.ndarray]) -> Numbers:
    arms = np.column_stack([d["group"] == g for g in range(1, int(d["group"].max()) + 1)])
    models = {
        "arm": (arms, None),
        "adjusted": (np.column_stack([arms, d["z"]]), None),
        "strata": (arms, d["stratum"]),
    }
    for ties in ("efron", "breslow"):
        for model, (x, strata) in models.items():
            name = f"cox_{model}_{ties}"
            fit = cox(d["time"], d["event"], x, ties=ties, confidence=0.95, strata=strata)
            for part in ("coef", "se", "low", "high"):
                yield from vector(case, f"{name}.{part}", getattr(fit, part))
            yield from fields_of(case, f"{name}", fit, "null_log_likelihood", "log_likelihood")
            for part in ("wald", "score", "likelihood_ratio"):
                yield from tested_by(case, f"{name}.{part}", getattr, fit, part)
