"""Trace pages: the content of `trialtrace trace` as one small HTML page a number."""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from trialtrace.report.links import claim_anchor, data_page, page_name
from trialtrace.report.render.house import CSP, SYNTHETIC, assets
from trialtrace.trace.text import (
    NO_HASH,
    entries,
    rejected_lines,
    shown_hash,
    step_words,
    verdict_words,
)

RANGES_LINKED = 40


@cache
def _style() -> str:
    return (assets() / "page.css").read_text(encoding="utf-8")


def page(title: str, body: str, *, synthetic: bool, style: str = "", draft: str = "") -> str:
    """A whole page in the house style, without scripts and outside links; `style` is added.

    Of synthetic data it is stamped at its top, and each of its tables and pictures by itself;
    `draft` is the stamp of a draft.
    """
    stamps = [text for text in (SYNTHETIC if synthetic else "", escape(draft)) if text]
    stamp = "".join(f'<p class="synthetic">{text}</p>\n' for text in stamps)
    if synthetic:
        body = body.replace("<table>", f"<table>\n<caption>{SYNTHETIC}</caption>")
        body = body.replace("<figcaption>", f"<figcaption>{SYNTHETIC}. ")
    meta = f'<meta name="description" content="{SYNTHETIC}">\n' if synthetic else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{CSP}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{meta}'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}{style}</style>\n</head>\n<body>\n"
        f"{stamp}{body}</body>\n</html>\n"
    )


def trace_page(
    trace: dict[str, Any], codes: dict[str, str], trial_title: str, draft: str = ""
) -> str:
    """The page of one number."""
    lines = [
        f'<p class="up"><a href="../report.html">{escape(trial_title)}</a></p>',
        f"<h1>{escape(trace['heading'])}</h1>",
        f'<p class="subject">{escape(trace["subject"])}</p>',
        f'<p class="id"><code>{escape(trace["result_id"])}</code></p>',
        "<dl>",
    ]
    for label, items in _entries(trace, codes):
        lines.append(f'<dt id="{label.replace(" ", "-")}">{label}</dt>')
        lines += [f"<dd>{item}</dd>" for item in items]
    lines.append("</dl>\n")
    title = f"{trace['heading']} – {trace['subject']}"
    return page(title, "\n".join(lines), synthetic=trace["synthetic"], draft=draft)


def _entries(trace: dict[str, Any], codes: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """(label, lines of HTML); the same labels in the same order as the text of a trace."""
    plain: dict[str, list[str]] = {}
    label = ""
    # Rows are told with links, below.
    for name, text in entries(trace | {"rows": []}):
        label = name or label
        plain.setdefault(label, []).append(escape(text))
    made = {
        "family": [_member(one) for one in trace["family"]],
        "rows": [_rows(member) for member in trace["rows"]],
        "raw": [_raw(m, part) for m in trace["rows"] for part in m["raw"]],
        "rejected": [_rejected(trace)] if trace["rejected"] else plain.get("rejected", []),
        "plan": [_plan(trace["plan"], trace["estimand"])],
        "code": [f"{escape(s)} <code>{escape(digest[:16])}</code>" for s, digest in codes.items()],
        "claims": [_claim(claim) for claim in trace["claims"]],
    }
    order = [
        "value",
        "from",
        "n",
        "out of",
        "method",
        "family",
        "error",
        "warning",
        "check",
        "rows",
        "raw",
        "rejected",
        "constants",
        "plan",
        "code",
        "claims",
    ]
    for name in order:
        if items := made.get(name, plain.get(name, [])):
            yield name, items


def _member(one: dict[str, str]) -> str:
    """A p-value that was adjusted with this one, a link to its page."""
    told = escape(f"{one['text']}, {one['subject']}")
    return f'<a href="{escape(page_name(one["result_id"]))}">{told}</a>'


def _rows(member: dict[str, Any]) -> str:
    changed = "" if member["unchanged"] else " <strong>the data now selects other rows</strong>"
    digest = shown_hash(member)
    shown = f"<code>{digest[:16]}</code>" if digest else f"({NO_HASH})"
    return (
        f"{escape(member['role'])}: {member['n']} records of {escape(member['dataset'])} where "
        f"{escape(member['where'])}{changed} {shown}"
    )


def _raw(member: dict[str, Any], part: dict[str, Any]) -> str:
    columns = escape(", ".join(part["columns"]))
    lines = f"{part['n_lines']} lines"
    if "lines" in part:
        lines = "lines " + _links(part["raw_table"], part["lines"])
    digest = shown_hash(part)
    digest = f" <code>{digest[:16]}</code>" if digest else ""
    source = escape(part["source_file"])
    return f"{escape(member['role'])}: {source}, {lines}, columns {columns}{digest}"


@lru_cache(maxsize=10_000)
def _links(table: str, lines: str) -> str:
    """Ranges of lines, each a link to its first; many numbers rest on the same ones."""
    return ", ".join(_ranges(table, lines.split(", ")))


def _ranges(table: str, ranges: list[str]) -> Iterable[str]:
    for number, text in enumerate(ranges):
        if number == RANGES_LINKED:
            yield f"and {len(ranges) - number} more ranges"
            return
        first = text.split("\N{EN DASH}")[0]
        yield f'<a href="../{data_page(table)}#L{first}">{text}</a>'


def _rejected(trace: dict[str, Any]) -> str:
    lines = "<br>".join(escape(line) for line in rejected_lines(trace["rejected"]))
    return f'{lines}<br><a href="../report.html#sec-data">all rejects and flags</a>'


def _plan(plan: dict[str, str], estimand: str | None) -> str:
    name = Path(plan["file"]).name
    about = f", estimand {escape(estimand)}" if estimand else ""
    file = f'<a href="../config/{name}.txt">{escape(plan["file"])}</a>'
    return f"{file}, {escape(plan['key'])}{about}"


def _claim(claim: dict[str, Any]) -> str:
    anchor = claim_anchor(claim["claim_id"])
    return (
        f'<a href="../report.html#{anchor}">{escape(claim["claim_id"])}</a> '
        f"({escape(claim['component'])}, printed {escape(claim['printed'] + step_words(claim))}): "
        f"{escape(verdict_words(claim))}"
    )
