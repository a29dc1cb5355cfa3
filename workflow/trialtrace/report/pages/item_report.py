"""The report by the items of the IPD Integrity Tool: what was done, with which result, for whom to
judge. As lines of a CSV file, and as a page.

It has counts, and rows of the raw file where disclosure is full; the judgement is left to a person.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from trialtrace.audit.printed.verdicts import DATA, FAILS, FINDINGS, SHOWN
from trialtrace.base.words import p_text
from trialtrace.report.pages.plots import STYLE, WIDTH, drawing, figure, row
from trialtrace.report.pages.shell import page_alone, table_lines
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.first_page import known_columns, rows_text
from trialtrace.run.integrity.look import LEVEL, Judged, Look, judged
from trialtrace.run.integrity.registry import CHECKS, ITEMS, Item
from trialtrace.run.tables.contracts import REJECTS, read_table
from trialtrace.run.trial.load import Trial

HEAD = (
    "item", "domain", "question", "done", "flagged", "where", "result", "p", "p_adjusted", "rows",
    "reason_known", "judgement",
)  # fmt: skip
JUDGEMENTS = ("no", "some", "major")
FULL, MOST_LINES = "full", 40
LISTED = {"1.4", "2.1", "2.2", "2.3", "2.4", "3.1", "4.1", "4.2", "5.1", "5.2", "5.3", "8.1", "8.2"}
"""Items whose every check is shown, flagged or not: a reader judges them by their numbers."""
DECLARED = "6.1"
"""The item of the checks that cleaning.yaml declares."""
TALL, LEFT, TOP = 240.0, 60.0, 20.0
# All columns of the form stand in sight, the judgement among them.
OWN_STYLE = (
    "td { vertical-align: top; } td.wrap { min-width: 0; } td:last-child { white-space: nowrap; }"
)


@dataclass(frozen=True)
class Evidence:
    """An item with what was done, and its results, the most unusual first; `broken` are flags in
    words, of published numbers and of declared checks."""

    item: Item
    done: str
    found: tuple[Judged, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def flags(self) -> int:
        return sum(one.flagged for one in self.found) + len(self.broken)


def evidence(
    looks: Iterable[Look],
    claims: Sequence[dict[str, object]],
    declared: tuple[int, tuple[str, ...]] = (0, ()),
) -> list[Evidence]:
    """Each item with its results; `claims` are the rows of the audit of published numbers,
    `declared` how many checks cleaning.yaml has, and what breaks them."""
    every = judged(looks)
    made = []
    for item in ITEMS:
        if item.number == "7.1":
            made.append(_published(item, claims))
            continue
        checks = [check for check in CHECKS.values() if check.item == item.number]
        found = tuple(one for one in every if one.look.check in {check.name for check in checks})
        done = "; ".join(check.title for check in checks)
        done += f": {len(found)} check{'s' * (len(found) != 1)}" if found else ""
        if not found:
            done = f"Not done ({done}): the data have nothing to check"
            done += f", or it is not declared. It needs {item.needs}" if item.needs else ""
        if item.number == DECLARED and declared[0]:
            done += f"; of cleaning.yaml: {declared[0]} check{'s' * (declared[0] != 1)}"
        broken = declared[1] if item.number == DECLARED else ()
        made.append(Evidence(item, f"{done}.", found, broken))
    return made


def declared_checks(trial: Trial, clean: Path, disclosure: str) -> tuple[int, tuple[str, ...]]:
    """How many checks cleaning.yaml declares, and what breaks each, by the last run's `clean`/."""
    tables = json.loads((clean / "conservation.json").read_text(encoding="utf-8"))
    rows: dict[str, set[int]] = {}
    for flag in read_table(clean / "rejects.parquet", REJECTS).to_pylist():
        rows.setdefault(flag["rule"], set()).add(int(flag["source_row"]))
    broken = []
    for table, balance in tables.items():
        for name, counts in balance["checks"].items():
            if k := counts["broken"]:
                found = Look(table, "", 1.0, tuple(sorted(rows.get(name, ()))))
                label = trial.cleaning.checks[name].label
                text = f"{table}: {k} of {counts['looked_at']} break checks.{name} ({label})"
                broken.append(f"{text}; rows: {_rows(found, disclosure)}")
    return len(trial.cleaning.checks), tuple(broken)


def _published(item: Item, claims: Sequence[dict[str, object]]) -> Evidence:
    counts = Counter(str(claim[DATA]) for claim in claims)
    if not counts:
        return Evidence(item, f"Not done: it needs {item.needs}.")
    told = ", ".join(f"{SHOWN[one]} {counts[one]}" for one in SHOWN if counts[one])
    failed = [claim for claim in claims if claim[DATA] in FAILS]
    findings = (f"{one['claim_id']}: {one[FINDINGS[DATA]]}" for one in failed)
    done = f"Published numbers against the data: {told}."
    return Evidence(item, done, broken=tuple(dict.fromkeys(findings)))


def csv_lines(trial: Trial, items: Iterable[Evidence], disclosure: str) -> Iterator[list[object]]:
    """A head, a line for each item without a flag, and one for each flag."""
    known = known_columns(trial)
    yield [*HEAD]
    for one in items:
        start = [one.item.number, one.item.domain, one.item.question, one.done]
        flags = [each for each in one.found if each.flagged]
        for text in one.broken:
            yield [*start, "yes", "", text, "", "", "", "", ""]
        for each in flags:
            reason = known.get(each.look.where, "")
            p = [f"{each.look.p:.3g}", f"{each.adjusted:.3g}"]
            rows = _rows(each.look, disclosure)
            yield [*start, "yes", each.look.where, each.look.told, *p, rows, reason, ""]
        if not one.flags:
            yield [*start, "no", *[""] * 7]


def _rows(look: Look, disclosure: str) -> str:
    """Rows of the file; how many they are where disclosure is not full."""
    if not look.rows:
        return "no single rows"
    many = f"{len(look.rows)} row{'s' * (len(look.rows) != 1)}"
    told = rows_text(look.rows) if disclosure == FULL else many
    return told + (f" of {look.rows_in}" if look.rows_in else "")


def html_page(trial: Trial, items: Sequence[Evidence], export: Export, disclosure: str) -> str:
    """The page: a table of all items, then for each what its checks found."""
    flags = sum(one.flags for one in items)
    known = known_columns(trial)
    parts = [
        f"<h1>Integrity of the data: {escape(trial.title)}</h1>",
        "<p>By the items of the IPD Integrity Tool (Hunter et al., Res Synth Methods 2024;15:917, "
        "doi 10.1002/jrsm.1738) and of central statistical monitoring (M1 to M3). A flag is a "
        "contradiction in some row, or a pattern that chance gives in at most "
        f"{100 * LEVEL:.0f} of 100 trials in which nothing is behind it. It is no error, but a "
        f"question to those who made the data. Flags: {flags}. The judgement is yours.</p>",
        *table_lines(
            ("Item", "Domain", "Question", "What was done", "Flags", "Judgement"),
            map(_item_row, items),
        ),
    ]
    for one in items:
        parts += [f"<h2>{one.item.number} {escape(one.item.question)}</h2>"]
        parts += [f"<p>{escape(one.done)}</p>"]
        parts += [f"<p>{escape(text)}</p>" for text in one.broken[:MOST_LINES]]
        if one.item.number == "5.1":
            parts += _cumulative(export, disclosure)
        found = [each for each in one.found if each.flagged or one.item.number in LISTED]
        if found:
            head = ("Flag", "Where", "Result", "p", "p, allowing for all checks", "Rows")
            rows = (_look_row(trial, each, known, disclosure) for each in found[:MOST_LINES])
            parts += table_lines(head, rows)
        if len(found) > MOST_LINES:
            parts += [f"<p>The first {MOST_LINES} of {len(found)}.</p>"]
    style = f"{STYLE}\n{OWN_STYLE}"
    return page_alone(trial, "Integrity of the data", "\n".join(parts), style)


def _item_row(one: Evidence) -> str:
    boxes = " ".join(f"\N{BALLOT BOX} {word}" for word in JUDGEMENTS)
    return row(
        (one.item.number,), one.item.domain, one.item.question, one.done, f"{one.flags}", boxes
    )


def _look_row(trial: Trial, each: Judged, known: dict[str, str], disclosure: str) -> str:
    look, style = each.look, trial.plan.style
    reason = known.get(look.where)
    told = f"{look.told}. {CHECKS[look.check].ask if each.flagged else ''}".rstrip()
    told += f" Known: {reason}" if reason else ""
    p = [p_text(value, style) for value in (look.p, each.adjusted)]
    flag = "flag" if each.flagged else ""
    return row((flag, look.where), told, *p, _rows(look, disclosure))


def _cumulative(export: Export, disclosure: str) -> list[str]:
    """Patients of each arm by day of entry: a picture where disclosure is full, and counts."""
    entry, arm = export.entry, export.arm_or_none
    if entry is None or export.arm is None:
        return []
    who = entry.there[arm[entry.there] >= 0]
    who = who[np.argsort(entry.values[who], kind="stable")]
    if not len(who):
        return []
    counts = np.cumsum(arm[who][:, None] == np.arange(len(export.arms)), axis=0)
    quarters = [len(who) * part // 4 - 1 for part in (1, 2, 3, 4) if len(who) * part // 4]
    head = ("Patients", *map(escape, export.arms))
    lines = (row((at + 1, *counts[at].tolist())) for at in quarters)
    table = list(table_lines(head, lines))
    if disclosure != FULL:
        return table
    day = entry.values[who] - entry.values[who[0]]
    x = LEFT + (WIDTH - 2 * LEFT) * day / max(1.0, float(day[-1]))
    y = TOP + TALL * (1 - counts / counts.max())
    parts = [
        f'<polyline fill="none" stroke="currentColor" stroke-dasharray="{6 * place} {4 * place}" '
        f'points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y[:, place], strict=True))}"/>'
        f'<text x="{x[-1] + 4:.1f}" y="{y[-1, place] + 12 * place:.1f}">{escape(name)}</text>'
        for place, name in enumerate(export.arms)
    ]
    picture = drawing("Patients of each arm by day of entry", TALL + 2 * TOP, parts)
    caption = f"Patients of each arm from the first to the last day of entry ({day[-1]:.0f} days)."
    return [figure(picture, caption), *table]
