"""Exports of made-up trials, and how a test writes them."""

import random
from pathlib import Path

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


def write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
