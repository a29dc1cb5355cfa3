"""The page on what the last runs changed. It differs from run to run, as run.json does."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from trialtrace.base.words import upper_first
from trialtrace.report.links import OF_SITE
from trialtrace.report.pages.shell import page
from trialtrace.run.archive.comparison import Account, CellAccount
from trialtrace.run.archive.shelf import Kept
from trialtrace.run.archive.text import NOTHING, cause_texts, overview, run_text, shown_pair

# Of a long list so many rows are shown; trialtrace diff has all.
SHOWN = 500
NO_RUN = "No run is kept."
TITLE = "What the last runs changed"


class Latest(NamedTuple):
    """The last kept run of a trial, what it changed, and what its report and one of a run before
    tell of few patients when they are laid side by side."""

    trial: str
    kept: Kept | None
    told: Account | None
    few: list[str]


def changes_page(trials: Iterable[Latest]) -> str:
    """A section a trial: its last kept run beside the one before."""
    body = "\n".join(map(_section, trials)) or f"<p>{NOTHING}: no run is kept yet.</p>"
    text = (
        f"<h1>{TITLE}</h1>\n"
        '<p class="quiet">Each run whose inputs or results are others is kept in archive/. This '
        "page is made anew at the end of every run and is part of no report.</p>\n" + body
    )
    return page(TITLE, text, stamp=None, above=[OF_SITE])


def _section(latest: Latest) -> str:
    trial, told = latest.trial, latest.told
    title = f'<h2 id="{escape(trial)}">{escape(trial)}</h2>'
    if told is None:
        which = (
            f"Run {escape(run_text(latest.kept))} is the first that is kept."
            if latest.kept
            else "No run is kept."
        )
        return f"{title}\n<p>{which}</p>"
    runs = f"Run {escape(run_text(told['old']))} → run {escape(run_text(told['new']))}"
    stamp = f'<p class="synthetic">{escape(told["stamp"])}</p>' if told["stamp"] else ""
    rows = [(part, what) for part, what in overview(told)]
    results = [
        (one["result_id"], *shown_pair(one), "; ".join(cause_texts(one["causes"])))
        for one in told["results"]
    ]
    verdicts = [
        (f"{one['claim_id']} {one['component']}", one["what"], one["old"] or "—", one["new"] or "—")
        for one in told["verdicts"]
    ]
    return "\n".join(
        (
            title,
            stamp,
            f"<p>{runs}</p>",
            *(f"<p><strong>{escape(upper_first(one))}.</strong></p>" for one in latest.few),
            *_stamped(
                told["stamp"],
                _table(("part", "what changed"), rows),
                _cells("Raw cells", told["raw_cells"]),
                _cells("Configuration", told["configuration"]),
                _listed("Results", ("result", "before", "now", "because of"), results),
                _listed("Published numbers", ("claim", "verdict", "before", "now"), verdicts),
            ),
        )
    )


def _stamped(stamp: str | None, *parts: str) -> Iterator[str]:
    """Each table of what is stamped says so in its caption, wherever it is taken to."""
    caption = f"<table>\n<caption>{escape(stamp or '')}</caption>"
    yield from (part.replace("<table>", caption) if stamp else part for part in parts)


def _cells(title: str, cells: list[CellAccount]) -> str:
    rows = [(cell["place"], cell["old"] or "—", cell["new"] or "—") for cell in cells]
    return _listed(title, ("place", "before", "now"), rows)


def _listed(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    left = len(rows) - SHOWN
    more = f'<p class="quiet">{left} more: trialtrace diff --all</p>' if left > 0 else ""
    return f"<h3>{escape(title)}</h3>\n{_table(head, rows[:SHOWN])}{more}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    table = f"<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return f'<div class="scroll">{table}</div>'
