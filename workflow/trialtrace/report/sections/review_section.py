"""The data review of a report: what was decided, by whom and when, of which rows, and why."""

from collections.abc import Iterator

from trialtrace.report.links import data_page
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table
from trialtrace.run.endpoints.review import same_rows
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.review import Decision

HEADER = ["Decision", "By", "Date", "Rows", "Of", "What", "Reason"]


def review_section(material: Material) -> str:
    """Every decision that the run knows; under restricted disclosure how many rows it is of, and
    not which. Empty where no data were reviewed."""
    trial = material.trial
    if trial.review is None:
        return ""
    decisions = [*trial.review.known_at(trial.at.purpose.cut)]
    rows = [[*_told(material, one)] for one in decisions]
    table = texts_table(material, HEADER, rows, "review", "Decisions of the data review.")
    late = _late(material, decisions)
    return f"{escape_markdown(late)}\n\n{table}" if late else table


def _late(material: Material, decisions: list[Decision]) -> str:
    """That decisions are younger than the frozen plan."""
    if (frozen := material.trial.frozen) is None:
        return ""
    day = frozen.record.frozen[:10]
    late = [one.name for one in decisions if one.date > day]
    return f"Decided after the plan was frozen, on {day}: {', '.join(late)}." if late else ""


def _told(material: Material, decision: Decision) -> Iterator[str]:
    yield escape_markdown(decision.name)
    yield escape_markdown(decision.by)
    yield decision.date
    yield _rows(material, decision)
    yield escape_markdown(decision.table)
    yield escape_markdown("; ".join(what(material.trial, decision)))
    yield escape_markdown(decision.reason)


def what(trial: Trial, decision: Decision) -> Iterator[str]:
    """What a decision does, in words."""
    if decision.leaves:
        labels = (trial.populations[name].label for name in decision.leaves)
        yield f"leaves: {', '.join(labels)}"
    if deviation := decision.deviation:
        yield f"{deviation.severity} deviation: {deviation.label}"
    if decision.query:
        yield f"{decision.query} is queried, and used as it is"


def _rows(material: Material, decision: Decision) -> str:
    """How many rows, and under full disclosure each by its key, which leads to the exported row."""
    if material.disclosure != "full":
        return str(len(decision.rows))
    table = read_table(material.folder / "clean" / f"{decision.table}.parquet", CLEAN)
    page = data_page(material.trial.tables[decision.table].of)
    lines = table["source_row"].to_pylist()
    shown = []
    for key in decision.rows:
        told = escape_markdown(", ".join(f"{column} {value}" for column, value in key.items()))
        at = same_rows(table, key)
        shown.append(f"[{told}]({page}#L{lines[at[0]]})" if len(at) else told)
    return "; ".join(shown)
