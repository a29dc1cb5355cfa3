"""Analysis of covariance by statsmodels; covariates of subjects as columns."""

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

OLS = "statsmodels.regression.linear_model.OLS"


def covariates(data: Data, records: "pd.DataFrame", names: list[str]):
    """The records of subjects that have every covariate, and these as columns by subject."""
    import pandas as pd

    subjects = data.adsl.set_index("USUBJID")
    columns, kept = {}, records
    for name in names:
        own = (
            records.dropna(subset=["BASE"]).groupby("USUBJID")["BASE"].first()
            if name == "baseline"
            else subjects[adsl_code(name)].dropna()
        )
        kept = kept[kept["USUBJID"].isin(own.index)]
        columns[name] = own
    index = pd.Index(sorted(kept["USUBJID"].unique()), name="USUBJID")
    made = {}
    for name, own in columns.items():
        own = own.loc[index]
        if pd.api.types.is_numeric_dtype(own):
            made[name] = own
        else:
            for level in sorted(own.unique())[1:]:
                made[f"{name}={level}"] = (own == level).astype(float)
    return kept, pd.DataFrame(made, index=index)


def ancova(data: Data, asked: Asked) -> Recomputed:
    names = asked.options["covariates"] + asked.options["strata"]
    records = data.records(asked, data.compared(asked))
    records, z = covariates(data, records, asked.options["covariates"])
    strata = asked.options["strata"]
    subjects = data.adsl.set_index("USUBJID")
    for name in strata:
        known = subjects.index[subjects[adsl_code(name)].notna()]
        records = records[records["USUBJID"].isin(known)]
    n, by = len(records), f"{OLS} ({', '.join(names) or 'arms alone'})"
    records = records.sort_values("USUBJID")
    arms = sorted(records["TRTP"].unique())
    columns = [(records["TRTP"] == arm).to_numpy(dtype=float) for arm in arms]
    columns += list(z.loc[records["USUBJID"]].to_numpy(dtype=float).T)
    if strata:
        keys = subjects.loc[records["USUBJID"], [adsl_code(s) for s in strata]].astype(str)
        joined = keys.agg("|".join, axis=1)
        levels = sorted(joined.unique())[1:]
        columns += [(joined == level).to_numpy(dtype=float) for level in levels]
    x = np.column_stack(columns) if n else np.zeros((0, 1))
    full = n > x.shape[1] and np.linalg.matrix_rank(x) == x.shape[1]
    if not full or not set(asked.pair) <= set(arms):
        return Recomputed(by, nan, n_used=n)
    own = np.einsum("ij,ij->i", x @ np.linalg.inv(x.T @ x), x)
    if asked.options["variance"] in ("HC2", "HC3") and own.max() > 1 - 1e-9:
        return Recomputed(by, nan, n_used=n)
    from statsmodels.regression.linear_model import OLS as Model

    kind = {"model": "nonrobust"}.get(asked.options["variance"], asked.options["variance"])
    fit = Model(records["AVAL"].to_numpy(), x).fit(cov_type=kind, use_t=True)
    if fit.ssr <= 1e-24 * float((records["AVAL"] ** 2).sum()):
        return Recomputed(by, nan, n_used=n)
    row = np.zeros(x.shape[1])
    row[arms.index(asked.pair[0])], row[arms.index(asked.pair[1])] = 1.0, -1.0
    found = fit.t_test(row)
    if asked.stat != "mean_difference":
        t, df = float(np.squeeze(found.tvalue)), float(fit.df_resid)
        p_value = float(np.squeeze(found.pvalue))
        value = {"p_value": p_value, "f": t**2, "df1": 1.0, "df2": df}[asked.stat]
        return Recomputed(by, value, n_used=n)
    low, high = np.squeeze(found.conf_int(alpha=1 - data.confidence(asked)))
    return Recomputed(by, float(np.squeeze(found.effect)), (float(low), float(high)), n_used=n)


CHECKS = {f"{part}.ancova": ancova for part in ("mean_difference", "p_value", "f", "df1", "df2")}
