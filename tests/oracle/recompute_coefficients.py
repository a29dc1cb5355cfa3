"""Our side of the oracle for coefficients of models, as a plan asks for them; see recompute.py.

The trial is the made-up one of tests/spec/checks; data/coefficients.csv holds its records.
"""

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from oracle_tables import HERE, Numbers, subject

from trialtrace.base.paths import Project
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trial.load import load_trial

CHECKS = HERE.parent / "spec" / "checks"
sys.path.append(str(CHECKS))
from made_trial import MADE, write_derived  # noqa: E402

SUBJECTS_ONLY = {"covariates": ["sex", "age"], "coefficients": "all"}
MIXED = {"estimation": "REML", "df": "satterthwaite", "coefficients": "all"}
# Analysis, and by statistic and method what a step says of it.
STEPS = {
    "response": [
        ("odds_ratio", "logistic", SUBJECTS_ONLY),
        ("risk_ratio", "modified_poisson", SUBJECTS_ONLY),
    ],
    "score": [
        ("mean_difference", "ancova", SUBJECTS_ONLY | {"strata": ["site"], "variance": "HC1"}),
    ],
    "pain_by_ward": [
        ("mean_difference", "random_cluster", MIXED | {"cluster": "ward", "covariates": ["sex"]}),
    ],
    "pain": [
        (
            "mean_difference",
            "mmrm",
            MIXED
            | {"covariance": "compound_symmetry", "groups": "common", "slopes": "each_visit"}
            | {"covariates": ["baseline", "sex"]},
        ),
        ("odds_ratio", "proportional_odds", SUBJECTS_ONLY),
    ],
    "infection": [
        ("rate_ratio", "lwyy", SUBJECTS_ONLY | {"ties": "efron"}),
        ("rate_ratio", "negative_binomial", SUBJECTS_ONLY | {"exposure": "time_at_risk"}),
        (
            "rate_ratio",
            "poisson_regression",
            SUBJECTS_ONLY | {"exposure": "time_at_risk", "variance": "model"},
        ),
    ],
    "death": [
        (
            "hazard_ratio",
            "cox_adjusted",
            SUBJECTS_ONLY | {"ties": "efron", "strata": [], "variance": "model"},
        )
    ],
    "first": [("subdistribution_hazard_ratio", "fine_gray", SUBJECTS_ONLY)],
}
PAIN = {"estimand": "pain", "visits": ["week 2", "week 3"]}
OTHERWISE = {"pain": PAIN | {"visits": ["week 2", "week 3", "week 4"]}, "pain_by_ward": PAIN}


# lme4's optimum is polished with numeric derivatives, of which lmerTest's p-values are too.
@subject(
    "coefficients",
    "cmprsk",
    "lmerTest",
    "MASS",
    "numDeriv",
    "ordinal",
    "sandwich",
    "survival",
    tolerance=1e-06,
    again=1e-06,
)
def coefficients() -> Numbers:
    """Each coefficient with its bounds, error and p, by the method, visit and term."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        configuration = folder / "config" / "trials" / MADE
        shutil.copytree(CHECKS / MADE, configuration)
        plan = yaml.safe_load((configuration / "plan.yaml").read_text(encoding="utf-8"))
        kept = {key: plan[key] for key in ("decision_level", "confidence", "estimands")}
        analyses = {
            analysis: {"label": analysis, "role": "exploratory", "estimand": analysis}
            | OTHERWISE.get(analysis, {})
            | {"estimates": [{stat: {"method": how, **more}} for stat, how, more in steps]}
            for analysis, steps in STEPS.items()
        }
        (configuration / "plan.yaml").write_text(json.dumps(kept | {"analyses": analyses}))
        trial = load_trial(MADE, Project(folder))
        write_derived(folder / "derived")
        analyse_plan(trial, folder / "derived", folder / "analysis")
        rows = read_table(folder / "analysis" / "results.parquet", RESULTS).to_pylist()
    for row in rows:
        stat, _, method = row["method"].partition(".")
        if stat not in ("coefficient", "standard_error", "p_coefficient"):
            continue
        term = row["group2_level"]
        if row["comparison"] is not None:
            term = term.replace("arm", row["comparison"], 1)
        of = ".".join(filter(None, (row["visit"], term, stat)))
        yield method, of, row["stat_value"]
        if stat == "coefficient":
            yield method, f"{of}.low", row["ci_low"]
            yield method, f"{of}.high", row["ci_high"]
