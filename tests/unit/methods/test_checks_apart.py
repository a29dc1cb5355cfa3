"""The checks share no code with what they check, but where it is verified by equations or named as
the formula; and they import no more than a plan needs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import trialtrace.run.methods

METHODS = Path(trialtrace.run.methods.__file__).parent
MODULES = sorted([*METHODS.glob("*/check*.py"), *METHODS.glob("checking/*.py")])
# Where a fit or a formula is the statistics' own. The equations of a fit are verified by
# checking/verify.py, which is written apart; what they do not reach is `formula` in checks.parquet.
OWN_FITS = (
    *("mixed/check.py", "missing/check_conditional_mean.py", "resampling/check.py"),
    *("missing/check.py", "missing/check_means.py"),
    *("multiplicity/check_interim.py", "planning/check.py", "continuous/check_several_arms.py"),
    *(f"regression/check_{name}.py" for name in ("ordinal", "ordinal_grid", "ordinal_visits")),
    "regression/check_visits.py",
    *("survival/check_hazards.py", "survival/check_recurrent.py", "survival/check_competing.py"),
)
SHARED = ("stats", "ground.frames", "ground.conditions", "endpoints.populations")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_no_code_of_the_results_is_used(path):
    names = imported(path)
    own = path.relative_to(METHODS).as_posix() in OWN_FITS
    for shared in SHARED[own:]:
        whole = f"trialtrace.{shared}"
        assert not any(name == whole or name.startswith(f"{whole}.") for name in names)
    of_methods = (n.split(".")[2:] for n in names if n.startswith("trialtrace.run.methods."))
    assert not any(part.startswith("analys") for parts in of_methods for part in parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_one_module_imports_pingouin(path):
    uses = any(name.partition(".")[0] == "pingouin" for name in imported(path))
    assert uses == (path == METHODS / "repeated/check_pingouin.py")


def test_a_plan_without_repeated_measures_loads_no_pingouin_nor_matplotlib():
    code = (
        "import sys\n"
        "from trialtrace.run.methods.checking.registry import checks_for\n"
        "from trialtrace.run.trial.load import load_trial\n"
        "checks_for(load_trial('moertel1990'))\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(run.stdout.split())
    assert (
        not {"pingouin", "matplotlib", "trialtrace.run.methods.repeated.check_pingouin"} & modules
    )
    assert (
        "trialtrace.run.methods.survival.check" in modules
        and "trialtrace.run.methods.categorical.check_score" not in modules
    )
