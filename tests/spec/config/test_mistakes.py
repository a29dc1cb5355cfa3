"""Each row of mistakes.yaml: where `check` tells a mistake, what is found, what is expected."""

import shutil
from pathlib import Path

import pytest
import yaml
from mini_trial import REPOSITORY, write_project

from trialtrace.base.errors import Problem
from trialtrace.base.paths import Project
from trialtrace.run.trial.check import check_all
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.remarks import plan_remarks

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TABLE = yaml.load(Path(__file__).with_name("mistakes.yaml").read_text("utf-8"), LOADER)
CASES, ODD = TABLE["cases"], TABLE["remarks"]


def change(at: Project, edits: dict[str, list[list[str]] | str]) -> None:
    for file, pairs in edits.items():
        of_all = file == "config.yaml" or "/" in file
        path = at.config / file if of_all else at.trial_config("mini") / file
        if pairs == "shipped":
            path.parent.mkdir()
            shutil.copy(REPOSITORY / "config" / file, path)
            continue
        path.parent.mkdir(exist_ok=True)
        text = path.read_text("utf-8") if path.exists() else ""
        for old, new in pairs:
            assert not old or text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            text = text.replace(old, new) if old else text + new
        path.write_text(text, encoding="utf-8")


def is_told(case: dict, problem: Problem) -> bool:
    return (
        problem.place.removeprefix("config/").removeprefix("trials/mini/") == case["at"]
        and case["found"] in f"{problem.message} {problem.found}"
        and case["expected"] in f"{problem.expected} {problem.do}"
    )


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_a_mistake_is_told_at_its_place_with_what_is_expected(tmp_path: Path, case: dict):
    at = write_project(tmp_path)
    change(at, TABLE["bases"].get(case.get("base"), {}))
    change(at, case["edit"])
    told = check_all(at=at)
    text = "\n\n".join(map(str, told))
    assert len(told) == (case.get("of", 1) if "at" in case else 0), text
    if "at" in case:
        assert any(is_told(case, problem) for problem in told), text


def remarks(root: Path, edits: dict[str, list[list[str]]]) -> list[str]:
    at = write_project(root, claims="papers: {}\nclaims: {}\n")
    change(at, edits)
    assert check_all(at=at) == []
    return plan_remarks(load_trial("mini", at))


@pytest.mark.parametrize("case", ODD, ids=[case["what"] for case in ODD])
def test_what_is_odd_and_no_mistake_is_remarked(tmp_path: Path, case: dict):
    own = remarks(tmp_path / "own", {})
    said = [one for one in remarks(tmp_path / "changed", case["edit"]) if one not in own]
    assert len(said) == len(case["said"]), said
    assert all(one.startswith(start) for one, start in zip(said, case["said"], strict=True)), said
