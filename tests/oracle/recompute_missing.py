"""Our side of the oracle for missing data; see recompute.py.

The draws are fed with the uniform numbers of data/uniforms.csv, which R reads too.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from oracle_tables import Numbers, cases, ends, fields_of, subject

from trialtrace.stats import StatsError, missing
from trialtrace.stats.missing import conditional_mean as conditional
from trialtrace.stats.missing import imputation, linear, reference
from trialtrace.stats.missing._posterior import Weighted, augmented, draw_logistic

INTERVAL = ("estimate", "low", "high")
POOLED = (*INTERVAL, "se", "df", "statistic", "p_value", "relative_increase", "fraction_missing")


def given_numbers(imputations: int) -> Callable[[int, int], np.ndarray]:
    """Uniform numbers (imputations, count) of a place, as missing.R computes their places."""
    numbers = next(d for _, d in cases("uniforms.csv"))["uniform"]

    def uniforms(place: int, count: int) -> np.ndarray:
        m, at = np.arange(imputations)[:, None], np.arange(count)
        return numbers[(place * 7919 + m * 104729 + at) % numbers.size]

    return uniforms


def _filled(case: str, name: str, y: np.ndarray, completed: np.ndarray) -> Numbers:
    for i, j in np.argwhere(np.isnan(y)):
        yield case, f"{name}.{i + 1}.{j + 1}", completed[i, j]


def _pooled(case: str, name: str, result: missing.Pooled, fields=POOLED, at=()) -> Numbers:
    for field in fields:
        yield case, f"{name}.{field}", np.asarray(getattr(result, field))[at]


def rubin() -> Numbers:
    for case, d in cases("missing_pool.csv"):
        for v in (np.inf, 40.0, 4.5):
            name = f"pool.{'Inf' if v == np.inf else f'{v:g}'}"

            def pool(confidence=0.95, null=0.1, sides="two_sided", scale="identity", d=d, v=v):
                return missing.pool(
                    d["estimate"],
                    d["variance"],
                    df_complete=v,
                    null=null,
                    sides=sides,
                    confidence=confidence,
                    scale=scale,
                )

            yield from _pooled(case, name, pool())
            for sides in ("greater", "less"):
                yield case, f"{name}.{sides}", pool(sides=sides).p_value
            log = pool(confidence=0.9, null=1.3, scale="log")
            yield from _pooled(case, f"{name}.log", log, (*INTERVAL, "p_value"))


def vectors() -> Numbers:
    for case, d in cases("missing_vectors.csv"):
        q = np.column_stack([d["q1"], d["q2"], d["q3"]])
        names = [["u11", "u12", "u13"], ["u12", "u22", "u23"], ["u13", "u23", "u33"]]
        u = np.moveaxis(np.array([[d[name] for name in row] for row in names]), 2, 0)
        for v, label in ((np.inf, "Inf"), (60.0, "60")):
            test = missing.pooled_test(q, u, null=[0, 0.5, 0], df_complete=v)
            yield case, f"d1.{label}.statistic", test.statistic
            yield case, f"d1.{label}.df", test.df2
            yield case, f"d1.{label}.p_value", test.p_value


def imputed() -> Numbers:
    for case, d in cases("missing.csv"):
        names = ["y1", "y2", "y3"] + (["b"] if case != "few" else [])
        y = np.column_stack([d[name] for name in names])
        for arms in ("by_arm", "in_model"):
            own = y[:, :3] if arms == "by_arm" else y
            kinds = ("normal", "normal", "normal", "binary")[: own.shape[1]]
            data = imputation.check_data(
                own, d["arm"], d["base"][:, None], kinds, arms, False, "refuse"
            )
            if case in ("gaps", "far"):
                name, found = "chained", imputation.chained(data, 2, given_numbers(3))
            else:
                name, found = "monotone", imputation.sequential(data, given_numbers(3))
            for m, completed in enumerate(found.values, 1):
                yield from _filled(case, f"{name}.{arms}.{m}", own, completed)
            if arms == "by_arm":
                yield from _visits(case, d, own, found)
            if (case, arms) == ("dropout", "by_arm"):
                yield from _deltas(case, d, found)
        if case in ("gaps", "dropout"):
            yield from _kinds(case, d)
        if case == "gaps":
            yield from _augmented(case, d)
        visits = np.column_stack([d["base"], y[:, :3]])
        for assumption in reference.ASSUMPTIONS:
            checked = reference.check_visits(visits, d["arm"], None, 0, "by_arm", False, "refuse")
            found = reference.reference_based(checked, assumption, 2, given_numbers(2))
            for m, completed in enumerate(found.values, 1):
                yield from _filled(case, f"{assumption}.{m}", visits, completed)
        locf = missing.last_observation_carried_forward(
            visits, not_to_impute=False, before_first="refuse"
        )
        yield from _filled(case, "locf", visits, locf)
        bocf = missing.baseline_observation_carried_forward(
            visits, visits[:, 0], not_to_impute=False
        )
        yield from _filled(case, "bocf", visits, bocf)


def _visits(
    case: str, d: dict[str, np.ndarray], y: np.ndarray, found: missing.Imputations
) -> Numbers:
    """Deltas of each visit and arm, by themselves and in runs."""
    deltas = {"arms": (1, 0), "deltas": [[-1, -0.5, -2], [2, 1, 0.25]]}
    for name, options in (
        ("delta_cumulative", {"cumulative": True}),
        ("delta_by_visit", {"cumulative": False}),
        ("delta_lagged", {"cumulative": True, "lags": [1, 0.5, 0.2]}),
    ):
        shifted = missing.add_delta(found.values[:1], found.filled, d["arm"], **deltas, **options)
        yield from _filled(case, name, y, shifted[0])


def _kinds(case: str, d: dict[str, np.ndarray]) -> Numbers:
    """Levels, counts and matched values, in any pattern."""
    with np.errstate(invalid="ignore"):
        level = np.where(np.isnan(d["y1"]), np.nan, np.searchsorted([-1, 1], d["y1"], "right"))
    y = np.column_stack([level, np.minimum(np.floor(np.exp(d["y2"])), 9), d["y3"]])
    kinds = ("ordinal", "count", "predictive_mean_matching")
    data = imputation.check_data(
        y, d["arm"], d["base"][:, None], kinds, "in_model", False, "refuse", 5
    )
    for m, completed in enumerate(imputation.chained(data, 2, given_numbers(3)).values, 1):
        yield from _filled(case, f"kinds.{m}", y, completed)


def _augmented(case: str, d: dict[str, np.ndarray]) -> Numbers:
    """A threshold within another, which separates."""
    low = np.where(np.isnan(d["y2"]), np.nan, d["y2"] > 0)
    high = np.where(np.isnan(d["y1"]) | np.isnan(d["y2"]), np.nan, d["y2"] > 1)
    y = np.column_stack([d["b"], low, high])
    for arms in ("by_arm", "in_model"):
        data = imputation.check_data(
            y, d["arm"], d["base"][:, None], ("binary",) * 3, arms, False, "refuse"
        )
        data = replace(data, logistic="augmented")
        for m, completed in enumerate(imputation.chained(data, 2, given_numbers(3)).values, 1):
            yield from _filled(case, f"augmented.{arms}.{m}", y, completed)
        own = data.groups[0][~np.isnan(y[data.groups[0]]).any(axis=1)]
        x = np.column_stack([data.fixed[own], y[own][:, [0, 2]]])
        model = Weighted(y[own, 1][:-5], x[None, :-5], np.ones(len(own) - 5))
        uniform = given_numbers(1)(7, x.shape[1])
        for k, b in enumerate(draw_logistic(augmented(model, x[None]), uniform, "b")[0], 1):
            yield case, f"augmented.coef.{arms}.{k}", b


def _deltas(case: str, d: dict[str, np.ndarray], found: missing.Imputations) -> Numbers:
    x = np.column_stack([np.ones(d["arm"].size), d["arm"], d["base"]])
    first, second = [0, -1, 4], [0, 2, -3]
    grid = missing.delta_tipping(
        found.values[:, :, 2],
        found.filled[:, 2],
        d["arm"],
        x,
        [0, 1, 0],
        arms=(1, 0),
        deltas=(first, second),
        null=0.1,
        sides="two_sided",
        level=0.1,
    )
    for i, (one, two) in enumerate(zip(first, second, strict=True)):
        yield from _pooled(case, f"delta.{one}.{two}", grid.pooled, at=(i, i))


def given_parameters() -> Numbers:
    visit = np.arange(4)
    lag = np.abs(visit[:, None] - visit)
    own = np.array([10.0, 9, 7, 4]), 4 * 0.6**lag
    ref = np.array([10.5, 9.8, 9.1, 8.7]), np.outer(visit + 2, visit + 2) * 0.3**lag
    y = np.array([12.0, 8.5, 6])
    for assumption in reference.ASSUMPTIONS:
        for last in range(4):
            if last == 0 and assumption in ("copy_increments", "last_mean"):
                continue
            joint = missing.joint_distribution(*own, *ref, last=last, assumption=assumption)
            known, wanted = list(range(last)), list(range(last, 4))
            intercept, weights, left = reference.conditional(*joint, known, wanted)
            mean = intercept + weights @ y[:last]
            for i in range(4 - last):
                yield "given", f"{assumption}.{last}.mean.{i + 1}", mean[i]
                for j in range(i + 1):
                    yield "given", f"{assumption}.{last}.cov.{i + 1}.{j + 1}", left[i, j]


def binary() -> Numbers:
    for case, d in cases("missing_counts.csv"):
        table = [float(d[name][0]) for name in ("x1", "n1", "m1", "x0", "n0", "m0")]
        bounds = missing.worst_and_best(*table)
        for part, value in zip(INTERVAL, (bounds.observed, bounds.low, bounds.high), strict=True):
            yield case, f"bounds.{part}", value
        fisher = missing.tipping_map(*table, test="fisher", level=0.05)
        chi_squared = missing.tipping_map(*table, test="chi_squared", level=0.05)
        for (i, j), difference in np.ndenumerate(fisher.difference):
            yield case, f"difference.{i}.{j}", difference
            yield case, f"fisher.{i}.{j}", fisher.p_value[i, j]
            yield case, f"chi_squared.{i}.{j}", chi_squared.p_value[i, j]


@subject("missing", "mice", "ordinal")
def missing_data() -> Numbers:
    for part in (rubin, vectors, imputed, given_parameters, binary):
        yield from part()


DELTAS = (0.5, -1.0, 2.0)
MOST = 48


@subject("conditional_mean", "nlme")
def conditional_mean() -> Numbers:
    for case, d in cases("missing.csv"):
        if case not in ("gaps", "three_arms"):
            continue
        d = {name: values[:MOST] for name, values in d.items()}
        y = np.column_stack([d["y1"], d["y2"], d["y3"]])
        arms = np.unique(d["arm"]).size
        for assumption in conditional.BY_CONDITIONAL_MEAN:
            for shift, deltas in (("none", None), ("delta", DELTAS[:arms])):
                fits = conditional.conditional_mean_fits(
                    y,
                    d["arm"],
                    d["base"][:, None],
                    reference=0,
                    assumption=assumption,
                    deltas=deltas,
                    offset=d["base"],
                    method="REML",
                )
                yield from _told(case, f"{assumption}.{shift}", fits, arms)
                if shift == "none":
                    # R counts down the columns, from 1.
                    imputed = zip(y.T.ravel(), fits.completed.T.ravel(), strict=True)
                    for i, (seen, value) in enumerate(imputed, 1):
                        if np.isnan(seen):
                            yield case, f"{assumption}.imputed.{i}", value


def _told(case: str, name: str, fits: conditional.ConditionalMeans, arms: int) -> Numbers:
    for visit in range(3):
        for arm in range(1, arms):
            row = np.zeros(arms + 1)
            row[arm], row[0] = 1.0, -1.0
            found = conditional.conditional_mean_contrast(
                fits, row, visit=visit, sides="two_sided", confidence=0.9
            )
            at = f"{name}.{visit + 1}.{arm}"
            yield from ends(case, f"{at}", found)
            yield case, f"{at}.se", found.standard_error
            yield case, f"{at}.p_value", found.test.p_value


MADE = ("missing_at_random", "jump_to_reference", "copy_increments", "copy_reference")
NAN = float("nan")


def _pooled_means(case: str, name: str, fits: missing.ImputedFits, rows: np.ndarray) -> Numbers:
    for df in linear.POOLING:
        for number, row in enumerate(rows, 1):
            at = f"{name}.{df}.arm{number}"
            found = missing.pooled_contrast(
                fits, row, df=df, null=0.0, sides="two_sided", confidence=0.9
            )
            yield from fields_of(
                case, f"{at}", found, "estimate", "low", "high", "statistic", "df", "p_value"
            )
            yield case, f"{at}.fraction_missing", found.fraction_missing
        try:
            test = missing.pooled_contrasts_test(fits, rows, df=df)
            parts = {"statistic": test.statistic, "df": test.df2, "p_value": test.p_value}
        except StatsError:
            parts = dict.fromkeys(("statistic", "df", "p_value"), NAN)
        for part, value in parts.items():
            yield case, f"{name}.{df}.d1.{part}", value


def _by_reference(case: str, d: dict[str, np.ndarray], y: np.ndarray, arms: str) -> Numbers:
    codes = np.unique(d["arm"])
    x = np.column_stack([d["arm"][:, None] == codes, d["base"]]).astype(float)
    rows = np.hstack([-np.ones((codes.size - 1, 1)), np.eye(codes.size - 1)])
    rows = np.hstack([rows, np.zeros((codes.size - 1, 1))])
    data = reference.check_visits(y, d["arm"], d["base"][:, None], 0, arms, False, "refuse")
    weight = np.outer(np.arange(len(y)) + 1, np.arange(3) + 1)
    for assumption in MADE:
        found = reference.reference_based(data, assumption, 2, given_numbers(3)).values
        name = f"{arms}.{assumption}"
        for m, values in enumerate(found - d["base"][:, None], 1):
            yield case, f"{name}.{m}.sum", (values * weight).sum()
            yield case, f"{name}.{m}.squares", (values**2).sum()
        yield from _pooled_means(case, name, missing.fit_imputed(found[:, :, 2], x), rows)


@subject("imputed_means", "mice")
def imputed_means() -> Numbers:
    for case, d in cases("missing.csv"):
        y = np.column_stack([d["y1"], d["y2"], d["y3"]])
        for arms in ("by_arm", "in_model") if case != "few" else ():
            yield from _by_reference(case, d, y, arms)
        visits = np.column_stack([d["base"], y])
        weight = np.outer(np.arange(len(y)) + 1, np.arange(4) + 1)
        for worse in ("higher", "lower"):
            carried = missing.worst_observation_carried_forward(
                visits, worse=worse, not_to_impute=False, before_first="refuse"
            )
            yield case, f"wocf.{worse}", ((carried - d["base"][:, None]) * weight).sum()
