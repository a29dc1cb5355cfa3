"""Drafts of a paper whose table names two sides, and what they hold."""

from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table

SIDES = Table(
    "table 1",
    "Table 1. Baseline",
    (("", "Training (n=40)", "Usual care (n=50)"), ("Women, n (%)", "10 (25)", "20 (40)")),
    1,
)


def read(*tables, text=""):
    return draft(ReadPaper("", (Passage(text, "abstract"),) if text else (), tables))


def told(made, place="table 2"):
    """(place, arm, outcome, expression, doubts) of the claims of a place."""
    return [
        (
            claim["place"].removeprefix(f"{place}, "),
            made.items[name].arm,
            made.items[name].outcome,
            claim["printed"],
            claim["unconfirmed"],
        )
        for name, claim in made.claims.items()
        if claim["place"].startswith(place)
    ]


def printed(sentence):
    made = read(SIDES, text=tidy(sentence))
    return [claim["printed"] for claim in made.claims.values() if "abstract" in claim["place"]]
