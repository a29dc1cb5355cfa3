"""Our side of the oracle for contingency tables: the numbers of six R scripts, by our code."""

from collections.abc import Iterator

import numpy as np
from oracle_tables import SIDES, Numbers, cases, ends, subject, tested_by

from trialtrace.stats import categorical, stratified
from trialtrace.stats.categorical import proportions
from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table, fisher_freeman_halton
from trialtrace.stats.categorical.score import risk_difference_score_test
from trialtrace.stats.categorical.score_ratio import risk_ratio_score, risk_ratio_score_test
from trialtrace.stats.categorical.trend import cochran_armitage
from trialtrace.stats.categorical.unconditional import barnard, boschloo
from trialtrace.stats.stratified.exact import exact_conditional_test, odds_ratio_conditional
from trialtrace.stats.stratified.exact_association import cmh_general_association_exact
from trialtrace.stats.stratified.generalised_cmh import (
    cmh_correlation,
    cmh_general_association,
    cmh_row_mean_scores,
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
            options = {"row_scores": "equal", "column_scores": columns}
            yield from tested_by(
                case, f"correlation.equal.{how}", cmh_correlation, table, **options, df=True
            )
        if len(table) == 1:
            both = cmh_correlation(table, row_scores="midranks", column_scores="midranks")
            yield case, "spearman", both.statistic
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
        yield from tested_by(
            case, "cor", cmh_correlation, table, row_scores="equal", **equal, df=True
        )
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
