"""Analysis of covariance by statsmodels; covariates of subjects as columns."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS as Model
from statsmodels.regression.linear_model import RegressionResults

from trialtrace.run.methods.checking.data import Asked, Data, level_text
from trialtrace.run.methods.checking.outcome import Answer, by_name, peer
from trialtrace.run.methods.regression.check_coefficients import (
    answer,
    by_stratum,
    row_of,
    with_coefficients,
)
from trialtrace.run.trial.model import adsl_code

OLS = "statsmodels.regression.linear_model.OLS"


def covariates(data: Data, records: pd.DataFrame, names: list[str]):
    """The records of subjects that have every covariate, and these as columns by subject."""
    subjects = data.adsl.set_index("USUBJID")
    columns, kept = {}, records
    for name in names:
        values = (
            records.dropna(subset=["BASE"]).groupby("USUBJID")["BASE"].first()
            if name == "baseline"
            else subjects[adsl_code(name)].dropna()
        )
        kept = kept[kept["USUBJID"].isin(values.index)]
        columns[name] = values
    index = pd.Index(sorted(kept["USUBJID"].unique()), name="USUBJID")
    design = {}
    for name, values in columns.items():
        values = values.loc[index]
        if pd.api.types.is_numeric_dtype(values):
            design[name] = values
        else:
            for level in sorted(values.unique())[1:]:
                design[f"{name}={level}"] = (values == level).astype(float)
    return kept, pd.DataFrame(design, index=index)


@dataclass(frozen=True)
class Design:
    """Values, the columns of the arms, of covariates and of strata, and their names."""

    y: np.ndarray
    x: np.ndarray
    names: list[str]

    def row(self, arm: str) -> np.ndarray:
        """The mean of an arm where numbers are 0 and levels the first."""
        return np.array([float(name == f"arm={arm}") for name in self.names])


def _design(data: Data, asked: Asked) -> tuple[Design | None, int]:
    """The design, None where it has no solution or an arm has nobody, and the records."""
    records, z = covariates(
        data, data.records(asked, data.compared(asked)), asked.options["covariates"]
    )
    strata, subjects = asked.options["strata"], data.adsl.set_index("USUBJID")
    for name in strata:
        known = subjects.index[subjects[adsl_code(name)].notna()]
        records = records[records["USUBJID"].isin(known)]
    if records.empty:
        return None, 0
    records = records.sort_values("USUBJID")
    arms = sorted(records["TRTP"].unique())
    named = {f"arm={arm}": (records["TRTP"] == arm).to_numpy(dtype=float) for arm in arms}
    named |= dict(z.loc[records["USUBJID"]].astype(float).items())
    if strata:
        keys = subjects.loc[records["USUBJID"], [adsl_code(s) for s in strata]]
        joined = keys.map(level_text).agg(":".join, axis=1).to_numpy()
        name, levels = ":".join(strata), sorted(set(joined))[1:]
        named |= {f"{name}={level}": (joined == level).astype(float) for level in levels}
    x, n = np.column_stack(list(named.values())), len(records)
    full = n > x.shape[1] and np.linalg.matrix_rank(x) == x.shape[1]
    needed = asked.pair or data.compared(asked)[-1:] * (asked.second == "intercept")
    known = full and len(arms) > 1 and set(needed) <= set(arms)
    return (Design(records["AVAL"].to_numpy(), x, [*named]) if known else None), n


def _by(asked: Asked) -> str:
    names = asked.options["covariates"] + asked.options["strata"]
    return f"{OLS} ({', '.join(names) or 'arms alone'})"


@peer(_by, _design)
def ancova(data: Data, asked: Asked, design: Design) -> Answer:
    """statsmodels' `OLS` with the error that the plan names, and its `t_test` of two arms."""
    return of_design(data, asked, design)


def of_design(data: Data, asked: Asked, design: Design, *, every: bool = False) -> Answer:
    """The same of any design; NaN of an exact fit, where an error is not defined and, with `every`,
    where that of a coefficient is 0."""
    x, variance = design.x, asked.options["variance"]
    leverage = np.einsum("ij,ij->i", x @ np.linalg.inv(x.T @ x), x)
    # HC2 and HC3 divide by one less the leverage.
    if variance in ("HC2", "HC3") and leverage.max() > 1 - 1e-9:
        return nan
    fit = _fit(design, "nonrobust" if variance == "model" else variance)
    if fit.ssr <= 1e-24 * float((design.y**2).sum()):
        return nan
    test = fit.t_test(row_of(asked, design.names, data.compared(asked)[-1]))
    value, error = float(np.squeeze(test.effect)), float(np.squeeze(test.sd))
    # An arm of one subject leaves a robust error of 0.
    if every and fit.bse.min() <= 1e-9 * fit.bse.max():
        return nan
    if asked.stat in ("f", "df1", "df2"):
        return {"f": (value / error) ** 2, "df1": 1.0, "df2": fit.df_resid}
    return answer(data, asked, value, error, fit.df_resid)


def _of_strata(data: Data, asked: Asked) -> tuple[tuple[Design, int] | None, int]:
    """The design with products of arms and strata, and their number; the records."""
    records, z = covariates(data, data.records(asked), asked.options["covariates"])
    names = [adsl_code(name) for name in asked.options["strata"]]
    records = records.drop(columns=names, errors="ignore")
    records = records.merge(data.adsl[["USUBJID", *names]].dropna(), on="USUBJID")
    stratum = records[names].astype(str).agg(":".join, axis=1)
    if (columns := by_stratum(records["TRTP"], stratum)) is None:
        return None, len(records)
    plain, products = columns
    own = z.loc[records["USUBJID"]].to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(records)), plain, own, products])
    if len(records) <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        return None, len(records)
    return (Design(records["AVAL"].to_numpy(), x, []), products.shape[1]), len(records)


@peer(OLS, _of_strata)
def interaction(data: Data, asked: Asked, made: tuple[Design, int]) -> Answer:
    """statsmodels' `OLS` with and without the products, compared by its `compare_f_test`."""
    design, products = made
    fit = _fit(design, "nonrobust")
    if fit.ssr <= 1e-24 * float((design.y**2).sum()):
        return nan
    f, p_value, df1 = fit.compare_f_test(Model(design.y, design.x[:, :-products]).fit())
    return {"f": f, "p_value": p_value, "df1": df1, "df2": fit.df_resid}


def _fit(design: Design, covariance: str) -> RegressionResults:
    return Model(design.y, design.x).fit(cov_type=covariance, use_t=True)


CHECKS = by_name(
    {
        **with_coefficients("mean_difference.ancova", ancova),
        "p_value,f,df1,df2.ancova": ancova,
        "p_value,f,df1,df2.ancova_interaction": interaction,
    }
)
