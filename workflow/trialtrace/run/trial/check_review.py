"""review.yaml against trial.yaml and the dictionary."""

import datetime

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.errors import one_of
from trialtrace.base.purpose import is_date
from trialtrace.run.trial import references
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.review import ReviewFile

EFFECTS = ("leaves", "deviation", "query")


def _arms(files: Files, table: str) -> list[object]:
    """The columns of a table that hold arms."""
    own = files.trial.get("subjects", "arm") or {}
    there = own.get("column") if own.get("table") == table else None
    return [files.trial.get("tables", table, "arm"), there]


def check(files: Files, document: Document) -> None:
    """Add what is wrong with the decisions to the document's problems."""
    references.check(files, document, ReviewFile)
    deviations = set[str]()
    for name, given in document.entries("decisions"):
        at: Path_ = ("decisions", name)
        if not is_date(given["date"]) or given["date"] > datetime.date.today().isoformat():
            document.add((*at, "date"), given["date"], "a day of the calendar, not one to come")
        if not given.keys() & {*EFFECTS}:
            document.add(at, "a decision without effect", one_of(EFFECTS))
        if "seen" not in given and files.at.purpose.kind != "blinded":
            document.add(
                (*at, "seen"),
                message="is not there: nothing would tell that a row is another than the one "
                "reviewed",
                do="trialtrace run NAME --blinded; then trialtrace data-review NAME prints it",
            )
        if given.get("query", "") in _arms(files, given["table"]):
            expected = "another column than the arm, which nobody asks about before unblinding"
            document.add((*at, "query"), given["query"], expected)
        wanted = set(files.trial.get("tables", given["table"], "key") or ())
        for position, row in enumerate(given["rows"]):
            path = (*at, "rows", position)
            if wanted and set(row) != wanted:
                names = ", ".join(sorted(wanted))
                expected = f"the columns of the key of {given['table']}: {names}"
                document.add(path, ", ".join(sorted(row)), expected)
            if "deviation" not in given:
                continue
            deviation = repr((given["table"], given["deviation"]["label"], sorted(row.items())))
            if deviation in deviations:
                message = "has this deviation by another decision"
                document.add(path, message=message, expected="it once")
            deviations.add(deviation)
