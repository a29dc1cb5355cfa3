"""The counts in docs/r-scripts.md: cards with a call of R or a reason, results by trial.

Of results those of the trials that have a run here are counted; the lines of others stay as they
are.
"""

from collections import defaultdict
from collections.abc import Mapping

from trialtrace.base.paths import Project
from trialtrace.report.rcode.script import Scripts
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.registry import cards

PAGE = "r-scripts.md"
# Results, those with a value, and those with a script.
Counts = tuple[int, int, int]
_FROM, _TO = "<!-- written by python docs/write.py -->", "<!-- to here -->"


def counted(tracer: Tracer) -> Counts:
    """The counts of a trial's run."""
    found = tracer.results.values()
    _, lacking = Scripts(tracer).whole()
    return len(found), sum(not row["error"] for row in found), len(found) - len(lacking)


def told(text: str) -> dict[str, Counts]:
    """The counts of each trial that the page tells."""
    counts = {}
    for line in _part(text).splitlines():
        cells = [cell.strip().replace(",", "") for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[1].isdigit():
            counts[cells[0]] = int(cells[1]), int(cells[2]), int(cells[3])
    return counts


def written(text: str, counts: Mapping[str, Counts]) -> str:
    """The page with these counts in place of those it has."""
    head, _, rest = text.partition(_FROM)
    return f"{head}{_FROM}\n{_tables(counts)}{_TO}{rest.partition(_TO)[2]}"


def _part(text: str) -> str:
    return text.partition(_FROM)[2].partition(_TO)[0]


def _tables(counts: Mapping[str, Counts]) -> str:
    lines = ["| trial | results | with a value | with a script |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {name} | {_cells(each)} |" for name, each in sorted(counts.items())]
    lacking: dict[str, list[str]] = defaultdict(list)
    for card in cards():
        if card.r is None:
            lacking[card.r_none].append(f"`{card.step}`")
    calls = len(cards()) - sum(map(len, lacking.values()))
    lines += ["", f"{calls} of {len(cards())} cards have a call of R. The others say why not:", ""]
    lines += ["| why not | cards |", "| --- | --- |"]
    by_number = sorted(lacking.items(), key=lambda item: (-len(item[1]), item[0]))
    lines += [f"| {why} | {len(steps)}: {', '.join(steps)} |" for why, steps in by_number]
    return "\n".join(lines) + "\n"


def _cells(counts: Counts) -> str:
    return " | ".join(f"{number:,}" for number in counts)


def counts_of_runs(at: Project) -> dict[str, Counts]:
    """The counts of the trials that have a run."""
    folders = (path.parent for path in sorted(at.results.glob("*/analysis")))
    return {
        folder.name: counted(Tracer(load_trial(folder.name, at), folder, "full"))
        for folder in folders
    }
