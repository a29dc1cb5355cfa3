"""trialtrace.stats as a library: names, what an import brings along, conventions, threads."""

import ast
import doctest
import inspect
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits
from written.library import subjects

import trialtrace.stats as ts
from trialtrace.audit.subsets.group_means import group_moments
from trialtrace.base.paths import project
from trialtrace.stats._lazy import FIRST
from trialtrace.stats._offered import families, offered
from trialtrace.stats._threads import one_thread
from trialtrace.stats.results import StatsError

METHODS = [
    (*subject.name.split("."), function.name)
    for subject in subjects()
    for function in subject.functions
]
FIRST_CALL = """
import sys
import trialtrace.stats as ts
print(*dir(ts))
print(*sys.modules)
ts.survival.log_rank([1, 2, 3, 4], [1, 1, 1, 0], list("ABAB"))
print(*sys.modules)
"""
EVERY_MODULE = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
print(*sys.modules)
"""


def printed(code, *arguments):
    """The words that a program of its own prints, line by line."""
    command = [sys.executable, "-c", code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [set(line.split()) for line in run.stdout.splitlines()]


def test_an_import_brings_next_to_nothing():
    names, first, then = printed(FIRST_CALL)
    assert set(families()) <= names
    assert not {"numpy", "scipy", "pandas", "snakemake", "matplotlib"} & first
    assert "trialtrace.stats.survival.kaplan_meier" in then
    assert not {"pandas", "snakemake", "matplotlib", "trialtrace.stats.survival.rmst"} & then


def test_no_second_path_to_the_same_numbers():
    """The package stands apart from the libraries that check its numbers."""
    modules = [f"trialtrace.stats.{subject.name}" for subject in subjects()]
    (loaded,) = printed(EVERY_MODULE, *modules)
    checking = {"pandas", "statsmodels", "pingouin", "lifelines", "scipy.stats"}
    assert set(modules) <= loaded and not checking & loaded


def test_every_family_has_its_functions_by_names_of_their_own():
    for family, module, name in METHODS:
        found = getattr(getattr(ts, family), name)
        assert inspect.isfunction(found) and found.__module__.endswith(f"{family}.{module}")
        assert name in dir(getattr(ts, family))
    assert len({name for *_, name in METHODS}) == len(METHODS)


def test_what_changes_a_number_has_no_default():
    for family, _, name in METHODS:
        for parameter in inspect.signature(getattr(getattr(ts, family), name)).parameters.values():
            # A label is told, not computed with.
            if parameter.name != "label":
                assert parameter.default in (inspect.Parameter.empty, None), (name, parameter)


def test_the_project_imports_from_modules_so_that_jobs_know_what_they_depend_on():
    functions = {f"trialtrace.stats.{family}": set(offered(family)) for family in families()}
    for path in (project().root / "workflow").rglob("*.py"):
        if path.name == "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in functions:
                assert not {each.name for each in node.names} & functions[node.module], path


def test_a_module_does_not_stand_in_the_place_of_its_function():
    code = "import trialtrace.stats.survival.cox; from trialtrace.stats.survival import cox"
    assert printed(f"{code}; print(type(cox).__name__)") == [{"function"}]


# A name that is not there, and what the message leads to.
MISSING = [
    ("log_rank", "trialtrace.stats.survival.log_rank"),
    ("coxph", "survival.cox"),
    ("t_test", "continuous.mean_difference_t"),
    ("lm", "regression.ols"),
    ("prop_test", "categorical.chi_squared"),
    ("wilcoxon", "continuous.mann_whitney"),
    ("mice", "missing.impute_chained"),
    ("rmst2", "survival.restricted_mean_difference"),
    ("coxzph", "survival.proportional_hazards_test"),
]


@pytest.mark.parametrize(("name", "there"), MISSING)
def test_a_name_of_a_family_or_of_r_leads_to_the_function(name, there):
    with pytest.raises(AttributeError, match=there.replace(".", r"\.")):
        getattr(ts, name)
    if name != "log_rank":
        with pytest.raises(AttributeError, match=there.replace(".", r"\.")):
            getattr(ts.Conventions(), name)
    family, _, function = there.removeprefix("trialtrace.stats.").partition(".")
    assert callable(getattr(getattr(ts, family), function))


def test_what_stands_for_a_name_of_r_first_is_there():
    for family, name in (one.split(".") for each in FIRST.values() for one in each):
        assert callable(getattr(getattr(ts, family), name))


def test_conventions_go_where_they_are_asked_for_and_a_call_may_say_otherwise():
    sap = ts.Conventions(confidence=0.95, sides="two_sided", ties="efron")
    counts, fisher = (27, 295, 52, 307), ts.categorical.fisher_exact
    assert sap.fisher_exact(*counts) == fisher(*counts, sides="two_sided")
    assert sap.fisher_exact(*counts, sides="less") == fisher(*counts, sides="less")
    assert {"cox", "fisher_exact"} <= set(dir(sap)) and "align" not in dir(sap)
    assert repr(sap) == "Conventions(confidence=0.95, sides='two_sided', ties='efron')"
    with pytest.raises(TypeError, match="'ties'"):
        ts.Conventions(confidence=0.95).cox([1, 2, 3], [1, 1, 1], [[0], [1], [0]])
    with pytest.raises(AttributeError, match=r"there is log_rank$"):
        sap.logrank  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute"):
        ts.survival.no_such_function  # noqa: B018


def test_what_may_be_absent_is_filled_in_too():
    sap, arms = ts.Conventions(strata=[1, 1, 1, 2, 2, 2]), list("aababb")
    rows = [1, 2, 3, 4, 5, 6], [1] * 6, arms
    plain = ts.survival.log_rank(*rows, strata=[1, 1, 1, 2, 2, 2])
    assert sap.log_rank(*rows) == plain != ts.survival.log_rank(*rows)


def threads() -> set[int]:
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_blas_has_one_thread_during_a_call_and_its_own_number_after():
    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        assert one_thread(threads)() == {1}
        assert threads() == before
        with pytest.raises(StatsError):
            one_thread(group_moments)([1.0], [0], [[2]], groups=1)
        assert threads() == before


def test_numbers_do_not_depend_on_the_threads_of_the_caller():
    rng = np.random.default_rng(4)
    scheme = ts.resampling.fixed_margins(np.repeat(["a", "b"], 40))
    scores = rng.normal(size=(80, 60))
    options = {"arm": "b", "seed": (1, 2), "start": 0, "stop": 500}
    drawn = []
    for limit in (1, 2):
        with threadpool_limits(limits=limit, user_api="blas"):
            drawn.append(ts.resampling.draw_statistics(scheme, scores, **options).tobytes())
    assert drawn[0] == drawn[1]


def test_the_worked_calls_of_conventions():
    tried = doctest.testmod(import_module("trialtrace.stats.conventions"))
    assert tried.attempted > 1 and not tried.failed
