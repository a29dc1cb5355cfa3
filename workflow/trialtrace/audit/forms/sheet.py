"""Extraction sheets of reviewers as ledgers: a line an arm, or RevMan's line of two arms.

Columns are known by their heads, whatever their order: study, arm, outcome, n, mean, SD, events,
and visit, percent, p, randomised, baseline, whole where there; of RevMan's data rows "Experimental
mean", "Control N" and so on. Data rows hold 0, or nothing, in the columns that the kind of their
analysis does not use.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trialtrace.audit.forms.notices import DOI
from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.draft import LedgerDraft, slug
from trialtrace.base.errors import Problem, UserError, located

HEADS: Mapping[str, tuple[str, ...]] = {
    "study": ("study", "studyid", "studyname", "studylabel", "trial", "trialid"),
    "arm": (
        *("arm", "armname", "armlabel", "group", "groupname", "intervention", "treatment"),
        "interventionarm",
    ),
    "outcome": ("outcome", "outcomename", "outcomelabel", "variable", "analysisname", "measure"),
    "visit": ("visit", "time", "timepoint", "timepointlabel", "timing", "reportedtimepoint"),
    "n": (
        *("n", "total", "participants", "totalparticipants", "numberofparticipants"),
        *("samplesize", "numberanalysed", "numberanalyzed", "nanalysed", "nanalyzed"),
    ),
    "doi": ("doi",),
    "mean": ("mean",),
    "sd": ("sd", "standarddeviation", "stddev"),
    "events": ("events", "cases", "event", "numberofevents", "nevents"),
    "percent": ("percent", "percentage"),
    "p": ("p", "pvalue"),
    "randomised": ("randomised", "randomized", "nrandomised", "nrandomized"),
    "baseline": ("baseline",),
    "whole": ("whole", "integer", "wholenumbers"),
}
NUMBERS = ("n", "mean", "sd", "events", "percent", "p", "randomised")
FLAGS = ("baseline", "whole")
TYPED = (*NUMBERS, *FLAGS)
TRUE = ("yes", "true", "1", "y")
SIDES = ("experimental", "control")
ANALYSIS = ("analysisgroup", "analysisnumber", "subgroup")
"""Heads of RevMan's data rows that, with its name, say which analysis a row is of."""
POOLED = ("givse", "variance")
"""Not 0 where an estimate with its error, or O - E with its variance, was entered for both arms."""
LARGEST = 20 << 20
MOST_ROWS = 20_000
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Line:
    """One arm of one outcome of one study, its numbers as typed; `row` is its line in the file."""

    row: int
    study: str
    arm: str
    outcome: str
    visit: str
    doi: str
    numbers: Mapping[str, str]


def is_sheet(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".tsv", ".xlsx")


def ledgers_of(path: Path) -> dict[str, LedgerDraft]:
    """A ledger a study. Raises UserError where a column is missing or a cell is no number."""
    drafts: dict[str, LedgerDraft] = {}
    compared: dict[tuple[str, str, str], Line] = {}
    for line in _lines(path):
        draft = drafts.setdefault(line.study, LedgerDraft(line.study))
        paper = draft.papers.setdefault("sheet", {"citation": f"{line.study} in {path.name}"})
        if line.doi:
            paper["doi"] = line.doi
        _add(draft, line)
        if line.numbers.get("p"):
            compared.setdefault((line.study, line.outcome, line.visit), line)
    for line in compared.values():
        _add_p(drafts[line.study], line)
    if not drafts:
        raise UserError(Problem(str(path), found="no line with numbers", expected="an arm a line"))
    return drafts


def _add(draft: LedgerDraft, line: Line) -> None:
    group = draft.named("group", line.arm, "arm")
    arm = draft.groups.setdefault(group, {"label": line.arm})
    outcome = draft.named("outcome", line.outcome, "outcome")
    known = draft.outcomes.setdefault(outcome, {"label": line.outcome})
    known |= {name: True for name in FLAGS if line.numbers.get(name, "").lower() in TRUE}
    n, mean, sd, events, percent, _, randomised = (line.numbers.get(name, "") for name in NUMBERS)
    arm |= {"randomised": randomised} if randomised else {}
    printed = []
    if events:
        share = f" ({percent.rstrip('%')}%)" if percent else ""
        printed.append((f"{events} of {n}" if n else events) + share)
    if mean and sd:
        printed.append(f"mean (SD) {mean} ({sd})")
    elif mean:
        printed.append(f"mean {mean}")
    for text in printed:
        about: dict[str, object] = {"outcome": outcome, "group": group}
        about |= {"patients": n} if n and " of " not in text else {}
        about |= {"visit": draft.spelling(line.visit)} if line.visit else {}
        _claim(draft, line, f"{outcome}_{group}", f"{line.outcome}, {line.arm}", text, about)


def _add_p(draft: LedgerDraft, line: Line) -> None:
    """The p of all arms of an outcome, which stands in the row of any of them."""
    if len(draft.groups) < 2:
        return
    p, outcome = line.numbers["p"], draft.named("outcome", line.outcome, "outcome")
    about: dict[str, object] = {"outcome": outcome, "compare": ALL}
    about |= {"visit": draft.spelling(line.visit)} if line.visit else {}
    if len(draft.groups) == 2:
        about["compare"] = list(draft.groups)
    text = f"P {p}" if p[0] in "<>" else f"P = {p}"
    _claim(draft, line, f"{outcome}_p", f"{line.outcome}, between the arms", text, about)


def _claim(
    draft: LedgerDraft, line: Line, name: str, label: str, text: str, about: dict[str, object]
) -> None:
    draft.claims[draft.unique("claim", slug(name, 36))] = {
        "from": "sheet",
        "place": f"row {line.row}",
        "label": f"{label}{', ' + line.visit if line.visit else ''}",
        "printed": text,
        "about": about,
    }


def _lines(path: Path) -> Iterator[Line]:
    heads, rows = _rows(path)
    bare = [re.sub(r"[^a-z]", "", head.casefold()) for head in heads]
    columns = {
        name: next((bare.index(word) for word in words if word in bare), None)
        for name, words in HEADS.items()
    }
    sides = {
        (side, name): bare.index(f"{side}{word}")
        for side in SIDES
        for name, words in HEADS.items()
        for word in words
        if f"{side}{word}" in bare
    }
    missing = [name for name in ("study", "outcome") if columns[name] is None]
    if columns["arm"] is None and not sides:
        missing.append("arm")
    if missing:
        raise UserError(
            Problem(
                located(str(path), 1),
                found=f"columns {', '.join(heads[:8])}",
                expected="columns study, arm, outcome, n, mean, SD, events; missing: "
                + ", ".join(missing),
            )
        )
    repeated: set[str] = set()
    for number, row in rows:

        def cell(at: int | None, row: list[str] = row) -> str:
            return row[at].strip() if at is not None and at < len(row) else ""

        fixed = [cell(columns[name]) for name in ("study", "outcome", "visit", "doi")]
        if not fixed[0]:
            continue
        arms: list[tuple[str, dict[str, int | None]]] = [(cell(columns["arm"]), dict(columns))]
        if columns["arm"] is None:
            arms = [
                (side.capitalize(), {name: sides.get((side, name)) for name in HEADS})
                for side in SIDES
            ]
        read = [
            (arm, {name: _checked(path, number, name, cell(own.get(name))) for name in TYPED})
            for arm, own in arms
        ]
        if columns["arm"] is None:
            of = {name: cell(bare.index(name)) for name in (*ANALYSIS, *POOLED) if name in bare}
            read = _used(read, pooled=any(_is_other_than_0(of.get(name, "")) for name in POOLED))
            # One result may stand in several comparisons and subgroups, means in analyses of
            # another name too, which differ by the studies that they leave out.
            means = any(_is_other_than_0(numbers["mean"]) for _, numbers in read)
            result = str((fixed[0], "" if means else fixed[1], read))
            fixed[1] = _analysis(fixed[1], of)
            if result in repeated:
                continue
            repeated.add(result)
        for arm, numbers in read:
            if arm and any(numbers[name] for name in ("mean", "events")):
                doi = DOI.search(fixed[3])
                text = doi.group() if doi else ""
                yield Line(number, fixed[0], arm, fixed[1] or "outcome", fixed[2], text, numbers)


def _analysis(name: str, of: Mapping[str, str]) -> str:
    """The name of an analysis as RevMan shows it: two comparisons may have outcomes of one name."""
    group, number, subgroup = (of.get(head, "") for head in ANALYSIS)
    shown = f"{group}.{number} {name}" if group and number else name
    return f"{shown}: {subgroup}" if subgroup else shown


def _used(
    arms: list[tuple[str, dict[str, str]]], *, pooled: bool
) -> list[tuple[str, dict[str, str]]]:
    """The arms of a data row without the numbers of other kinds of data: means where none is other
    than 0, else counts; nothing of an arm without patients, or of arms entered as one estimate."""
    every = [numbers for _, numbers in arms]
    continuous = any(_is_other_than_0(one[name]) for one in every for name in ("mean", "sd"))
    if pooled and not continuous and not any(_is_other_than_0(one["events"]) for one in every):
        return []
    unused = ("events",) if continuous else ("mean", "sd")
    return [
        (arm, numbers | dict.fromkeys(unused, ""))
        for arm, numbers in arms
        if _is_other_than_0(numbers["n"] or "1")
    ]


def _is_other_than_0(text: str) -> bool:
    return text.strip("-0.") != ""


def _checked(path: Path, row: int, name: str, text: str) -> str:
    """A number as it is typed. Raises UserError for a cell that holds something else."""
    plain = text.replace("−", "-").replace(",", ".") if text.count(",") == 1 else text
    plain = plain.replace(" ", "")
    if name in ("n", "events", "randomised") and plain.endswith(".0"):
        plain = plain[:-2]
    bare = plain.lstrip("<>=") if name == "p" else plain.rstrip("%")
    if name not in FLAGS and plain and not _NUMBER.fullmatch(bare):
        raise UserError(
            Problem(
                located(str(path), row), found=f"{name} {text!r}", expected="a number, or nothing"
            )
        )
    return plain


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if path.stat().st_size > LARGEST:
        raise UserError(Problem(str(path), found="too large", expected=f"{LARGEST >> 20} MB"))
    if path.suffix.lower() == ".xlsx":
        from trialtrace.audit.locate.form import sheet_rows

        rows = sheet_rows(path.read_bytes(), str(path))
    else:
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
        first = text.partition("\n")[0]
        rows = list(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count)))
    if len(rows) > MOST_ROWS:
        raise UserError(Problem(str(path), found=f"{len(rows)} lines", expected=f"{MOST_ROWS}"))
    if not rows:
        raise UserError(Problem(str(path), found="an empty file", expected="a sheet with heads"))
    return rows[0], [(at, row) for at, row in enumerate(rows[1:], 2) if any(row)]
