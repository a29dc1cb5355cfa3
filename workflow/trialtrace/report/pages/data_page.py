"""The page of a raw table: every cell as found, each line an anchor. Under full disclosure only."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.store import write_text
from trialtrace.report.crumbs import of_report
from trialtrace.report.links import data_page
from trialtrace.report.pages.shell import page
from trialtrace.run.tables.contracts import RAW, read_table

if TYPE_CHECKING:
    from trialtrace.report.material import Material

ROWS_SHOWN = 20_000


def _shown(values: list[str | None]) -> list[str]:
    """Cells as HTML, each value escaped once."""
    shown = {value: f"<td>{escape(value or '')}" for value in set(values)}
    return [shown[value] for value in values]


def data_page_html(
    raw: Path, table: str, title: str, *, synthetic: bool, draft: str = "", sha256: str = ""
) -> str:
    """Source rows in order; a very long table is cut, and says so. `sha256` is that of its file."""
    found = read_table(Path(raw) / f"{table}.parquet", RAW)
    columns = [name for name in found.column_names if name not in ("source_file", "source_row")]
    cells = [_shown(found[name].slice(0, ROWS_SHOWN).to_pylist()) for name in columns]
    lines = found["source_row"].to_pylist()[:ROWS_SHOWN]
    head = "".join(f"<th>{escape(name)}</th>" for name in ("line", *columns))
    body = "\n".join(
        f"<tr id=L{line}><th>{line}" + "".join(values)
        for line, *values in zip(lines, *cells, strict=False)
    )
    cut = "" if found.num_rows <= ROWS_SHOWN else f" Only the first {ROWS_SHOWN} lines stand here."
    digest = f'<p class="quiet">sha256 of the file: <code>{sha256}</code></p>\n' if sha256 else ""
    source = ", ".join(sorted(set(found["source_file"].to_pylist())))
    text = (
        f"<h1>{escape(table)}</h1>\n"
        f'<p class="subject">Raw rows of {escape(source)}, every cell as found.{cut}</p>\n{digest}'
        f'<div class="frame"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n'
        "</table></div>\n"
    )
    name = f"{table}: raw rows"
    return page(
        name, text, synthetic=synthetic, draft=draft, up="../", above=of_report(title), here=name
    )


def raw_tables(material: "Material", out: Path) -> None:
    """Write the page of each raw table."""
    trial = material.trial
    for table in trial.source.items:
        text = data_page_html(
            material.folder / "raw",
            table,
            trial.title,
            synthetic=trial.synthetic,
            draft=trial.draft,
            sha256=material.tracer.manifest["tables"][table]["file"]["sha256"],
        )
        write_text(out / data_page(table), text)
