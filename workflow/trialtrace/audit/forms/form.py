"""The INSPECT-SR form of one study: what an audit proposes and shows, check by check.

Proposed are yes and unclear, and only where numbers decide; never no. A finding
stands in one row. Answers, domains and the overall judgement are the reviewer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trialtrace.audit.forms.checks import BY_NUMBER, CHECKS, DOMAINS, TOOL
from trialtrace.audit.forms.results import results
from trialtrace.audit.forms.rows import UNCLEAR, YES, Beside, Row, count, row_of_check
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.texts import source
from trialtrace.base.document import Document, Link, Strong, Table, joined

PROBLEM = "a problem was found"
WIDTHS = (6, 16, 9, 35, 14, 8, 12)
COLUMNS = (
    *("study", "check", "own_words", "direction_yes_means", "proposed", "n_numbers", "evidence"),
    *("place", "missing", "reviewer", "answer", "comment", "date", "tool_version"),
    "ledger_sha256",
)


@dataclass(frozen=True)
class Form:
    """The form of one study. `read` says of which texts its numbers are."""

    study: str
    rows: tuple[Row, ...]
    read: str
    version: str
    sha256: str
    reviewer: str = ""

    def row(self, number: str) -> Row:
        return next(row for row in self.rows if row.check.number == number)

    def records(self) -> list[list[str]]:
        """A line a check, in the order of COLUMNS."""
        return [
            [
                self.study,
                row.check.number,
                row.check.words,
                PROBLEM if row.check.yes_means_problem else "see the check's page",
                row.proposed,
                str(row.numbers),
                joined(text for text, _ in row.evidence),
                joined(dict.fromkeys(place for _, place in row.evidence)),
                row.missing,
                self.reviewer,
                *("", "", ""),
                self.version,
                self.sha256,
            ]
            for row in self.rows
        ]


def form_of(
    ledger: Ledger, study: str, version: str, sha256: str, beside: Beside, reviewer: str = ""
) -> Form:
    """The form of a ledger."""
    found = results(ledger)
    rows = tuple(row_of_check(check, ledger, found, beside) for check in CHECKS)
    sources = dict.fromkeys(map(source, ledger.texts.values() or ledger.papers.values()))
    read = f"{count(len(ledger.entries))} of {'; '.join(sources)}"
    return Form(study, rows, read, version, sha256, reviewer)


def document_of(forms: Sequence[Form]) -> Document:
    """Forms as a document: for each study its 21 checks by domain, with fields for the reviewer."""
    title = (
        f"INSPECT-SR: {forms[0].study}" if len(forms) == 1 else f"INSPECT-SR: {len(forms)} studies"
    )
    told: list[str] = []
    sources: list[str] = []
    about = [
        f"{TOOL}. Row labels are our own words; one page a check: {CHECKS[0].link} and so on.",
        "Proposed are yes (a problem) and unclear, never no. A finding stands in one row. Fill in "
        "the answer, and judge each domain and the study yourself.",
    ]
    tables: list[Table] = []
    if len(forms) > 1:
        tables.append(matrix(forms))
    for form in forms:
        told.append(f"{form.study}: {summary(form)}")
        sources.append(f"{form.study}: {form.read}.")
        for number, name in DOMAINS.items():
            rows = [_cells(row) for row in form.rows if row.check.domain == number]
            head = (
                "check",
                "in our words",
                "proposed",
                "evidence, with place",
                "what would decide it",
            )
            heads = (*head, f"answer {form.reviewer}".strip(), "comment")
            caption = name if len(forms) == 1 else f"{form.study}: {name}"
            tables.append(Table(heads, rows, caption, WIDTHS))
        judged = [(name, "", "") for name in (*DOMAINS.values(), "Overall")]
        tables.append(Table(("judgement", "no, some or serious concerns", "why"), judged))
    return Document(title, [*told, *about, *sources], tables)


def _cells(row: Row) -> tuple[str, ...]:
    told = [f"{place}: {text}" if place else text for text, place in row.evidence]
    evidence = joined(f"• {text}" for text in told) if len(told) > 1 else joined(told)
    number, proposed = Link(row.check.number, row.check.link), Strong(row.proposed)
    return (number, row.check.words, proposed, evidence, row.missing, "", "")


def summary(form: Form) -> str:
    """Which rows propose what, and in how many numbers nothing was found."""
    every = []
    for answer in (YES, UNCLEAR):
        own = [row.check.number for row in form.rows if row.proposed == answer]
        every += [f"{answer} in {', '.join(own)}"] if own else []
    quiet = sum(row.numbers for row in form.rows if not row.proposed)
    checked = sum(row.numbers for row in form.rows)
    told = f"Proposed: {'; '.join(every)}." if every else "Nothing proposed."
    values = f"{checked} value{'' if checked == 1 else 's'} checked"
    return f"{told} {values}, {quiet} in rows without a proposal."


def matrix(forms: Sequence[Form]) -> Table:
    """Study × 21 checks, each cell what is proposed."""
    numbers = list(BY_NUMBER)
    rows = [[form.study, *(form.row(number).proposed for number in numbers)] for form in forms]
    return Table(["study", *numbers], rows, "Proposed, by study and check")
