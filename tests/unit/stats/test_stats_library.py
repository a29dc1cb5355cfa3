"""trialtrace.stats as a library: names, signatures, what an import brings along."""

import ast
import doctest
import inspect
import subprocess
import sys
from importlib import import_module

import pytest
from written.library import subjects

import trialtrace.stats as ts
from trialtrace.base.paths import project
from trialtrace.stats._lazy import FIRST
from trialtrace.stats._offered import HERE, families, offered, stub

FAMILIES = families()
METHODS = [
    (*subject.name.split("."), function.name)
    for subject in subjects()
    for function in subject.functions
]
CODE = """
import sys
import trialtrace.stats as ts
print(*dir(ts))
print(*sys.modules)
ts.survival.log_rank([1, 2, 3, 4], [1, 1, 1, 0], list("ABAB"))
print(*sys.modules)
"""


def test_an_import_brings_next_to_nothing():
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    names, first, then = map(set, map(str.split, run.stdout.splitlines()))
    assert set(FAMILIES) <= names
    assert not {"numpy", "scipy", "pandas", "snakemake", "matplotlib"} & first
    assert "trialtrace.stats.survival.kaplan_meier" in then
    assert not {"pandas", "snakemake", "matplotlib", "trialtrace.stats.survival.rmst"} & then


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_its_functions(family):
    package = getattr(ts, family)
    for of, module, name in METHODS:
        if of == family:
            found = getattr(package, name)
            assert inspect.isfunction(found) and found.__module__.endswith(f"{family}.{module}")
            assert name in dir(package)
    with pytest.raises(AttributeError, match="has no attribute"):
        package.no_such_function  # noqa: B018


def test_a_name_of_a_family_says_so():
    with pytest.raises(AttributeError, match=r"there is trialtrace\.stats\.survival\.log_rank$"):
        ts.log_rank  # noqa: B018


def test_conventions_go_where_they_are_asked_for_and_a_call_may_say_otherwise():
    sap = ts.Conventions(confidence=0.95, sides="two_sided", ties="efron")
    counts = 27, 295, 52, 307
    fisher = ts.categorical.fisher_exact
    assert sap.fisher_exact(*counts) == fisher(*counts, sides="two_sided")
    assert sap.fisher_exact(*counts, sides="less") == fisher(*counts, sides="less")
    assert {"cox", "fisher_exact"} <= set(dir(sap)) and "align" not in dir(sap)
    assert repr(sap) == "Conventions(confidence=0.95, sides='two_sided', ties='efron')"
    with pytest.raises(TypeError, match="'ties'"):
        ts.Conventions(confidence=0.95).cox([1, 2, 3], [1, 1, 1], [[0], [1], [0]])
    with pytest.raises(AttributeError, match=r"'logrank'; there is log_rank$"):
        sap.logrank  # noqa: B018


def test_the_worked_calls_of_conventions():
    tried = doctest.testmod(import_module("trialtrace.stats.conventions"))
    assert tried.attempted > 1 and not tried.failed


def test_conventions_give_numbers_as_floats():
    sap = ts.Conventions(null=0, alpha=0.05, sides="two_sided", ratio=1)
    n = sap.sample_size_two_means(5, 12, power=0.9)
    assert repr(n) == "(123.0, 123.0)"
    power = sap.power_two_means([5, 6], 12, *n)
    assert power.shape == (2,) and type(sap.power_two_means(5, 12, *n)) is float


def test_what_may_be_absent_is_filled_in_too():
    sap, arms = ts.Conventions(strata=[1, 1, 1, 2, 2, 2]), list("aababb")
    rows = [1, 2, 3, 4, 5, 6], [1] * 6, arms
    plain = ts.survival.log_rank(*rows, strata=[1, 1, 1, 2, 2, 2])
    assert sap.log_rank(*rows) == plain != ts.survival.log_rank(*rows)


def test_a_name_is_that_of_one_function():
    families = {}
    for family, _, name in METHODS:
        families.setdefault(name, set()).add(family)
    assert {name: of for name, of in families.items() if len(of) > 1} == {}


def test_a_module_does_not_stand_in_the_place_of_its_function():
    code = "import trialtrace.stats.survival.cox; from trialtrace.stats.survival import cox; cox("
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}[1, 2, 3, 4], [1] * 4, [[0], [1], [1], [0]], ties='efron', confidence=.95)",
        ],
        check=True,
    )
    assert run.returncode == 0


@pytest.mark.parametrize("family", ["", *families()])
def test_type_checkers_read_what_the_package_has(family):
    package = getattr(ts, family) if family else ts
    imports = [node for node in ast.parse(stub(family)).body if isinstance(node, ast.ImportFrom)]
    told = {alias.name: node.module for node in imports for alias in node.names}
    assert set(told) == set(dir(package)) & set(told) and len(told) >= 9
    for name, module in told.items():
        # Another test of the same process may have put recorders around functions.
        offered_here, there = getattr(package, name), getattr(import_module(module), name)
        assert inspect.unwrap(offered_here) is inspect.unwrap(there)


@pytest.mark.parametrize(("family", "module", "name"), METHODS)
def test_a_signature_can_be_read(family, module, name):
    signature = str(inspect.signature(getattr(getattr(ts, family), name)))
    assert "Union" not in signature and "SupportsArray" not in signature, (
        f"from __future__ import annotations in {family}/{module}.py"
    )


def test_the_project_imports_from_modules_so_that_jobs_know_what_they_depend_on():
    lazy = {f"trialtrace.stats.{name}" for name in families()}
    for path in (project().root / "workflow").rglob("*.py"):
        if path.name == "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in lazy:
                family = node.module.rpartition(".")[2]
                modules = {each.stem for each in (HERE / family).glob("*.py")}
                known = offered(family)
                names = {alias.name for alias in node.names}
                assert names <= modules - set(known), f"{path}: {names}"


@pytest.mark.parametrize(("family", "module", "name"), METHODS)
def test_what_changes_a_number_has_no_default(family, module, name):
    function = getattr(getattr(ts, family), name)
    for parameter in inspect.signature(function).parameters.values():
        # A label is told, not computed with.
        if parameter.name != "label":
            assert parameter.default in (inspect.Parameter.empty, None), f"{module}: {parameter}"


def test_a_function_of_r_leads_to_those_that_stand_for_it():
    with pytest.raises(AttributeError, match=r"; R's coxph is survival\.cox, "):
        ts.coxph  # noqa: B018
    for name, called, first in (
        ("t_test", "t.test", "continuous.mean_difference_t"),
        ("lm", "lm", "regression.ols"),
        ("anova", "anova", "regression.wald_test"),
        ("prop_test", "prop.test", "categorical.chi_squared"),
        ("polr", "polr", "regression.proportional_odds"),
        ("wilcoxon", "wilcoxon", "continuous.mann_whitney"),
        ("mice", "mice", "missing.impute_chained"),
        ("confint", "confint", "regression.contrast"),
        ("rmst2", "rmst2", "survival.restricted_mean_difference"),
        ("coxzph", "coxzph", "survival.proportional_hazards_test"),
    ):
        with pytest.raises(AttributeError, match=rf"; R's {called} is {first}"):
            getattr(ts.Conventions(), name)


def test_what_stands_for_a_name_of_r_first_is_there():
    for each in FIRST.values():
        for family, _, name in (one.partition(".") for one in each):
            assert callable(getattr(getattr(ts, family), name))
