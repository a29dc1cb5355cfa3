"""Our side of the oracle for means after imputation; see recompute.py."""

import numpy as np
from oracle_tables import Numbers, cases, fields_of, subject
from recompute_missing import given_numbers

from trialtrace.stats import StatsError, missing
from trialtrace.stats.missing import linear, reference

MADE = ("missing_at_random", "jump_to_reference", "copy_increments", "copy_reference")
NAN = float("nan")


def _pooled(case: str, name: str, fits: missing.ImputedFits, rows: np.ndarray) -> Numbers:
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
        yield from _pooled(case, name, missing.fit_imputed(found[:, :, 2], x), rows)


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
