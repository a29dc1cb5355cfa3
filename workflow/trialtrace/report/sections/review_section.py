"""The data review of a report: what was decided, by whom and when, of which rows, and why; and the
visits outside their window."""

from collections.abc import Iterator

import pyarrow as pa

from trialtrace.report.links import data_page
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table
from trialtrace.run.endpoints.derive import is_mended, same_rows, state
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.review import Decision

# More rows fill a document; the data set has them all.
MOST = 300
QUERIED = "is queried, and used as it is"
HEADER = ["Decision", "By", "Date", "Rows", "Of", "What", "Reason"]


def review_section(material: Material) -> str:
    """Every decision that the run knows, and every visit outside its window where an endpoint asks;
    unless disclosure is full how many rows these are, and not which."""
    return "\n\n".join(filter(None, [_decisions(material), *_outside(material)]))


def _decisions(material: Material) -> str:
    trial = material.trial
    if trial.review is None:
        return ""
    decisions = [*trial.review.known_at(trial.at.purpose.cut)]
    rows = [[*_cells(material, decision)] for decision in decisions]
    table = texts_table(material, HEADER, rows, "review", "Decisions of the data review.")
    late = _late(material, decisions)
    return f"{escape_markdown(late)}\n\n{table}" if late else table


def _outside(material: Material) -> Iterator[str]:
    """A listing for each endpoint of visits outside their window (ICH E3 16.2.2)."""
    trial = material.trial
    for endpoint in trial.endpoints.values():
        if endpoint.kind != "outside_window":
            continue
        where = {"PARAMCD": {"is": endpoint.code}, "AVAL": {"is": 1}}
        rows = material.tracer.frames.select("bds", where)
        n, who = rows.n, len(set(rows.column("USUBJID")))
        told = f"{endpoint.label}: {n} visit{'s' * (n != 1)} of {who} patient{'s' * (who != 1)}"
        if material.disclosure != "full":
            yield escape_markdown(f"{told}. Which is not shown, since disclosure is not full.")
            continue
        of = trial.endpoints[endpoint.entry.parents[0]].entry
        windows = (of.windows or {}) if isinstance(of, DatedRecords) else {}
        columns = (rows.column(name) for name in ("USUBJID", "TRTP", "AVISIT", "ADT"))
        body = [
            [
                escape_markdown(str(patient)),
                escape_markdown(material.arm_label(str(arm))),
                escape_markdown(str(visit)),
                str(day)[:10],
                " to ".join(f"{end:g}" for end in windows.get(visit, ())),
            ]
            for patient, arm, visit, day in zip(*columns, strict=True)
        ]
        head = ["Patient", "Arm", "Visit", "Date", "Days of the window"]
        label = f"outside-{endpoint.name.replace('_', '-')}"
        more = f" The first {MOST} stand here." if n > MOST else ""
        yield texts_table(material, head, body[:MOST], label, f"{told}.{more}")


def _late(material: Material, decisions: list[Decision]) -> str:
    """That decisions are younger than the frozen plan."""
    if (frozen := material.trial.frozen) is None:
        return ""
    day = frozen.record.frozen[:10]
    late = [decision.name for decision in decisions if decision.date > day]
    return f"Decided after the plan was frozen, on {day}: {', '.join(late)}." if late else ""


def _cells(material: Material, decision: Decision) -> Iterator[str]:
    trial = material.trial
    yield escape_markdown(decision.name)
    yield escape_markdown(decision.by)
    yield decision.date
    table = read_table(material.folder / "clean" / f"{decision.table}.parquet", CLEAN)
    now = None if trial.at.purpose.cut else state(trial, decision, table)
    yield _rows(material, decision, table)
    yield escape_markdown(decision.table)
    yield escape_markdown("; ".join(effects(trial, decision, now)))
    yield escape_markdown(decision.reason)


def effects(trial: Trial, decision: Decision, now: str | None) -> Iterator[str]:
    """What a decision does, in words; `now` is the state of its rows, where it is known."""
    if decision.leaves:
        labels = (trial.populations[name].label for name in decision.leaves)
        yield f"leaves: {', '.join(labels)}"
    if deviation := decision.deviation:
        yield f"{deviation.severity} deviation: {deviation.label}"
    if decision.query:
        how = "was queried, and is another now" if is_mended(decision, now) else QUERIED
        yield f"{decision.query} {how}"


def _rows(material: Material, decision: Decision, table: pa.Table) -> str:
    """How many rows, and under full disclosure each by its key, which leads to the exported row."""
    if material.disclosure != "full":
        return str(len(decision.rows))
    raw, pages = material.trial.tables[decision.table].of, material.tracer.pages
    lines, files = (table[name].to_pylist() for name in ("source_row", "source_file"))
    shown = []
    for key in decision.rows:
        told = escape_markdown(", ".join(f"{column} {value}" for column, value in key.items()))
        at = same_rows(table, key)
        if len(at):
            told = f"[{told}]({data_page(pages[raw, files[at[0]]])}#L{lines[at[0]]})"
        shown.append(told)
    return "; ".join(shown)
