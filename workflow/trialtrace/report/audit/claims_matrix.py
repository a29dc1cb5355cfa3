"""The claims of an audit as a matrix of their two verdicts, which filters the list beneath it.

By style alone: a box that is ticked hides the rows of all other verdicts of its column.
"""

from collections.abc import Iterator, Sequence
from html import escape

from trialtrace.audit.printed.verdicts import COLUMNS, DATA, FAILS, OF_COLUMN, PRINT, SHOWN
from trialtrace.audit.verdicts.tally import Rows, of_claims, worst

NAMES = {DATA: "data", PRINT: "print"}
LEGEND = "Claims by their verdicts, the worst first. Tick some to see their claims alone."
OF_TRIALS = "And of some trials alone."
ALL = "all"


def matrix(rows: Rows) -> Iterator[str]:
    """The matrix: a row a verdict against the data, a column a verdict on print, each with a box.

    A ledger by itself has one row.
    """
    claims = of_claims(rows).values()
    found = [(worst(claim, DATA) or "", worst(claim, PRINT) or "") for claim in claims]
    across = [word for word in OF_COLUMN[PRINT] if word in {on_print for _, on_print in found}]
    down = [word for word in OF_COLUMN[DATA] if word in {data for data, _ in found}]
    head = "".join(f"<th>{_box(PRINT, word)}</th>" for word in across)
    corner = " / ".join(COLUMNS[column] for column in (DATA, PRINT) if column == PRINT or down)
    yield f'<fieldset class="matrix"><legend>{LEGEND}</legend>\n<div class="scroll"><table>'
    yield f"<thead><tr><th>{corner}</th>{head}<th>{ALL}</th></tr></thead>\n<tbody>"
    for word in [*down, None]:
        own = [on_print for data, on_print in found if word in (None, data)]
        numbers = [own.count(each) for each in across] + [len(own)]
        cells = "".join(f'<td class="number">{number or ""}</td>' for number in numbers)
        name = f'<th scope="row">{ALL if word is None else _box(DATA, word)}</th>'
        yield f"<tr>{name}{cells}</tr>"
    yield "</tbody>\n</table></div></fieldset>"


def classes(rows: Rows) -> str:
    """What the rows of a claim are filtered by."""
    return " ".join(f"{name}-{worst(rows, column) or ALL}" for column, name in NAMES.items())


def filter_rules(rows: Rows) -> str:
    """The style by which the boxes of a matrix filter."""
    rules = []
    for column, name in NAMES.items():
        for word in {worst(claim, column): None for claim in of_claims(rows).values()}:
            other = f":not(:has(#{name}-{word}:checked))" if word else ""
            hidden = f".claims tr.{name}-{word or ALL}"
            rules.append(f"body:has([name={name}]:checked){other} {hidden}")
    return ",\n".join(rules) + " { display: none; }\n" if rules else ""


def trial_boxes(trials: Sequence[str]) -> str:
    """A box a trial; nothing where there is one alone."""
    if len(trials) < 2:
        return ""
    boxes = " ".join(
        f'<label><input type="checkbox" name="trial" id="trial-{name}"> {name}</label>'
        for name in map(escape, trials)
    )
    return f'<fieldset class="matrix"><legend>{OF_TRIALS}</legend>{boxes}</fieldset>'


def trial_rules(trials: Sequence[str]) -> str:
    """The style by which these boxes filter."""
    rules = (
        f"body:has([name=trial]:checked):not(:has(#trial-{name}:checked)) .claims tr.trial-{name}"
        for name in trials
    )
    return ",\n".join(rules) + " { display: none; }\n" if trials else ""


def _box(column: str, word: str) -> str:
    name = NAMES[column]
    wrong = ' class="wrong"' if word in FAILS else ""
    box = f'<input type="checkbox" name="{name}" id="{name}-{word}">'
    return f"<label{wrong}>{box} {SHOWN[word]}</label>"
