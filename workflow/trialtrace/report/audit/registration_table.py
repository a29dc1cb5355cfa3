"""What was registered beside what is reported, as a section of a page."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.prints.finding import INCONSISTENT
from trialtrace.audit.registration.rows import said
from trialtrace.report.links import claim_anchor

TITLE = "Registered and reported"
LEAD = (
    "Endpoints, patients and days as registry and protocol tell them, beside what is reported. A "
    "change may have its reason, and stand in the registry's history or in the protocol."
)
COLUMNS = ("What", "Registered", "Reported", "Verdict", "Finding")


def registration_section(
    rows: Sequence[Mapping[str, object]], *, audit: str | None = None
) -> Iterator[str]:
    """The table of `registration.rows.as_json`, with links to the claims that say so, on
    the page `audit`, "" for this one; nothing where there is none."""
    if not rows:
        return
    head = "".join(f"<th>{one}</th>" for one in COLUMNS)
    yield f'<h2 id="sec-registered">{TITLE}</h2>\n<p class="prose quiet">{LEAD}</p>'
    yield f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for row in rows:
        yield _row(row, audit)
    yield "</tbody>\n</table></div>"


def _row(row: Mapping[str, object], audit: str | None) -> str:
    verdict = str(row["verdict"])
    shown = said(str(row["check"]), verdict, str(row["registered"]), str(row["reported"]))
    wrong = " wrong" if verdict == INCONSISTENT else ""
    claims = row["claims"]
    every = claims if audit is not None and isinstance(claims, list | tuple) else ()
    text = ", ".join(_claim(str(one), audit or "") for one in every)
    cells = (
        f'{escape(str(row["what"]))}<br><span class="quiet">{escape(str(row["source"]))}</span>',
        escape(str(row["registered"])),
        escape(str(row["reported"])),
    )
    return (
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}"
        f'<td class="verdict{wrong}">{escape(shown)}</td>'
        f"<td>{escape(unbroken(str(row['finding'])))}"
        f"{f'<br>{text}' if text else ''}</td></tr>"
    )


def _claim(name: str, audit: str) -> str:
    link = f"{audit}#{claim_anchor(name)}"
    return f'<a href="{escape(link)}"><code>{escape(name)}</code></a>'
