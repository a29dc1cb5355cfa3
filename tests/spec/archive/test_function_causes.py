"""A function that changed is a cause of the results that can use its file, and of no others."""

import json
import shutil

import mini_trial
import pytest
from kept_runs import Runs

from trialtrace.base.arrays import Floats
from trialtrace.report.commands.diff import compared
from trialtrace.run.archive.comparison import Account, CauseAccount
from trialtrace.run.archive.shelf import Manifest, run_id
from trialtrace.run.archive.text import account_text
from trialtrace.run.jobs.stages import ANALYSE
from trialtrace.stats.categorical import contingency
from trialtrace.stats.categorical._tables import Tables

CODE = "workflow/trialtrace"
FORMULAS = f"{CODE}/stats/categorical/contingency.py"
KATZ = "ratio = (x1 / n1) / (x0 / n0)"
# A formula that no step of the plan names; and that of another step of the same analysis.
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


def told_with(made: Runs, first: Manifest, second: Manifest) -> Account:
    """The two runs compared, with other manifests."""
    for manifest in (first, second):
        made.shelf.put(manifest, {"run": run_id(manifest), "ended": ""})
    return compared(made.at, "mini", *made.shelf.log()[-2:])


def manifests(made: Runs) -> tuple[Manifest, Manifest]:
    first, second = (made.shelf.manifest(line["run"]) for line in made.shelf.log()[:2])
    return first, second


def causes(told: Account) -> dict[str, list[CauseAccount]]:
    """Those of each result by what it is of."""
    return {one["result_id"].split("/")[2]: one["causes"] for one in told["results"]}


def test_the_functions_of_a_file_that_is_used_are_named(made: Runs):
    told = compared(made.at, "mini", *made.shelf.log()[:2])
    changed = ("_katz", "_newcombe", "_woolf")
    assert told["code"] == [f"{FORMULAS}: {name} (changed)" for name in changed]
    places = [{"kind": "function", "place": f"{FORMULAS}: {name}"} for name in changed]
    assert causes(told) == {RATIO: places}
    assert f"because of {FORMULAS}: _katz, in a file that it uses" in account_text(told)


def test_where_no_file_that_is_used_changed_that_is_said(made: Runs):
    first, second = manifests(made)
    other = {ANALYSE: {"steps": {FORMULAS: ["p_value.welch_t"]}}}
    own = made.shelf.put_file(json.dumps(other).encode())
    told = told_with(made, {**first, "own": own}, {**second, "own": own})
    assert {cause["kind"] for cause in causes(told)[RATIO]} == {"code"}
    text = account_text(told)
    assert "because of code changed, but no file that it is known to use" in text
    assert "WITHOUT A KNOWN CAUSE" not in text
