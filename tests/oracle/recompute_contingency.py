"""Our side of the oracle for contingency tables, paired events, compliers and interactions."""

from collections.abc import Callable, Iterator
from itertools import product
from math import nan

import numpy as np
from oracle_tables import SIDES, Numbers, cases, ends, fields_of, subject, tested_by

from trialtrace.stats import StatsError, categorical, stratified
from trialtrace.stats.categorical import paired, proportions
from trialtrace.stats.categorical.binomial import binomial_test, upper_bound
from trialtrace.stats.categorical.complier import complier_bounds, complier_difference
from trialtrace.stats.categorical.contingency import odds_ratio_wald_test
from trialtrace.stats.categorical.fragility import fragility_index
from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table, fisher_freeman_halton
from trialtrace.stats.categorical.score import risk_difference_score, risk_difference_score_test
from trialtrace.stats.categorical.score_ratio import risk_ratio_score, risk_ratio_score_test
from trialtrace.stats.categorical.trend import cochran_armitage
from trialtrace.stats.categorical.unconditional import barnard, boschloo
from trialtrace.stats.results import Interval
from trialtrace.stats.stratified import score as over_strata
from trialtrace.stats.stratified.exact import exact_conditional_test, odds_ratio_conditional
from trialtrace.stats.stratified.exact_association import cmh_general_association_exact
from trialtrace.stats.stratified.generalised_cmh import (
    cmh_general_association,
    cmh_row_mean_scores,
)
from trialtrace.stats.stratified.interaction import (
    logistic_interaction,
    logistic_trend,
    logistic_trend_ratio,
)

LEVELS = (0.95, 0.9)
GIVEN = (-2, 0, 0.5, 7, 11)


def _two_by_two() -> Iterator[tuple[str, list[float]]]:
    for case, d in cases("two_by_two.csv"):
        yield case, [float(d[key][0]) for key in ("x1", "n1", "x0", "n0")]


@subject("score")
def score() -> Numbers:
    for case, table in _two_by_two():
        for level in LEVELS:
            result = categorical.risk_difference_miettinen_nurminen(*table, confidence=level)
            yield from ends(case, f"miettinen_nurminen@{level}", result)
        for how in ("farrington_manning", "miettinen_nurminen"):
            result = categorical.risk_difference_score(*table, confidence=0.95, variance=how)
            yield case, f"difference.{how}.p_value", result.p_value
            for margin in (0, 0.1, -0.25):
                for sides in SIDES:
                    name = f"difference.{how}.{margin}.{sides}"
                    options = {"margin": margin, "sides": sides, "variance": how}
                    yield from tested_by(case, name, risk_difference_score_test, *table, **options)
        for how in ("miettinen_nurminen", "koopman"):
            for level in LEVELS:
                result = risk_ratio_score(*table, confidence=level, variance=how)
                yield from ends(case, f"ratio.{how}@{level}", result)
            yield case, f"ratio.{how}.p_value", result.p_value
            for margin in (1, 0.8, 1.5):
                for sides in SIDES:
                    name = f"ratio.{how}.{margin}.{sides}"
                    options = {"margin": margin, "sides": sides, "variance": how}
                    yield from tested_by(case, name, risk_ratio_score_test, *table, **options)


@subject("exact_two_by_two")
def exact_two_by_two() -> Numbers:
    for case, table in _two_by_two():
        for level in LEVELS:
            for name in ("wald", "agresti_coull", "jeffreys"):
                for arm, counts in ((1, table[:2]), (0, table[2:])):
                    result = getattr(proportions, name)(*counts, confidence=level)
                    yield from ends(case, f"{name}{arm}@{level}", result)
            result = categorical.risk_difference_agresti_caffo(*table, confidence=level)
            yield from ends(case, f"agresti_caffo@{level}", result)
            result = odds_ratio_conditional(*table, confidence=level)
            yield from ends(case, f"conditional@{level}", result)
        for sides, how in (
            ("two_sided", "half_of_observed"),
            ("two_sided", "half_of_all"),
            ("greater", "half_of_observed"),
            ("less", "half_of_all"),
        ):
            result = exact_conditional_test(*table, sides=sides, mid_p=how)
            yield case, f"mid_p.{sides}.{how}", result.p_value
        if table[1] * table[3] <= 6000:
            yield from _unconditional(case, table)


def _unconditional(case: str, table: list[float]) -> Numbers:
    for sides in SIDES:
        for how in ("score", "wald"):
            name = f"barnard.{how}.{sides}"
            yield from tested_by(case, name, barnard, *table, sides=sides, statistic=how)
        options = {"sides": sides, "two_sided": "fisher"}
        yield from tested_by(case, f"boschloo.{sides}", boschloo, *table, **options)
    doubled = boschloo(*table, sides="two_sided", two_sided="doubled")
    yield case, "boschloo.doubled.p_value", doubled.p_value


@subject("exact_stratified")
def exact_stratified() -> Numbers:
    for case, d in cases("strata.csv"):
        table = [d[key] for key in ("x1", "n1", "x0", "n0")]
        for sides in SIDES:
            options = {"sides": sides, "mid_p": "none"}
            yield from tested_by(case, f"exact.{sides}", exact_conditional_test, *table, **options)
        for how in ("half_of_observed", "half_of_all"):
            result = exact_conditional_test(*table, sides="two_sided", mid_p=how)
            yield case, f"mid_p.{how}", result.p_value
        yield from ends(case, "odds_ratio", odds_ratio_conditional(*table, confidence=0.95))


def _tables() -> Iterator[tuple[str, np.ndarray]]:
    for case, d in cases("tables.csv"):
        shape = [int(d[key].max()) for key in ("stratum", "row", "column")]
        yield case, d["count"].reshape(shape)


@subject("tables")
def tables() -> Numbers:
    for case, table in _tables():
        flat = table.sum(axis=0)
        if case != "large_strata":
            yield case, "freeman_halton.p_value", fisher_freeman_halton(flat).p_value
        yield from tested_by(case, "chi_squared", chi_squared_table, flat, df=True)
        yield from tested_by(case, "general", cmh_general_association, table, df=True)
        scores = {how: how for how in ("equal", "midranks", "ridit", "modified_ridit")}
        if flat.shape[1] <= 5:
            scores["given"] = GIVEN[: flat.shape[1]]
        for how, columns in scores.items():
            yield from tested_by(
                case, f"row_means.{how}", cmh_row_mean_scores, table, column_scores=columns, df=True
            )
    for case, d in cases("trend.csv"):
        for how in ("binomial", "hypergeometric"):
            for sides in SIDES:
                options = {"sides": sides, "variance": how}
                name = f"{how}.{sides}"
                yield from tested_by(
                    case, name, cochran_armitage, d["x"], d["n"], d["score"], **options
                )


@subject("exact_association")
def exact_association() -> Numbers:
    for case, table in _tables():
        if table.shape[2] == 2:
            yield from tested_by(case, "general_exact", cmh_general_association_exact, table)


@subject("vcdextra", "vcdExtra")
def vcdextra() -> Numbers:
    for case, table in _tables():
        flat = table.sum(axis=0)
        empty = (flat.sum(axis=0) == 0).any() or (flat.sum(axis=1) == 0).any()
        if empty or (table.sum(axis=(1, 2)) < 2).any() or case.startswith("row"):
            continue
        equal = {"column_scores": "equal"}
        yield from tested_by(case, "rmeans", cmh_row_mean_scores, table, **equal, df=True)
        yield from tested_by(case, "general", cmh_general_association, table, df=True)


@subject("metafor", "metafor")
def metafor() -> Numbers:
    measures = {
        "RD": categorical.risk_difference_wald,
        "RR": categorical.risk_ratio_log,
        "OR": categorical.odds_ratio_sample,
    }
    for case, table in _two_by_two():
        for name, compute in measures.items():
            result = compute(*table, confidence=0.95)
            if not np.isnan(result.low):
                yield from ends(case, name, result)
                yield case, f"{name}.p_value", result.p_value
    for case, d in cases("strata.csv"):
        if case == "nobody":
            continue
        table = [d[key] for key in ("x1", "n1", "x0", "n0")]
        options = {"confidence": 0.95, "variance": "sato"}
        result = stratified.mantel_haenszel_risk_difference(*table, **options)
        yield from ends(case, "risk_difference.sato", result)
        yield case, "risk_difference.sato.p_value", result.p_value
        result = stratified.mantel_haenszel_risk_ratio(*table, confidence=0.95)
        if not np.isnan(result.low):
            yield from ends(case, "risk_ratio", result)
            yield case, "risk_ratio.p_value", result.p_value
        for name, how in (("breslow_day", "none"), ("tarone", "tarone")):
            numbers = list(
                tested_by(case, name, stratified.breslow_day, *table, correction=how, df=True)
            )
            if not np.isnan(numbers[0][2]):
                yield from numbers
                if how == "none":
                    result = stratified.mantel_haenszel_odds_ratio(*table, confidence=0.95)
                    yield case, "odds_ratio.p_value", result.p_value


def _or_nan(compute: Callable[[], float]) -> float:
    try:
        return compute()
    except StatsError:
        return nan


@subject("binomial")
def binomial() -> Numbers:
    for case, d in cases("two_by_two.csv"):
        for arm, which in (("arm1", "1"), ("arm2", "0")):
            x, n = float(d[f"x{which}"][0]), float(d[f"n{which}"][0])
            if n == 0:
                continue
            for threshold in (0.1, 0.5, 0.6):
                for sides in ("two_sided", "greater", "less"):
                    found = binomial_test(x, n, threshold=threshold, sides=sides)
                    yield case, f"{arm}.{threshold:g}.{sides}", found.p_value
            for level in (0.9, 0.95):
                yield case, f"{arm}.upper@{level:g}", upper_bound(x, n, confidence=level)


@subject("interaction")
def interaction() -> Numbers:
    for case, d in cases("strata.csv"):
        counts = [d[key] for key in ("x1", "n1", "x0", "n0")]
        if len(counts[0]) > 5:
            continue
        try:
            found = logistic_interaction(*_long(*counts))
        except StatsError:
            found = None
        # Where R has no interaction of strata the trend is not compared either.
        over_score = logistic_trend(*_long(*counts)) if found else None
        for name, result in (("logistic", found), ("trend", over_score)):
            yield from fields_of(case, f"{name}", result, "statistic", "df", "p_value")
        ratio = _ratio(*_long(*counts)) if found else None
        yield from ends(case, "ratio", ratio)


def _ratio(y: np.ndarray, arm: np.ndarray, score: np.ndarray) -> Interval:
    # Strata without patients have no number in R.
    score = np.unique(score, return_inverse=True)[1]
    return logistic_trend_ratio(y, arm == "t", score, confidence=0.95)


def _long(x1, n1, x0, n0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, arm and stratum of every patient."""
    k = np.arange(len(x1))
    size = np.concatenate([x1, n1 - x1, x0, n0 - x0]).astype(int)
    y = np.repeat(np.repeat([1.0, 0.0, 1.0, 0.0], len(k)), size)
    arm = np.repeat(np.repeat(["t", "t", "c", "c"], len(k)), size)
    return y, arm, np.repeat(np.tile(k, 4), size)


@subject("compliers")
def compliers() -> Numbers:
    for case, d in cases("two_by_two.csv"):
        x1, n1, x0, n0 = (int(d[key][0]) for key in ("x1", "n1", "x0", "n0"))
        if n1 < 2 or n0 < 1 or n1 * n0 > 2000:
            continue
        treated, control = np.arange(n1) < x1, np.arange(n0) < x0
        received = np.arange(1, n1 + 1) % 3 != 0
        data = [part.astype(float) for part in (treated, received, control)]
        found = complier_difference(*data, confidence=0.95)
        yield from ends(case, "bloom", found)
        bounds = complier_bounds(*data)
        yield case, "bounds.low", bounds.low
        yield case, "bounds.high", bounds.high
        for level in (0.05, 0.01):
            for rule in ("smallest", "walsh"):
                how = {"level": level, "rule": rule}
                table = (x1, n1, x0, n0)
                yield (
                    case,
                    f"{rule}@{level:g}",
                    _or_nan(lambda t=table, h=how: fragility_index(*t, **h)),
                )


PAIRED_LEVELS = (0.95, 0.9)


@subject("paired_events")
def paired_events() -> Numbers:
    for case, columns in cases("paired_events.csv"):
        table = [
            float(columns[key][0]) for key in ("both", "treated_only", "reference_only", "neither")
        ]
        yield from _tests(case, table)
        for level in PAIRED_LEVELS:
            found = paired.paired_risk_difference_newcombe(*table, confidence=level)
            yield from ends(case, f"newcombe@{level}", found)
    for case, columns in cases("conditions.csv"):
        outcomes = columns["event"].reshape(-1, int(columns["condition"].max()))
        try:
            found = paired.cochran_q(outcomes)
        except StatsError:
            found = None
        yield from fields_of(case, "cochran_q", found, "statistic", "df", "p_value")


def _tests(case: str, table: list[float]) -> Iterator[tuple[str, str, float]]:
    discordant = table[1:3]
    for correction, sides in product(("none", "continuity"), SIDES):
        name = f"mcnemar.{correction}.{sides}"
        yield from tested_by(
            case, name, paired.mcnemar, *discordant, sides=sides, correction=correction
        )
    for mid_p, sides in product(paired.MID_P, SIDES):
        found = paired.mcnemar_exact(*discordant, sides=sides, mid_p=mid_p)
        yield case, f"exact.{mid_p}.{sides}.p_value", found.p_value


STRATA_LEVELS = (0.95, 0.8)
MEE = {"variance": "farrington_manning"}
COUNTS = ("x1", "n1", "x0", "n0")


@subject("stratified_score")
def stratified_score() -> Numbers:
    for case, columns in cases("strata.csv"):
        table = [columns[key] for key in COUNTS]
        if not ((table[1] > 0) & (table[3] > 0)).any():
            continue
        for weight, variance, level in product(
            over_strata.DIFFERENCE_WEIGHTS, over_strata.VARIANCES, STRATA_LEVELS
        ):
            choices = {"weights": weight, "variance": variance, "confidence": level}
            found = over_strata.stratified_risk_difference_score(*table, **choices)
            yield from ends(case, f"difference.{weight}.{variance}.{level}", found)
            yield case, f"difference.{weight}.{variance}.{level}.p_value", found.p_value
        for level in STRATA_LEVELS:
            found = over_strata.stratified_risk_difference_newcombe(*table, confidence=level)
            yield from ends(case, f"newcombe.{level}", found)
    for case, columns in cases("two_by_two.csv"):
        table = [float(columns[key][0]) for key in COUNTS]
        for margin, sides in product((1, 0.8, 1.5), SIDES):
            choices = {"margin": margin, "sides": sides}
            name = f"odds.{margin}.{sides}"
            yield from tested_by(case, name, odds_ratio_wald_test, *table, **choices)
        for level in (0.95, 0.9):
            found = risk_difference_score(*table, confidence=level, **MEE)
            yield from ends(case, f"mee@{level}", found)
