"""What no function takes: each argument of the working call of each function, spoiled in turn.

Every spoiled call raises `StatsError`, or has an answer where the docstring says what becomes of
the value; no other exception is for people. What only one function refuses, such as data without a
maximum, stands with its family.
"""

import inspect
import warnings
from importlib import import_module

import numpy as np
import pytest
from example_calls import calls

from trialtrace.stats.results import StatsError

# Arguments in which a missing value is missing data, or a test that does not count.
MISSING = {
    *("conditional_mean_fits:y", "impute_chained:y", "impute_reference_based:y", "mmrm:y"),
    *("baseline_observation_carried_forward:y", "wide:values", "gee:y", "ordinal_gee:y"),
    *(f"{name}:p" for name in ("benjamini_hochberg", "bonferroni", "hochberg", "holm", "hommel")),
    *("sidak:p", "fixed_sequence:p", "graphical:p", "closed_three_arms:pairwise"),
}
# Those in which a value without end is a boundary that is none, or a time without one.
ENDLESS = {
    *(f"{name}:upper" for name in ("conditional_power", "predictive_power", "bias_adjusted")),
    *(f"{name}:upper" for name in ("crossing_probabilities", "median_unbiased", "stage_wise_p")),
    *("stopping_bias:upper", "interval_log_rank:right", "turnbull:right", "wide:values"),
}
# Labels, in which any value is one; `label` is what a contrast is called.
LABELS = {
    *("ordinal_mixed:subject", "spread_by_choice:choices", "permuted_blocks:block"),
    *("stratified:stratum", "stratified_blocks:stratum", "stratified_blocks:block"),
    *("stratum_scores:stratum", "at_risk_log_rank:group", "intracluster_correlation:arm"),
    *("joint_distribution:last", "contrast:label", "incidence_scores:of"),
}
ANSWERED = {"nan": MISSING | LABELS, "inf": ENDLESS | LABELS}
# Shares: what is no share of a whole is refused too.
SHARES = ("confidence", "alpha", "level", "power")


def spoiled(name, kind, value):
    """How a value of an argument is spoiled, by the annotation of that argument."""
    if name in SHARES and isinstance(value, float):
        yield from (("share", 95.0), ("share", 0.0), ("share", 1.0), ("share", -0.5))
    if kind.startswith("ArrayLike") and value is not None and not isinstance(value, str):
        try:
            array = np.asarray(value)
        except ValueError:
            return
        if array.ndim:
            yield "short", array[:-1]
            yield "empty", array[:0]
        if array.dtype.kind in "iufb" and array.size:
            for bad in ("nan", "inf"):
                odd = array.astype(float)
                odd.flat[0] = float(bad)
                yield bad, odd
            yield "text", np.full(array.shape, "high")
    elif isinstance(value, str):
        yield "word", "nonsense"
    elif kind == "float" and isinstance(value, int | float):
        yield from (("nan", float("nan")), ("text", "0.95"), ("list", [0.5, 0.5]))
    elif kind == "int":
        yield from (("half", 2.5), ("text", "3"))


def outcome(function, arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function(**arguments)
        except StatsError:
            return "refused"
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:
            return type(error).__name__
    return "answered"


@pytest.fixture(scope="module")
def outcomes():
    """What each spoiled call comes to: (function:argument, how, outcome)."""
    found = []
    for call in calls()[0]:
        module, _, name = call.name.rpartition(".")
        function = getattr(import_module(f"trialtrace.stats.{module}"), name)
        kinds = inspect.get_annotations(function)
        for argument, value in call.arguments.items():
            for how, bad in spoiled(argument, str(kinds.get(argument, "")), value):
                changed = call.arguments | {argument: bad}
                found.append((f"{name}:{argument}", how, outcome(function, changed)))
    return found


def test_no_function_fails_but_with_a_stats_error(outcomes):
    assert [one for one in outcomes if one[2] not in ("refused", "answered")] == []


@pytest.mark.parametrize("how", ["nan", "inf", "text", "word", "list", "half", "share"])
def test_what_is_no_value_is_refused_by_every_function(outcomes, how):
    tried = [(name, what) for name, kind, what in outcomes if kind == how]
    allowed = ANSWERED.get(how, LABELS | {"closed_three_arms:global_p"})
    assert {name for name, what in tried if what == "answered"} <= allowed
    assert len(tried) > 30


def test_rows_that_are_short_of_one_are_refused_where_arguments_are_beside_each_other(outcomes):
    refused = [name for name, how, what in outcomes if how == "short" and what == "refused"]
    assert len(refused) >= 310
