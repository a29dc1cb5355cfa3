"""What each package of the statistics offers, read from the sources of its modules.

A family offers the public functions and classes of its modules, but for those that neighbouring
modules share. Type checkers and editors read it from stubs, which `make lint` and the build of a
wheel write.
"""

import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = "trialtrace.stats"
# Functions that neighbouring modules share: no methods of their own, so not offered.
SHARED = {
    "regression.coefficients": ("from_covariance",),
    "multiplicity.group_sequential": ("solve", "spending_function"),
    "survival.competing_risks": ("check_causes", "just_before", "hypergeometric_factor"),
    "categorical.two_by_two_tests": ("chi_squared_tests", "exact_tails"),
    "continuous.means": ("welch",),
    "survival.cox_start_stop": ("start_stop_model",),
    "mixed.mixed_tests": ("shared_fields",),
    "regression.ordinal": ("ordinal_data", "cuts", "level_terms"),
    "repeated.anova_general": ("corrected_test",),
    "categorical.score": ("risk_difference", "restricted_risks"),
    "repeated.sphericity": ("mauchly_chi_squared",),
    "missing.imputation": (
        *("Data", "named", "marks", "fillable", "outcome_columns", "check_data", "fixed_columns"),
        *("sequential", "chained", "fill_column"),
    ),
    "missing.pooling": ("barnard_rubin",),
    "missing.reference": (
        *("Visits", "conditional", "check_visits", "place_of_reference", "reference_based"),
    ),
    "resampling.cells": (
        *("all_arrangements", "split_by_keys", "split_by_coins", "coin_words", "fair"),
    ),
    "resampling.curves": ("summarised", "joined", "places", "border"),
    "resampling.drawing": (
        *("Group", "Layout", "check_seed", "random_words", "unit_interval", "layout_of"),
        *("blocks", "draw_block"),
    ),
    "resampling.exact": ("count_all", "listed", "share"),
    "resampling.linear": ("check_draws", "check_tolerance"),
    "resampling.schemes": ("arrangements", "few_arrangements"),
    "resampling.sums": (
        *("WholeScores", "Question", "whole_scores", "observed_sums", "signs", "products"),
        "sums_of",
    ),
    "stratified.generalised_cmh": ("checked_tables", "smallest_expected"),
    "stratified.mantel_haenszel": ("comparable_strata", "departures"),
    "survival.kaplan_meier": (
        "compare_groups",
        "crossing",
        "curve_bounds",
        "greenwood",
        "product_limit",
        "sums_over_strata",
        "unweighted",
        "weighted_sums",
    ),
    "survival.weighted_log_rank": ("fleming_harrington", "survival_before"),
}
# Constants that a family offers: what a keyword without a default is given.
CONSTANTS = {"resampling.sums": ("TIE_TOLERANCE",)}
# What the package offers besides its families.
OF_ALL = {
    "_r_defaults": ("PerFunction", "R_DEFAULTS"),
    "conventions": ("Conventions",),
    "results": (
        *("Coefficients", "Contrast", "Contrasts", "Estimates", "Interval", "StatsError"),
        "TestResult",
    ),
}
_DEFINED = re.compile(r"^(?:def|class) ([A-Za-z]\w*)", re.MULTILINE)


def families() -> list[str]:
    """Packages of formulas."""
    return sorted(path.parent.name for path in HERE.glob("*/__init__.py"))


@cache
def offered(family: str) -> dict[str, str]:
    """Each name that a family offers to the module it is in; of "" those of the package itself."""
    if not family:
        by_module = {f"{PACKAGE}.{module}": names for module, names in OF_ALL.items()}
        there = {name: module for module, names in by_module.items() for name in names}
        return dict.fromkeys(families(), PACKAGE) | there
    found: dict[str, str] = {}
    for path in sorted((HERE / family).glob("[!_]*.py")):
        module = f"{family}.{path.stem}"
        defined = {*_DEFINED.findall(path.read_text(encoding="utf-8"))}
        names = defined - {*SHARED.get(module, ())} | {*CONSTANTS.get(module, ())}
        found |= dict.fromkeys(sorted(names), f"{PACKAGE}.{module}")
    return found


def stub(family: str) -> str:
    """What a type checker reads of a family's package."""
    lines = (f"from {module} import {name} as {name}" for name, module in offered(family).items())
    return "\n".join(["# Written by trialtrace.stats._offered.", *lines, ""])


def write_stubs() -> None:
    """Write the stub of each family, and that of the package, next to its source."""
    for name in ("", *families()):
        (HERE / name / "__init__").with_suffix(".pyi").write_text(stub(name), encoding="utf-8")
