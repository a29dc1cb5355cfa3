"""CSVW: metadata of tables on the web (W3C recommendation of 2015), by its terms.

Of the vocabulary what says something of a column: its titles, datatype and codes for no value.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from trialtrace.run.draft.metadata.declared import Declared

CONTEXT = "http://www.w3.org/ns/csvw"
# Built-in datatypes by what they are here; one that is not listed declares nothing.
TYPES = {
    **dict.fromkeys(("integer", "long", "int", "short", "byte", "gYear"), "integer"),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger", "unsignedInt"), "integer"),
    **dict.fromkeys(("number", "decimal", "double", "float"), "number"),
    **dict.fromkeys(("datetime", "dateTime", "dateTimeStamp"), "moment"),
    **{"date": "date", "time": "clock", "string": "text"},
}
# Patterns of days, by the first of their parts.
ORDERS = {"y": "ymd", "d": "dmy", "M": "mdy"}
WORDS = ("dc:title", "rdfs:label", "dc:description", "schema:description")


def is_csvw(document: Any) -> bool:
    """Whether a document of JSON is metadata of CSVW."""
    return isinstance(document, Mapping) and CONTEXT in str(document.get("@context", ""))


def tables(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Declared]]]:
    """The stem of each table's file, and the declarations of its columns by their heads."""
    for table in document.get("tables", (document,)):
        inherited = {"null": document.get("null", ""), **table}
        own = table.get("tableSchema")
        # It may also be the address of another document, which is not fetched.
        schema = {**inherited, **own} if isinstance(own, Mapping) else inherited
        columns = [each for each in schema.get("columns", ()) if not each.get("virtual")]
        named = [{"null": schema["null"], **each} for each in columns]
        stem = PurePosixPath(table.get("url", "")).stem
        yield stem, {head: _column(each) for each in named for head in _heads(each)}


def _column(one: Mapping[str, Any]) -> Declared:
    datatype = one.get("datatype", "string")
    told = datatype if isinstance(datatype, Mapping) else {"base": datatype}
    base, pattern = told.get("base", "string"), str(told.get("format", ""))
    kind = TYPES.get(base, "")
    yes, both, no = pattern.partition("|") if base == "boolean" else ("", "", "")
    day = next((ORDERS[letter] for letter in pattern if letter in ORDERS), "ymd")
    null = one["null"]
    return Declared(
        by="the CSVW metadata",
        label=next((str(one[word]) for word in WORDS if word in one), ""),
        kind="code" if both else kind,
        order=day if kind == "date" else "",
        choices={yes: "true", no: "false"} if both else {},
        missing=dict.fromkeys((code for code in _listed(null) if code), ""),
        low=str(told.get("minimum", told.get("minInclusive", ""))),
        high=str(told.get("maximum", told.get("maxInclusive", ""))),
    )


def _heads(one: Mapping[str, Any]) -> list[str]:
    """What may stand above a column: its titles, of any language, else its name."""
    titles = one.get("titles", one.get("name", ()))
    by_language = titles.values() if isinstance(titles, Mapping) else (titles,)
    return [title for each in by_language for title in _listed(each)]


def _listed(texts: Any) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)
