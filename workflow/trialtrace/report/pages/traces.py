"""Writes what numbers of a report lead to: pages of numbers, of rows, of raw cells, of code."""

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

from trialtrace.base.errors import UserError
from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_text
from trialtrace.report.links import (
    CARD_SCRIPT,
    CARDS,
    CODE_PAGE,
    FAMILIES_PAGE,
    FIELD,
    code_anchor,
    component_link,
    config_page,
    listed_place,
    number_page,
    trace_link,
)
from trialtrace.report.material import Material
from trialtrace.report.pages.cells import RawCells, raw_tables
from trialtrace.report.pages.rows_page import (
    FOLDER,
    SCRIPT,
    SUBJECTS,
    RowSets,
    RowsHead,
    Variable,
    rows_page,
)
from trialtrace.report.pages.shell import linked, report_page, write_data, write_style
from trialtrace.report.pages.trace_page import (
    Around,
    Trace,
    families_page,
    numbers_page,
    variable_told,
)
from trialtrace.report.render.house import assets
from trialtrace.report.sections.listings import DEATHS, EVENTS, listed_lines, listings_of
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.functions import Function, made_by
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trace.text import entries, plan_lines
from trialtrace.run.trial.load import Trial

# Pages of what numbers are made by: files of the configuration line by line, functions by name.


def config_lines(name: str, text: str, trial: Trial) -> str:
    """A file of the configuration; each line is an anchor."""
    lines = "".join(
        f'<span id="L{number}">{escape(line)}\n</span>'
        for number, line in enumerate(text.splitlines(), start=1)
    )
    body = (
        f"<h1>{escape(name)}</h1>\n"
        f'<p class="subject">As it was when the report was made. <a href="{escape(name)}.txt">The '
        f'file</a></p>\n<pre class="lines">{lines}</pre>\n'
    )
    return report_page(trial, name, body, up="../")


def code_page(codes: Mapping[str, str], functions: Iterable[Function], trial: Trial) -> str:
    """The hashes of the stages, and the functions that made the numbers, each with its text."""
    stages = "\n".join(
        f"<dt>{escape(stage)}</dt>\n<dd><code>{escape(digest)}</code></dd>"
        for stage, digest in codes.items()
    )
    told = "\n".join(
        f'<section id="{escape(code_anchor(function.file, function.name))}">\n'
        f"<h2>{escape(function.name)}</h2>\n"
        f"<p>{escape(function.file)}, line {function.line}</p>\n"
        f"<pre>{escape(function.text)}</pre>\n</section>"
        for function in functions
    )
    body = (
        "<h1>Code</h1>\n"
        '<p class="subject">A hash of each stage over all code it can use and its environment; '
        "then the functions that made the numbers. What they call stands in the same files or "
        f"those that these name.</p>\n<dl>\n{stages}\n</dl>\n{told}\n"
    )
    return report_page(trial, "Code", body, up="./")


# Cards of the numbers of a report: what a reader sees of one beside it, before its trace.
# A script of data for all pages of the report, read when the first card is opened; a file on disk
# may load it where it may not fetch one. It says of a number what its page says, in the same words.

# The lines of a trace that a card has; the plan stands apart, since it is a link.
LABELS = ("value", "from", "n", "out of", "drawn", "method", "error", "warning", "check")
BETWEEN = ", "
# Shorter texts are not worth a place in the list of words.
REPEATED = 8
# A renderer may escape its quotes.
_POLICY = re.compile(r"(default-src (&#39;|')none\2;)")


@dataclass(frozen=True)
class Card:
    """A number in words; `lines` by label, `plan` is a text and its link."""

    heading: str
    subject: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    plan: tuple[str, str]

    def texts(self) -> Iterator[str]:
        """Whatever other cards may say too."""
        yield from self.subject
        for _, told in self.lines:
            yield from told


class Cards:
    """The cards of a report as they are collected."""

    def __init__(self, wanted: Iterable[str], *, stamp: Stamp | None, lined: bool):
        """Only the numbers at the anchors `wanted` have a card; `lined` says that the plan has a
        page of its lines."""
        self._wanted = frozenset(wanted)
        self._stamp = stamp.sentence if stamp else ""
        self._lined = lined
        self._cards: dict[str, Card] = {}

    def add(self, trace: Trace) -> None:
        """The card of a number, if a page shows it."""
        anchor = short_id(trace["result_id"])
        if anchor in self._wanted:
            title = trace["method"]["title"]
            heading = trace["heading"].removesuffix(f" ({title})").removesuffix(f", {title}")
            subject = tuple(trace["subject"].split(BETWEEN))
            self._cards[anchor] = Card(heading, subject, tuple(_lines(trace)), self._plan(trace))

    def _plan(self, trace: Trace) -> tuple[str, str]:
        """The line of the plan in words, and the link to it."""
        (told,) = plan_lines(trace)
        name = Path(trace["plan"]["file"]).name
        page = config_page(name) if self._lined else f"config/{name}.txt"
        line = f"#L{trace['plan']['line']}" if self._lined and trace["plan"]["line"] else ""
        return told.replace(trace["plan"]["file"], name), f"{page}{line}"

    def write(self, folder: Path) -> None:
        """The script of the cards and their data, beside the pages of a report."""
        shutil.copyfile(assets() / CARD_SCRIPT, folder / CARD_SCRIPT)
        write_data(folder / CARDS, "trialtraceCards", self._data())

    def _data(self) -> dict[str, object]:
        """A card as [heading, subject, [[label, line, …], …], plan]. A number stands for a place in
        `labels`, `words` or `plans`; the subject is told in parts."""
        cards = self._cards.values()
        times = Counter(text for card in cards for text in card.texts())
        words = {text: None for text, n in times.items() if n > 1 and len(text) >= REPEATED}
        place = {text: at for at, text in enumerate(words)}
        plans = {plan: at for at, plan in enumerate(dict.fromkeys(card.plan for card in cards))}

        def coded(texts: Iterable[str]) -> list[int | str]:
            return [place.get(text, text) for text in texts]

        numbers = {
            anchor: [
                card.heading,
                coded(card.subject),
                [[LABELS.index(label), *coded(told)] for label, told in card.lines],
                plans[card.plan],
            ]
            for anchor, card in self._cards.items()
        }
        return {
            "stamp": self._stamp,
            "labels": LABELS,
            "words": list(words),
            "plans": list(plans),
            "numbers": numbers,
        }


def _lines(trace: Trace) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A label and its lines, in the order of the trace."""
    lines: dict[str, list[str]] = {}
    label = ""
    for name, text in entries(trace, LABELS):
        label = name or label
        lines.setdefault(label, []).append(text)
    return ((one, tuple(told)) for one, told in lines.items())


def with_cards(page: str) -> str:
    """The page of a report with the script of the cards, which its policy then allows.

    Not as a part of the document: a renderer would look for the file.
    """
    script = f'<script src="{CARD_SCRIPT}" defer></script>\n</head>'
    allowed = _POLICY.sub(r"\1 script-src \2self\2 file:;", page, count=1)
    return allowed.replace("</head>", script, 1)


# A number of the text, and one of a figure, which has the place of the number where no text has it.
_NUMBERS = [re.compile(rf'({start})(trace/[^"]+)"') for start in ('<a href="', FIELD)]


def write_traces(
    material: Material, out: Path, pages: Sequence[str], places: Mapping[str, str]
) -> dict[str, str]:
    """Write trace/, code.html, style sheet and cards; under full disclosure rows/ and data/ too.

    Each number gets an anchor on the first of the report's `pages` that has it, to which its page
    links back; each of them shows cards. `places` has the page of each section and claim. Returns
    the page of each number that one shows.
    """
    trial, results = material.trial, material.tracer.results
    by_link = _by_link(trial.name, results)
    sets = RowSets(material.tracer) if material.disclosure == "full" else None
    printed, parts = _anchored([out / name for name in pages], by_link)
    parts |= {
        component_link(row["result_id"], row["component"])
        for row in material.claims
        if row["result_id"]
    }
    families: dict[str, list[dict[str, str]]] = {}
    cards = Cards(
        [*map(short_id, printed), *(_anchor(link) for link in parts)],
        stamp=trial.stamp,
        lined=not trial.pooled,
    )
    listed, rows_listed = _listed(trial, places), _rows_listed(material, places)
    write_style(out)
    for name, rows in _by_page(results.values()).items():
        around = Around(
            trial,
            printed,
            frozenset(parts),
            partial(sets.link, page=name) if sets else None,
            not trial.pooled,
            places,
            listed,
            rows_listed,
            material.tracer.pages,
        )
        traces = [_trace(material, row["result_id"]) for row in rows]
        for trace in traces:
            cards.add(trace)
            if trace["family"]:
                families[trace["method"]["options"]["family"]] = trace["family"]
        text = numbers_page(material.tracer.about.page(rows[0]), traces, around)
        write_text(out / "trace" / name, text)
    if families:
        write_text(out / "trace" / FAMILIES_PAGE, families_page(families, trial))
    cards.write(out)
    _code(material, out)
    if sets is not None:
        _rows(material, sets, out)
        raw_tables(material, out)
    return printed


def _listed(trial: Trial, places: Mapping[str, str]) -> dict[str, list[str]]:
    """Links from a page of numbers to the listings of adverse events, by their raw table."""
    links: dict[str, list[str]] = {}
    for place, entry in listings_of(trial, [EVENTS]).items():
        if place in places:
            link = linked(f"{entry['title']}, patient by patient", f"../{places[place]}#{place}")
            links.setdefault(trial.tables[entry["table"]].of, []).append(link)
    return links


def _rows_listed(material: Material, places: Mapping[str, str]) -> dict[str, dict[int, str]]:
    """The link to the row of each line of the export that a listing of events or deaths has, by
    its page; under full disclosure alone."""
    links: dict[str, dict[int, str]] = {}
    if material.disclosure != "full":
        return links
    for place, entry in listings_of(material.trial, [EVENTS, DEATHS]).items():
        if place in places:
            for page, line in listed_lines(material, entry):
                rows = links.setdefault(page, {})
                at = f"{places[place]}#{listed_place(place, line, page)}"
                rows.setdefault(line, f"../{at}")
    return links


def _trace(material: Material, result_id: str) -> Trace:
    """The trace of a number; where single patients may not be shown, with the digits of the report
    alone: from means in full of two reports follow the values of a patient that one of them has."""
    trace = material.tracer.trace(result_id)
    if material.disclosure == "full":
        return trace
    return trace | {"value": None, "ci_low": None, "ci_high": None}


def _by_link(trial: str, results: Iterable[str]) -> dict[str, str]:
    """Link to identifier. Two results never share a place."""
    texts: dict[str, str] = {}
    for result_id in results:
        link = trace_link(result_id)
        if link in texts:
            raise UserError(
                f"trial {trial}",
                "two results would share one place on a trace page",
                found=f"{texts[link]} and {result_id}",
                do="give one of the analyses another name in plan.yaml",
            )
        texts[link] = result_id
    return texts


def _by_page(results: Iterable[ResultRow]) -> dict[str, list[ResultRow]]:
    result_rows: dict[str, list[ResultRow]] = {}
    for row in results:
        result_rows.setdefault(number_page(row["result_id"]), []).append(row)
    return result_rows


def _anchored(pages: Iterable[Path], by_link: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Give the first link to each number an anchor; returns the page of each result that has one,
    and the links to a line of a number."""
    printed: dict[str, str] = {}
    parts: set[str] = set()

    def anchored(match: re.Match[str], page: str) -> str:
        link = unquote(unescape(match[2]))
        result_id = by_link.get(link)
        if result_id is None:
            parts.add(link)
        if result_id is None or result_id in printed:
            return match[0]
        printed[result_id] = page
        return f'<a id="{short_id(result_id)}"{match[1][2:]}{match[2]}"'

    texts = {path: path.read_text(encoding="utf-8") for path in pages}
    for numbers in _NUMBERS:
        for path, text in texts.items():
            texts[path] = numbers.sub(partial(anchored, page=path.name), text)
    for path, text in texts.items():
        write_text(path, with_cards(text))
    return printed, parts


def _anchor(link: str) -> str:
    """The anchor of a number in a link to it or to a line of it."""
    return link.partition("#")[2].partition("/")[0]


def _code(material: Material, out: Path) -> None:
    made = (
        function
        for row in material.results
        for function in made_by(row["analysis_id"], row["method"])
    )
    functions = sorted(dict.fromkeys(made), key=lambda function: (function.file, function.line))
    write_text(out / CODE_PAGE, code_page(material.codes, functions, material.trial))


def _rows(material: Material, sets: RowSets, out: Path) -> None:
    tables = {name: table.of for name, table in material.trial.tables.items()}
    cells = RawCells(material.folder / "raw", tables, material.tracer.pages)
    (out / FOLDER).mkdir(exist_ok=True)
    shutil.copyfile(assets() / SCRIPT, out / FOLDER / SCRIPT)
    for about, own in sets.sets.items():
        text = rows_page(material, about, list(own.values()), _head(material, about, sets), cells)
        write_text(out / FOLDER / about.file, text)


def _head(material: Material, about: Variable, sets: RowSets) -> RowsHead:
    """What stands above the rows of a variable: its rule, and who chose its patients."""
    variables = material.tracer.variables
    if about.dataset != SUBJECTS:
        found = variables.of_code(about.code)
    else:
        found = [variable for name in about.columns for variable in variables.of_column(name)]
    lines = {"variable": [variable_told(vars(variable), lined=True) for variable in found]}
    read = {name for row_set in sets.sets[about].values() for name in row_set.reads}
    chosen = [Variable(SUBJECTS), *(Variable(SUBJECTS, columns=(name,)) for name in sorted(read))]
    names = [
        f'<a href="{one.file}">{escape(", ".join(one.columns) or "arm and populations")}</a>'
        for one in chosen
        if one in sets.sets and one != about
    ]
    lines["chosen by"] = [", ".join(names)]
    title = ", ".join(variable.label for variable in found) or (
        "Patients"
        if about == Variable(SUBJECTS)
        else f"{about.code or about.dataset} {', '.join(about.columns)}".strip()
    )
    return RowsHead(title, {label: items for label, items in lines.items() if any(items)})
