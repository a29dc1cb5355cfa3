"""A small trial under faults: is the next run complete and identical, or stopped with its cause?

Kills at random moments, full disks, limits, folders that cannot be written, links, clocks, runs at
once, altered bytes. `campaigns/faulted/` makes the cases and judges them: a fault is SILENT where
a command ends as if well and its files are others, LOST where the run after it is not whole. Root
is needed for disks of a size of their own, and to take root's rights away.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from record import ROOT, circumstances, table

sys.path.insert(0, str(ROOT / "tests" / "helpers"))
sys.path.insert(0, str(ROOT / "tests" / "workflow"))

from faulted.cases import cases
from faulted.ground import Case, Outcome, prepared, tried


def report(outcomes: list[Outcome], how: str) -> str:
    """The table of kinds, then every case with a fault."""
    kinds = dict.fromkeys(each.case.kind for each in outcomes)
    counts = Counter((each.case.kind, each.first) for each in outcomes)
    firsts = ("killed", "complete", "stopped, cause told", "stopped, cause in a traceback")
    rows = []
    for kind in kinds:
        own = [each for each in outcomes if each.case.kind == kind]
        wrong = sum(bool(each.fault) for each in own)
        rows.append((kind, len(own), *(counts[kind, first] for first in firsts), wrong))
    text = f"{circumstances()} {how}\n\n{table(('fault', 'cases', *firsts, 'wrong'), rows)}"
    wrong = [each.row for each in outcomes if each.fault]
    if wrong:
        text += "\n\n" + table(("fault", "case", "first", "what is wrong"), wrong)
    lost, silent = (
        sum(each.fault.startswith(word) for each in outcomes) for word in ("LOST", "SILENT")
    )
    return f"{text}\n\n{len(outcomes)} cases: {lost} lost, {silent} silent, {len(wrong)} wrong."


def earlier(file: Path | None) -> list[Outcome]:
    """The outcomes that a campaign which was stopped has left in a file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
    rows = (json.loads(line) for line in lines)
    return [Outcome(Case(kind, name), *words) for kind, name, *words in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the cases that are drawn")
    parser.add_argument("--only", default="", help="kinds that have this in their name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, help="outcomes, kept here: the same call goes on")
    chosen = parser.parse_args()
    draw = random.Random(chosen.seed)
    outcomes = earlier(chosen.file)
    with tempfile.TemporaryDirectory() as name:
        ground = prepared(Path(name).resolve())
        every = [each for each in cases(ground, draw, chosen.share) if chosen.only in each.kind]
        # So that a campaign that is stopped has seen something of every kind.
        draw.shuffle(every)
        try:
            for case in every[len(outcomes) :]:
                outcomes.append(tried(ground, case))
                print(*outcomes[-1].row, outcomes[-1].said, sep=" | ", flush=True)
                if chosen.file:
                    with open(chosen.file, "a", encoding="utf-8") as file:
                        print(json.dumps(outcomes[-1].line), file=file)
        except KeyboardInterrupt:
            ground.let_go()
    kinds = sorted({case.kind for case in every})
    outcomes.sort(key=lambda each: kinds.index(each.case.kind))
    how = f"Seed {chosen.seed}; {len(ground.whole)} files compared; {len(outcomes)} of "
    how += f"{len(every)} cases, by lot."
    print(report(outcomes, how))
    sys.exit(any(each.fault for each in outcomes))


if __name__ == "__main__":
    main()
