import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))

from mini_run import write_mini

from trialtrace.ground.paths import Project

ARMS = ("Active", "Placebo")


def wide(patients: int = 60) -> list[str]:
    """A row a patient: two arms, a yes/no outcome, a score, a time with how it ended."""
    draw = random.Random(1)
    lines = ["pid,arm,sex,age,weight_kg,responded,final_score,time,status,site"]
    for number in range(1, patients + 1):
        lines.append(
            f"P{number:03},{ARMS[number % 2]},{'fm'[number // 2 % 2]},{draw.randint(20, 70)},"
            f"{50 + draw.random() * 40:.1f},{['no', 'yes'][draw.randint(0, 1)]},"
            f"{draw.randint(0, 40)},{draw.randint(5, 400)},{draw.randint(0, 1)},{1 + number % 3}"
        )
    return lines


def long(patients: int = 40) -> list[str]:
    """Three visits of each patient, a number and a yes/no at each."""
    draw = random.Random(2)
    return ["subject,treatment,week,pain,relief"] + [
        f"{number},{ARMS[number % 2].lower()},{week},{draw.randint(0, 100)},{draw.randint(0, 1)}"
        for number in range(1, patients + 1)
        for week in (0, 4, 8)
    ]


@pytest.fixture
def at(tmp_path: Path) -> Project:
    """A project with another trial, and two exports in its folder data."""
    made = write_mini(tmp_path)
    write(tmp_path / "data" / "trial.csv", wide())
    write(tmp_path / "data" / "visits.csv", long())
    return made


def write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def call(at: Project) -> Callable[..., int]:
    """The program with arguments, without a terminal."""
    from trialtrace.cli import main

    return lambda *arguments: main(["--project", str(at.root), *map(str, arguments)])
