"""A function that changed is the cause of the results that reach it, and of no others."""

import hashlib
import json
import shutil
from pathlib import Path

import mini_trial
import pytest
from kept_runs import Runs

from trialtrace.base.arrays import Floats
from trialtrace.report.commands.diff import compared
from trialtrace.run.archive.comparison import Told, ToldCause
from trialtrace.run.archive.functions import KnownFunctions
from trialtrace.run.archive.shelf import Manifest, run_id
from trialtrace.run.archive.text import told_text
from trialtrace.stats.categorical import contingency
from trialtrace.stats.categorical._tables import Tables

CODE = "workflow/trialtrace"
FORMULAS = f"{CODE}/stats/categorical/contingency.py"
KATZ = "ratio = (x1 / n1) / (x0 / n0)"
# A formula that no step of the plan names; and one of another step of the same analysis.
WOOLF = "variance = 1 / x1 + 1 / (n1 - x1)"
NEWCOMBE = "down = np.sqrt("
RATIO = "risk_ratio.katz_log@drug-placebo"


def edited(text: str, *lines: str) -> str:
    """The source with another formula on each of these lines."""
    for line in lines:
        assert text.count(line) == 1
        text = text.replace(line, line.replace(" = ", " = 2 * "))
    return text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Two runs, the package in their project: three formulas change in their source, one of them
    as it runs too, by less than a check would find."""
    root = tmp_path_factory.mktemp("causes")
    package = mini_trial.REPOSITORY / CODE
    shutil.copytree(package, root / CODE, ignore=shutil.ignore_patterns("__pycache__"))
    made = Runs.written(root, "full")
    made.run()
    katz = contingency._katz

    def more(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
        estimate, low, high = katz(table, confidence)
        return estimate * (1 + 1e-10), low, high

    source = root / FORMULAS
    source.write_text(edited(source.read_text(), KATZ, WOOLF, NEWCOMBE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contingency, "_katz", more)
        made.run()
    return made


def told_with(made: Runs, first: Manifest, second: Manifest) -> Told:
    """The two runs compared, with other manifests."""
    for manifest in (first, second):
        made.shelf.put(manifest, {"run": run_id(manifest), "ended": ""})
    return compared(made.at, "mini", *made.shelf.log()[-2:])


def manifests(made: Runs) -> tuple[Manifest, Manifest]:
    first, second = (made.shelf.manifest(line["run"]) for line in made.shelf.log()[:2])
    return first, second


def causes(told: Told) -> dict[str, list[ToldCause]]:
    """Those of each result by what it is of."""
    return {one["result_id"].split("/")[2]: one["causes"] for one in told["results"]}


def test_a_function_that_is_reached_is_named_and_no_other(made: Runs):
    told = compared(made.at, "mini", *made.shelf.log()[:2])
    changed = ("_katz", "_newcombe", "_woolf")
    assert told["code"] == [f"{FORMULAS}: {name} (changed)" for name in changed]
    assert causes(told) == {RATIO: [{"kind": "function", "place": f"{FORMULAS}: _katz"}]}
    assert f"because of {FORMULAS}: _katz, which it reaches\n" in told_text(told)


def test_where_no_function_that_is_reached_changed_that_is_said(made: Runs, tmp_path: Path):
    first, second = manifests(made)
    path = tmp_path / "contingency.py"
    path.write_text(edited((mini_trial.REPOSITORY / FORMULAS).read_text(), WOOLF, NEWCOMBE))
    known = KnownFunctions(made.at)
    short = known.put(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    known.write()
    code = made.shelf.code_of(second)
    for files in code.values():
        files |= {FORMULAS: short} if FORMULAS in files else {}
    told = told_with(
        made, first, {**second, "code": made.shelf.put_file(json.dumps(code).encode())}
    )
    assert {one["kind"] for one in causes(told)[RATIO]} == {"code"}
    text = told_text(told)
    assert "because of code changed, of which it is not known to reach any function" in text
    assert "WITHOUT A KNOWN CAUSE" not in text


def test_a_run_of_before_has_the_functions_of_the_files_that_it_can_use(made: Runs):
    first, second = manifests(made)
    del first["begins"]
    told = told_with(made, first, second)
    places = [one["place"] for one in causes(told)[RATIO]]
    assert places == [f"{FORMULAS}: {name}" for name in ("_katz", "_newcombe", "_woolf")]
