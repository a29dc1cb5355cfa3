"""An audit as one page for an editor: ten lines, questions to the authors.

It stands alone: no script, no link outside, every text from a ledger escaped.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from trialtrace.audit.editor.letter import HEADS, MOST_LINES, TURNS, Line
from trialtrace.audit.editor.questions import Question
from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.printed.verdicts import CONTRADICTS, QUESTION
from trialtrace.report.audit.audit_page import NO_CAUSE, SUMMARY, audit_style, registration_section
from trialtrace.report.pages.shell import page

NOTHING = (
    "No contradiction was found. This does not prove that all are right: only "
    "numbers that were typed, and that others decide, could be checked."
)
WORDS = (
    "Holds: the other printed numbers allow it within rounding. Not checked: nothing that was "
    "typed decides it."
)
SURE = {
    TURNS: "“Across 0.05”: recomputed, P lies on the other side of it.",
    CONTRADICTS: "What is printed and typed here cannot all be right, whatever the rounding.",
    QUESTION: "The paper leaves something open that decides it. That is no error.",
}
"""What stands below each heading."""
MOST_ALIKE = 3
MOST_UNCHECKED = 8


def editor_page(
    title: str,
    counted: str,
    papers: Sequence[str],
    lines: Sequence[Line],
    questions: Sequence[Question],
    registration: Sequence[Mapping[str, object]] = (),
    unchecked: Sequence[str] = (),
    audit: str = "",
) -> str:
    """The page; `audit` is the command that makes the whole audit, `counted` tells how many claims
    have which state, `registration` what was registered and what is reported, `unchecked` the
    claims that nothing could be held against."""
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="subject">{escape(counted)}</p>',
        f"<ul>{''.join(f'<li>{escape(paper)}</li>' for paper in papers)}</ul>",
        f'<p class="prose quiet">{SUMMARY}{NO_CAUSE} {WORDS}</p>',
        *_lines(lines, audit),
        *registration_section(registration),
        *_questions(questions),
        *_unchecked(unchecked),
    ]
    return page(title, "\n".join(parts) + "\n", stamp=None, style=audit_style())


def _lines(lines: Sequence[Line], audit: str) -> Iterator[str]:
    """The gravest, under a heading for each state; the rest by the command that tells it."""
    told = lines[:MOST_LINES]
    nothing = not any(line.state == CONTRADICTS for line in told)
    for name, head in HEADS.items():
        own = [line for line in told if line.head == name]
        if nothing and name == CONTRADICTS:
            yield f"<h2>{head}</h2>\n<p>{NOTHING}</p>"
        if own:
            yield f'<h2>{head}</h2>\n<p class="prose quiet">{SURE[name]}</p>'
            yield from _table(own)
    if (left := len(lines) - MOST_LINES) > 0:
        yield f"<p>{left} more by: <code>{escape(audit)}</code></p>"


def _table(lines: Sequence[Line]) -> Iterator[str]:
    yield '<div class="scroll"><table>\n<thead><tr><th>Effect</th><th>Printed</th>'
    yield "<th>Finding</th></tr></thead>\n<tbody>"
    for line in lines:
        yield (
            f'<tr><td class="effect">{escape(line.grade)}</td><td>{escape(line.printed)}<br>'
            f'<span class="quiet">{escape(line.label)}, {escape(line.place)}</span></td>'
            f"<td>{escape(unbroken(line.text))}{escape(_others(line))}</td></tr>"
        )
    yield "</tbody>\n</table></div>"


def _others(line: Line) -> str:
    """The other claims that the same was found of."""
    if not line.alike:
        return ""
    told = [f"{one.printed} ({one.label})" for one in line.alike[:MOST_ALIKE]]
    left = len(line.alike) - MOST_ALIKE
    return f" Likewise {'; '.join(told)}{f'; and {left} more' if left > 0 else ''}."


def _questions(questions: Sequence[Question]) -> Iterator[str]:
    if questions:
        yield f"<h2>Questions to the authors</h2>\n<ol>{''.join(map(_question, questions))}</ol>"


def _question(question: Question) -> str:
    items = "".join(f"<li>{escape(unbroken(item))}</li>" for item in question.items)
    return f"<li>{escape(unbroken(question.text))}{f'<ul>{items}</ul>' if items else ''}</li>"


def _unchecked(claims: Sequence[str]) -> Iterator[str]:
    if claims:
        text = "; ".join(claims[:MOST_UNCHECKED])
        left = len(claims) - MOST_UNCHECKED
        more = f"; and {left} more" if left > 0 else ""
        yield f"<h2>What could not be checked</h2>\n<p>{escape(unbroken(text))}{more}.</p>"
