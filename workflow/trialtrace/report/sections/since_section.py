"""What changed since a kept run that the configuration names; nothing where it names none."""

from collections.abc import Iterable

from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import captioned, pipe_table, rows_table
from trialtrace.run.archive.comparison import Told, ToldResult
from trialtrace.run.archive.since import named_run, told_since
from trialtrace.run.archive.text import cause_texts, overview, shown_pair

# Of a long list so many are shown; trialtrace diff has all.
SHOWN = 100


def since_section(material: Material) -> str:
    """The section; nothing where config.yaml names no run under `compare_to`.

    Raises UserError where the run that it names is not kept, or not whole.
    """
    run = named_run(material.trial, material.settings)
    if run is None:
        return ""
    told = told_since(material.trial, run, material.disclosure == "full")
    parts = rows_table(["Part", "What changed"], [[part, what] for part, what in overview(told)])
    return "\n\n".join(
        (
            f"## What changed since run {run} {{#sec-since page=supplement}}",
            captioned(material, parts, "since", f"Changes since run {run}."),
            *_lists(material, told),
        )
    )


def _lists(material: Material, told: Told) -> Iterable[str]:
    if told["results"]:
        header = ["Result", "Before", "Now", "Because of"]
        body = [_line(material, one) for one in told["results"][:SHOWN]]
        caption = f"Results that changed{_of(len(told['results']))}."
        table = pipe_table(header, body, numbers_from=len(header))
        yield captioned(material, table, "since-results", caption)
    changes = [
        [one["place"], one["old"] or "—", one["new"] or "—"]
        for one in (*told["raw_cells"], *told["configuration"])
    ]
    changes += [[one, "", ""] for one in told["code"]]
    if changes:
        caption = f"Cells, keys and functions that changed{_of(len(changes))}."
        table = rows_table(["Place", "Before", "Now"], changes[:SHOWN])
        yield captioned(material, table, "since-causes", caption)


def _of(number: int) -> str:
    return f": the first {SHOWN} of {number}" if number > SHOWN else ""


def _line(material: Material, item: ToldResult) -> list[str]:
    """A result that is there links to its trace."""
    old, new = (escape_markdown(text) for text in shown_pair(item))
    name = escape_markdown(item["result_id"].partition("/")[2])
    linked = f"[{name}]({trace_link(item['result_id'])})" if item["new"] is not None else name
    flips = " (crosses the level)" if item["flips"] else ""
    causes = escape_markdown("; ".join(cause_texts(item["causes"])))
    return [linked, old, f"{new}{flips}", causes]
