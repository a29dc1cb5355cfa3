"""A map: what the numbers of a located paper mean, by ids and verbatim quotes, never by digits."""

from __future__ import annotations

from typing import Annotated, Literal, cast, get_args

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Distinct, Rule, key, optional, shape

TextId = Annotated[
    str,
    Rule(
        pattern=r"^(t[0-9]+\.(r[0-9]+\.c[0-9]+|caption|notes)|s[0-9]+)$",
        expected="the id of a text of the paper: t2.r1.c3, t2.caption, t2.notes or s14",
    ),
]
NumberId = Annotated[
    str,
    Rule(
        pattern=r"^(t[0-9]+\.(r[0-9]+\.c[0-9]+|caption|notes)|s[0-9]+)\.n[0-9]+$",
        expected="the id of a number of the paper, such as t2.r1.c3.n1",
    ),
]
TableId = Annotated[str, Rule(pattern=r"^t[0-9]+$", expected="the id of a table: t2")]
SentenceId = Annotated[str, Rule(pattern=r"^s[0-9]+$", expected="the id of a sentence: s14")]
ColumnId = Annotated[str, Rule(pattern=r"^c[0-9]+$", expected="a column: c2")]
RowIds = Annotated[
    str, Rule(pattern=r"^r[0-9]+(-r[0-9]+)?$", expected="a row or several: r3, r3-r9")
]
CellId = Annotated[
    str, Rule(pattern=r"^r[0-9]+\.c[0-9]+$", expected="a cell by its row and column: r3.c2")
]
LineId = Annotated[str, Rule(pattern=r"^[rc][0-9]+$", expected="a row or a column: r3, c2")]

Kind = Literal[
    "size",
    "count",
    "count_percent",
    "percent",
    "fraction",
    "mean",
    "mean_sd",
    "mean_se",
    "mean_ci",
    "sd",
    "se",
    "ci",
    "median",
    "median_iqr",
    "median_range",
    "ls_mean_se",
    "estimate",
    "estimate_ci",
    "estimate_se",
    "p",
    "statistic",
]
Measure = Literal[
    "mean_difference",
    "risk_difference",
    "risk_ratio",
    "odds_ratio",
    "hazard_ratio",
    "rate_ratio",
    "difference",
    "ratio",
]


@shape
class Said:
    """Words of the paper, and where they stand."""

    at: TextId = key("Text in which they stand.")
    quote: Text = key("The words, verbatim.")


@shape
class MapGroup:
    """A group of patients, as the paper names it."""

    at: TextId = key("Text in which its name stands.")
    quote: Text = key("Its name, verbatim.")
    also: Distinct[Text] | None = optional("Other names that the paper has for it, verbatim.")
    size: NumberId | None = optional("Number that says how many patients it has.")
    everyone: bool = optional("Whether it is all groups together.", empty=bool)


@shape
class Meaning:
    """What the numbers of a table, a column, a row or a cell are. A cell's word goes before a
    row's, a row's before a column's, a column's before the table's; of kinds a column's before a
    row's."""

    group: Name | None = optional("Group whose patients they are of.")
    compare: Annotated[tuple[Name, ...], Rule(minItems=2, uniqueItems=True)] | None = optional(
        "Groups that they compare; a difference or ratio is that of the first to the second."
    )
    kind: Kind | None = optional("What they are.")
    says: Said | None = optional("Where the paper says so; not needed where the form alone does.")
    measure: Measure | None = optional("What an estimate is.")
    visit: Said | None = optional("When they were taken.")
    change: Said | None = optional("Where the paper calls them changes.")
    size: NumberId | None = optional("Number of patients behind them.")
    outcome: Distinct[TextId] | None = optional(
        "Texts that name what was measured; of a row its own label where it is left out."
    )
    joins: LineId | None = optional("Row or column whose number they belong to.")
    leave: Text | None = optional("Why nothing is said of them.")


@shape
class MapTable:
    """What a table holds."""

    confirmed: bool = optional("Whether a person has confirmed what is said of it.", empty=bool)
    baseline: Said | None = optional("Where it is said to be of before the treatment.")
    all: Meaning | None = optional("What holds for all its numbers.")
    columns: dict[ColumnId, Meaning] = optional("By column, from c1 on.", empty=dict)
    rows: dict[RowIds, Meaning] = optional("By row, from r1 on, heads included.", empty=dict)
    cells: dict[CellId, Meaning] = optional("Of single cells.", empty=dict)
    leave: Text | None = optional("Why nothing is said of the table.")


@shape
class MapSentence:
    """A number, or several that belong together, in a sentence."""

    quote: Text = key("The words that hold the numbers, verbatim.")
    group: Name | None = optional("Group whose patients they are of.")
    compare: Annotated[tuple[Name, ...], Rule(minItems=2, uniqueItems=True)] | None = optional(
        "Groups that they compare."
    )
    outcome: Text | None = optional("Words of the sentence that name what was measured.")
    visit: Text | None = optional("Words of the sentence that say when.")
    correction: Said | None = optional("Where a correction of degrees of freedom is named.")
    confirmed: bool = optional("Whether a person has confirmed it.", empty=bool)


@shape
class MapFile:
    """What the numbers of one paper mean."""

    sha256: Text | None = optional("Hash of the file that the ids are of.")
    proposer: Text | None = optional("Who proposed it: rules, a command, or a person.")
    groups: dict[Name, MapGroup] = optional("Groups of patients.", empty=dict)
    tables: dict[TableId, MapTable] = optional("Tables.", empty=dict)
    sentences: dict[SentenceId, tuple[MapSentence, ...]] = optional("Sentences.", empty=dict)


def kind_of(text: str | None) -> Kind | None:
    """The kind of that name; None where nothing is said."""
    return cast(Kind, text) if text in get_args(Kind) else None


def rows_of(ids: str) -> range:
    """The rows, counted from 0, that "r3" or "r3-r9" names."""
    first, _, last = ids.replace("r", "").partition("-")
    return range(int(first) - 1, int(last or first))


def column_of(name: str) -> int:
    """The column, counted from 0, of "c2"."""
    return int(name[1:]) - 1
