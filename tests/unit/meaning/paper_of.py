"""Papers of tables typed as rows, for tests of maps."""

from trialtrace.audit.locate.grid import Span, placed
from trialtrace.audit.locate.numbers import located
from trialtrace.audit.locate.paper import Passage, ReadPaper, Table
from trialtrace.audit.meaning.claims import ledger_of
from trialtrace.audit.meaning.rules import propose


def spans(row):
    """Cells of a row; "Alpha>2" spans two columns, "Alpha|2" two rows."""
    made = []
    for cell in row.split(" ; "):
        text, _, columns = cell.partition(">")
        text, _, rows = text.partition("|")
        indent = len(text) - len(text.lstrip("_"))
        made.append(Span(text.strip("_ "), int(columns or 1), int(rows or 1), indent))
    return made


def table(rows, heads=1, caption="", notes="", name="table 1"):
    return Table(name, caption, placed([spans(row) for row in rows]), heads, notes)


def paper(*tables, text=""):
    passages = (Passage(text, "results"),) if text else ()
    return located(ReadPaper("A trial", passages, tables), "paper.xml", "0")


def claims(of):
    """(place without its table, printed, group or groups, visit) of every claim of the rules."""
    made = ledger_of(of, propose(of))
    return {
        (one["place"].partition(", ")[2], one["printed"]): one.get("about", {})
        for one in made.claims.values()
    }


def printed(of):
    return [text for _, text in claims(of)]
