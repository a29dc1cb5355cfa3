"""Pages of numbers: the content of `trialtrace trace`, an analysis a page, a number a section."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from trialtrace.report.links import (
    AUDIT_PAGE,
    CODE_PAGE,
    FAMILIES_PAGE,
    claim_anchor,
    code_anchor,
    config_page,
    data_page,
    place_link,
    trace_link,
)
from trialtrace.report.pages.shell import linked, report_page
from trialtrace.run.cleaning.account import lines_of
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.text import (
    NO_HASH,
    entries,
    method_lines,
    place_words,
    rejected_lines,
    shown_hash,
    step_words,
    verdict_words,
)
from trialtrace.run.trial.load import Trial

# Where all numbers of a page have the same of these, it stands once, below its heading; where all
# that rest on the same rows have, once below these.
OF_PAGE = ("variable", "family", "warning", "cleaning", "rejected", "constants", "plan", "code")
OF_GROUP = ("drawn", "method", "check", "rows", "raw", *OF_PAGE)
# Of these a block that stood on the page already is a link to it.
ONCE = ("drawn", "method", "family", "rows", "raw", "cleaning", "rejected", "constants", "code")
SHORT = 80
# How a number was made, which is as at an earlier number where all of it is.
AS_EARLIER = ("drawn", "method", "warning", "check", "constants", "code")
# What stands between the parts of what a number is about.
BETWEEN = ", "
# Places that are kept as links: the numbers of a page share theirs.
KEPT = 1_000
ORDER = (
    "value",
    "from",
    "n",
    "out of",
    "drawn",
    "method",
    "family",
    "error",
    "warning",
    "check",
    "rows",
    "variable",
    "raw",
    "cleaning",
    "rejected",
    "constants",
    "plan",
    "code",
    "claims",
)
# What a page tells in the words of a terminal; all else it tells with links.
PLAIN = (
    "value",
    "from",
    "n",
    "out of",
    "drawn",
    "error",
    "warning",
    "check",
    "constants",
    "rejected",
)
PACKAGE = "workflow/trialtrace/"
IN_A_TERMINAL = (
    "By the id below a number: trialtrace trace ID; as a script of R, trialtrace r-script ID."
)
ARROW = " \N{LEFTWARDS ARROW} "
# A trace, or a part of one, as JSON has it.
Trace = dict[str, Any]
Lines = dict[str, list[str]]
# Up to so many lines of an export each leads to its row in a listing.
FEW_LINES = 12


@dataclass(frozen=True)
class Around:
    """What a page of numbers knows of the other pages.

    `printed` has the page of each result that the report shows, `parts` the links to single lines
    of a number; `rows` gives the link from a member of a trace to its rows under full disclosure;
    `lined` says that files of the configuration have a page of their lines; `places` has the page
    of each section of the report, `listed` the links to the listings of adverse events by the raw
    table of their rows, `rows_listed` those to rows of listings of events and deaths, by the
    page of the raw rows and line; `pages` has that page by raw table and file.
    """

    trial: Trial
    printed: Mapping[str, str] = field(default_factory=dict)
    parts: frozenset[str] = frozenset()
    rows: Callable[[Trace], str] | None = None
    lined: bool = False
    places: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rows_listed: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    pages: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def page(self, table: str, file: str) -> str:
        """The name of the page of a file of a raw table."""
        return self.pages.get((table, file), table)

    def report(self, place: str) -> str:
        """The link to a section or a claim of the report, to its first page where none has it."""
        return "../" + (place_link(place, self.places) or "report.html")


class Said:
    """The blocks that stand on a page, each with the anchor that it has there."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, ...], str] = {}
        self._numbers: dict[tuple[tuple[str, ...], ...], str] = {}

    def earlier(self, lines: Lines, anchor: str) -> str:
        """The first number that was made as that at `anchor` was; "" where it is that."""
        told = tuple((label, *items) for label, items in lines.items())
        found = self._numbers.setdefault(told, anchor)
        return "" if found == anchor else found

    def block(self, label: str, items: list[str]) -> tuple[str, list[str]]:
        """The anchor of a block where it stands first, and its items; later a link to it."""
        told = (label, *items)
        if label not in ONCE or len("".join(items)) < SHORT:
            return "", items
        if told in self._at:
            return "", [f"<a href=#{self._at[told]}>as above</a>"]
        self._at[told] = f"s{len(self._at)}"
        return self._at[told], items


@dataclass(frozen=True)
class Number:
    """A number of a page: its trace, and its lines of HTML by label."""

    trace: Trace
    lines: Lines


def numbers_page(heading: str, traces: Sequence[Trace], context: Around) -> str:
    """The page of the numbers of an analysis, each at its anchor; those of the same rows stand
    together."""
    found = [Number(trace, _entries(trace, context)) for trace in traces]
    shared, said = _shared(found, OF_PAGE), Said()
    lines = [f"<h1>{escape(heading)}</h1>", f'<p class="quiet">{IN_A_TERMINAL}</p>']
    if listings := dict.fromkeys(link for trace in traces for link in _listings(trace, context)):
        lines.append(f"<p>{', '.join(listings)}</p>")
    if shared:
        lines.append(f'<p class="quiet">Of all {len(traces)} numbers of this page:</p>')
        lines += _list(shared, said)
    for group in _groups(found):
        lines += _group(group, shared, context, said)
    return report_page(context.trial, heading, "\n".join([*lines, ""]), up="../")


def families_page(families: Mapping[str, Sequence[dict[str, str]]], trial: Trial) -> str:
    """The p-values that are adjusted together, a section a family."""
    here = "Families of p-values"
    lines = [
        f"<h1>{here}</h1>",
        '<p class="subject">The p-values of a family are adjusted together.</p>',
    ]
    for name, members in families.items():
        lines.append(f'<h2 id="{escape(name)}">{escape(name)}</h2>\n<ul>')
        for member in members:
            text = f"{member['text']}, {member['subject']}"
            link = trace_link(member["result_id"]).removeprefix("trace/")
            lines.append(f"<li>{linked(text, link)}</li>")
        lines.append("</ul>")
    return report_page(trial, here, "\n".join([*lines, ""]), up="../")


def _groups(numbers: Iterable[Number]) -> list[list[Number]]:
    """Numbers that rest on the same rows, in the order of the results."""
    groups: dict[tuple[str, ...], list[Number]] = {}
    for number in numbers:
        groups.setdefault(tuple(number.lines.get("rows", ())), []).append(number)
    return list(groups.values())


def _shared(values: Sequence[Number], labels: Iterable[str]) -> Lines:
    """What all of several numbers have alike."""
    if len(values) < 2:
        return {}
    first, *others = (number.lines for number in values)
    return {
        label: first[label]
        for label in ORDER
        if label in labels and label in first and all(o.get(label) == first[label] for o in others)
    }


def _group(group: Sequence[Number], above: Lines, context: Around, said: Said) -> Iterator[str]:
    """What numbers are about and where they come from in a line; the numbers; what they share.

    Of what a number is about it says what not all of them are about.
    """
    shared = {k: v for k, v in _shared(group, OF_GROUP).items() if k not in above}
    subjects = [number.trace["subject"].split(BETWEEN) for number in group]
    alike = [part for part in subjects[0] if all(part in parts for parts in subjects)]
    yield "<section>"
    if alike:
        yield f"<h2>{escape(BETWEEN.join(alike))}</h2>"
    yield f"<p class=story>{ARROW.join(_story(group, context))}</p>"
    for one, parts in zip(group, subjects, strict=True):
        left = {k: v for k, v in one.lines.items() if k not in shared and k not in above}
        subject = BETWEEN.join(part for part in parts if part not in alike)
        yield from _number(one.trace, left, context, said, subject)
    if shared:
        yield f'<p class="quiet">Of each of the {len(group)} numbers above:</p>'
    yield from _list(shared, said)
    yield "</section>"


def _number(trace: Trace, lines: Lines, context: Around, said: Said, subject: str) -> Iterator[str]:
    """A number: what it is, its place in the report, what is its own line by line."""
    name = trace["result_id"]
    code, anchor = escape(name), short_id(name)
    if name in context.printed:
        code = f'<a href="../{context.printed[name]}#{anchor}">{code}</a>'
    yield f'<div id="{anchor}">'
    yield f"<h3>{escape(trace['heading'])}</h3>"
    if subject:
        yield f"<p>{escape(subject)}</p>"
    yield f"<p class=id>{code}</p>"
    made = {label: items for label, items in lines.items() if label in AS_EARLIER}
    if earlier := said.earlier(made, anchor) if len(made) > 1 else "":
        link = f"<a href=#{earlier}>as above</a>"
        lines = {k: v for k, v in lines.items() if k not in made} | {BETWEEN.join(made): [link]}
    parts = {label: trace_link(name, label.replace(" ", "-")) for label in ("n", "out of")}
    yield from _list(
        lines,
        said,
        {k: link.partition("#")[2] for k, link in parts.items() if link in context.parts},
    )
    yield "</div>"


def _list(lines: Lines, said: Said, anchors: Mapping[str, str] | None = None) -> Iterator[str]:
    if not lines:
        return
    yield "<dl>"
    for label, items in lines.items():
        anchor = (anchors or {}).get(label)
        part = f' id="{escape(anchor)}"' if anchor else ""
        at, told = said.block(label, items)
        part = f" id={at}" if at else part
        yield f"<dt{part}>{label}"
        yield from (f"<dd>{item}" for item in told)
    yield "</dl>"


def _story(group: Sequence[Number], context: Around) -> Iterator[str]:
    """ "0.005 ← Fisher's exact test ← 602 records ← Pancreatitis ← outcome of export.csv"."""
    trace, many = group[0].trace, len(group)
    yield f"<strong>{escape(trace['text']) if many == 1 else f'{many} numbers'}</strong>"
    yield escape("; ".join(dict.fromkeys(number.trace["method"]["title"] for number in group)))
    if trace["rows"]:
        yield ", ".join(
            linked(
                f"{m['n']} records" + (f" ({m['role']})" if len(trace["rows"]) > 1 else ""),
                context.rows(m) if context.rows else "",
            )
            for m in trace["rows"]
        )
    if trace["variables"]:
        yield ", ".join(escape(one["label"]) for one in trace["variables"])
    columns: dict[tuple[str, str], dict[str, None]] = {}
    for part in (part for m in trace["rows"] for part in m["raw"]):
        place = (part["source_file"], part["raw_table"])
        columns.setdefault(place, {}).update(dict.fromkeys(part["columns"]))
    if columns:
        yield "; ".join(
            f"{escape(', '.join(names))} of "
            + linked(file, f"../{data_page(context.page(table, file))}" if context.rows else "")
            for (file, table), names in columns.items()
        )


def _entries(trace: Trace, context: Around) -> Lines:
    """Lines of HTML by label; the same labels in the same order as the text of a trace."""
    plain: Lines = {}
    label = ""
    for name, text in entries(trace, PLAIN):
        label = name or label
        plain.setdefault(label, []).append(escape(text))
    made = {
        "method": _method(trace),
        "family": _family(trace),
        "rows": [_rows(member) for member in trace["rows"]],
        "variable": [variable_told(one, lined=context.lined) for one in trace["variables"]],
        "raw": [_raw(m, part, context) for m in trace["rows"] for part in m["raw"]],
        # Each once; what a terminal sets apart by blanks, by semicolons.
        "constants": [
            *dict.fromkeys(line.replace("   ", "; ") for line in plain.get("constants", []))
        ],
        "rejected": [_rejected(trace, context)] if trace["rejected"] else plain.get("rejected", []),
        "cleaning": [
            f"{_place(one, context.lined)}, {escape(one['key'])}" for one in trace["cleaning"]
        ],
        "plan": [_plan(trace["plan"], trace["estimand"], context)],
        "code": [_function_link(f["file"], f["line"], f["name"]) for f in trace["functions"]],
        "claims": [_claim(claim) for claim in trace["claims"]],
    }
    return {name: items for name in ORDER if (items := made.get(name, plain.get(name, [])))}


def _family(trace: Trace) -> list[str]:
    """The p-values that are adjusted with this one: a link to their list."""
    if not trace["family"]:
        return []
    name = trace["method"]["options"]["family"]
    text = f"{name}: {len(trace['family'])} p-values adjusted together"
    return [linked(text, f"{FAMILIES_PAGE}#{name}")]


def _method(trace: Trace) -> list[str]:
    """The method without the name of its statistic, which stands above, and its options."""
    first, *options = method_lines(trace)
    return [escape(first.removeprefix(f"{trace['label']}, ")), *map(escape, options)]


def _listings(trace: Trace, context: Around) -> list[str]:
    tables = (part["raw_table"] for member in trace["rows"] for part in member["raw"])
    return [link for table in dict.fromkeys(tables) for link in context.listed.get(table, ())]


def _rows(member: Trace) -> str:
    changed = "" if member["unchanged"] else " <strong>the data now selects other rows</strong>"
    digest = shown_hash(member)
    shown = f"<code>{digest[:16]}</code>" if digest else f"({NO_HASH})"
    return (
        f"{escape(member['role'])}: {member['n']} records of {escape(member['dataset'])} "
        f"where {escape(member['where'])}{changed} {shown}"
    )


def variable_told(trace: Trace, *, lined: bool) -> str:
    """A variable with its rule and the way to it."""
    text = f"{escape(trace['label'])} ({escape(trace['code'])}): {escape(trace['rule'])}"
    return f"{text} {_place(trace, lined)}"


def _place(trace: Trace, lined: bool) -> str:
    """A line of a file of the configuration, a link to it where its page has lines."""
    return _place_link(trace["file"], trace["line"], lined)


@lru_cache(KEPT)
def _place_link(file: str, line: int, lined: bool) -> str:
    name = Path(file).name
    told = place_words({"file": name, "line": line})
    if not lined:
        return linked(told, f"../config/{name}.txt")
    anchor = f"#L{line}" if line else ""
    return linked(told, f"../{config_page(name)}{anchor}")


def _raw(member: Trace, trace: Trace, context: Around) -> str:
    """Under full disclosure the page of the raw table has the hash of its file; a few lines lead to
    their rows in a listing."""
    columns = escape(", ".join(trace["columns"]))
    digest = None if "lines" in trace else shown_hash(trace)
    digest = f" <code>{digest[:16]}</code>" if digest else ""
    source = escape(trace["source_file"])
    few = lines_of(trace["lines"]) if "lines" in trace and trace["n_lines"] <= FEW_LINES else []
    places = context.rows_listed.get(context.page(trace["raw_table"], trace["source_file"]), {})
    rows = ", ".join(linked(str(line), places[line]) for line in few if line in places)
    listed = f"; listed: line {rows}" if rows else ""
    many = f"{trace['n_lines']} lines"
    return f"{escape(member['role'])}: {source}, {many}, columns {columns}{digest}{listed}"


def _rejected(trace: Trace, context: Around) -> str:
    lines = "<br>".join(escape(line) for line in rejected_lines(trace["rejected"]))
    return f'{lines}<br><a href="{context.report("sec-data-tables")}">all rejects and flags</a>'


def _plan(plan: Trace, estimand: str | None, context: Around) -> str:
    about = f", estimand {escape(estimand)}" if estimand else ""
    return f"{_place(plan, context.lined)}, {escape(plan['key'])}{about}"


@lru_cache(KEPT)
def _function_link(file: str, line: int, name: str) -> str:
    link = f"../{CODE_PAGE}#{code_anchor(file, name)}"
    text = place_words({"file": file, "line": line}).removeprefix(PACKAGE)
    return f"{linked(name, link)} {escape(text)}"


def _claim(claim: Trace) -> str:
    place = f"../{AUDIT_PAGE}#{claim_anchor(claim['claim_id'])}"
    return (
        f'<a href="{place}">{escape(claim["claim_id"])}</a> '
        f"({escape(claim['component'])}, printed {escape(claim['printed'] + step_words(claim))}): "
        f"{escape(verdict_words(claim))}"
    )
