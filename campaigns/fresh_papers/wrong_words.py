"""Errors of what a ledger has words for only since the first meeting; none is held out."""

from numpy.random import Generator

from fresh_papers.kinds import kind, set_parts, some, transposed
from fresh_papers.paper import Paper


@kind("rates", "Digits of the person-years transposed")
def rate_years(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "rate", lambda c: "years" in c.parts)
    set_parts(paper, name, years=transposed(paper.claims[name].parts["years"]))
    return [name]
