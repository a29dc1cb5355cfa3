"""The papers that a ledger is of: how each is cited, and what of its text was at hand."""

from collections.abc import Mapping
from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import (
    Rule,
    key,
    optional,
    shape,
)

Doi = Annotated[
    str,
    Rule(pattern=r"^10\.[0-9]{4,9}/[^\s]+$", expected="a DOI such as 10.1001/jama.2024.1"),
]


NOT_AT_HAND = "not_at_hand"


@shape
class PaperText:
    """A paper of which more is told than how it is cited."""

    citation: Text = key("How it is cited: authors or title, publisher, date.")
    doi: Doi | None = optional("Its DOI.")
    text: Literal["at_hand", "abstract_at_hand", "not_at_hand"] | None = optional(
        "What of its text whoever wrote the claims had before them. A claim of a text that was "
        "not at hand may do without a place."
    )
    short: Text | None = optional(
        'What takes the place of a claim that has none, such as "the paper of 2024".'
    )
    told: Text | None = optional(
        'What is known of it, and from where, behind "text not at hand": "its results are those of '
        'a list of printed results, which names no page".'
    )
    adjusted: Text | None = optional(
        "What its methods name that may adjust its means and changes, such as analysis of "
        "covariance: a change need not be the end less the baseline then."
    )

    @property
    def cited(self) -> str:
        """One line: how it is cited, its DOI, what of it was lacking, and what is known of it."""
        own = ": ".join(filter(None, [self.lacking, self.told]))
        return "; ".join(filter(None, [self._with_doi, own]))

    @property
    def source(self) -> str:
        """One line for others: how it is cited, its DOI, and what of it was lacking."""
        return "; ".join(filter(None, [self._with_doi, self.lacking]))

    @property
    def lacking(self) -> str:
        """What of its text was not at hand, in words."""
        said = {NOT_AT_HAND: "text not available", "abstract_at_hand": "only abstract available"}
        return said.get(self.text or "", "")

    @property
    def _with_doi(self) -> str:
        return f"{self.citation}; doi {self.doi}" if self.doi else self.citation


Papers = dict[
    Name,
    Annotated[
        Text | PaperText,
        Rule(
            expected="a citation, or a mapping with citation, doi, text, short, told and adjusted"
        ),
    ],
]


def unplaced(paper: str | PaperText) -> str:
    """What stands for the place of a claim that has none."""
    return (None if isinstance(paper, str) else paper.short) or "place not known"


def cited(paper: str | PaperText) -> str:
    """How a paper is cited, in one line."""
    return paper if isinstance(paper, str) else paper.cited


def citation(paper: str | PaperText) -> str:
    """How a paper is cited, and no more."""
    return paper if isinstance(paper, str) else paper.citation


def source(paper: str | PaperText) -> str:
    """How a paper is cited, and what of its text was lacking."""
    return paper if isinstance(paper, str) else paper.source


def without_text(papers: Mapping[str, object]) -> set[str]:
    """The names of the papers of a ledger's document whose text was not at hand."""
    return {
        name
        for name, paper in papers.items()
        if isinstance(paper, Mapping) and paper.get("text") == NOT_AT_HAND
    }
