"""CSVW: metadata of tables on the web (W3C recommendation of 2015), as fields of a Table Schema.

Of the vocabulary what says something of a column: its titles, datatype and codes for no value.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

CONTEXT = "http://www.w3.org/ns/csvw"
# Built-in datatypes by the types of a Table Schema; one that is not listed declares nothing.
TYPES = {
    **dict.fromkeys(("integer", "long", "int", "short", "byte", "gYear"), "integer"),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger", "unsignedInt"), "integer"),
    **dict.fromkeys(("number", "decimal", "double", "float"), "number"),
    **dict.fromkeys(("datetime", "dateTime", "dateTimeStamp"), "datetime"),
    **{"date": "date", "time": "time", "string": "string"},
}
WORDS = ("dc:title", "rdfs:label", "dc:description", "schema:description")
Field = dict[str, Any]


def is_csvw(document: Any) -> bool:
    """Whether a document of JSON is metadata of CSVW."""
    return isinstance(document, Mapping) and CONTEXT in str(document.get("@context", ""))


def tables(document: Mapping[str, Any]) -> Iterator[tuple[str, list[Field]]]:
    """The stem of each table's file, and its columns as fields."""
    for table in document.get("tables", (document,)):
        inherited = {"null": document.get("null", ""), **table}
        own = table.get("tableSchema")
        # It may also be the address of another document, which is not fetched.
        schema = {**inherited, **own} if isinstance(own, Mapping) else inherited
        columns = [each for each in schema.get("columns", ()) if not each.get("virtual")]
        named = [{"null": schema["null"], **each} for each in columns]
        yield PurePosixPath(table.get("url", "")).stem, [f for each in named for f in _fields(each)]


def _fields(one: Mapping[str, Any]) -> Iterator[Field]:
    """A column by each of its titles, which may stand above it, in any language; else its name."""
    datatype = one.get("datatype", "string")
    told = datatype if isinstance(datatype, Mapping) else {"base": datatype}
    base, pattern = told.get("base", "string"), str(told.get("format", ""))
    field: Field = {
        "title": next((str(one[word]) for word in WORDS if word in one), ""),
        "type": TYPES.get(base, ""),
        # Its patterns have a capital letter for the month alone.
        "format": pattern.lower(),
        "missingValues": _listed(one["null"]),
        "constraints": {
            "minimum": told.get("minimum", told.get("minInclusive", "")),
            "maximum": told.get("maximum", told.get("maxInclusive", "")),
        },
    }
    if base == "boolean" and "|" in pattern:
        codes = zip(pattern.split("|"), ("true", "false"), strict=False)
        field["categories"] = [{"value": code, "label": label} for code, label in codes]
    titles = one.get("titles", one.get("name", ()))
    by_language = titles.values() if isinstance(titles, Mapping) else (titles,)
    yield from ({"name": title, **field} for each in by_language for title in _listed(each))


def _listed(texts: Any) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)
