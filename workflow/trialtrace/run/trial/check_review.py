"""review.yaml against trial.yaml and the dictionary."""

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.purpose import is_date
from trialtrace.run.trial.context import Files, column, known


def check(files: Files, document: Document) -> None:
    """Add what is wrong with the decisions to the document's problems."""
    for name, given in document.entries("decisions"):
        at: Path_ = ("decisions", name)
        if not is_date(given["date"]):
            document.add((*at, "date"), found=given["date"], expected="a day of the calendar")
        for position, population in enumerate(given.get("leaves", ())):
            path = (*at, "leaves", position)
            known(document, path, population, files.populations, "a population of trial.yaml")
        tables = files.trial.names("tables")
        if not known(document, (*at, "table"), given["table"], tables, "a table of trial.yaml"):
            continue
        columns = files.columns(given["table"])
        if "query" in given:
            column(document, (*at, "query"), given["query"], columns)
        wanted = set(files.trial.get("tables", given["table"], "key") or ())
        for position, row in enumerate(given["rows"]):
            if wanted and set(row) != wanted:
                expected = (
                    f"the columns of the key of {given['table']}: {', '.join(sorted(wanted))}"
                )
                path = (*at, "rows", position)
                document.add(path, found=", ".join(sorted(row)), expected=expected)
