"""Define-XML beside data sets of a submission: labels, code lists, ranges, keys of their variables.

After CDISC Define-XML, versions 1.0 to 2.1; elements are told by their names without namespace,
which is what the versions differ in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.bounded import check_xml
from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.cleaning.rejects import NUMBER
from trialtrace.run.drafting.described import Described
from trialtrace.run.sources.files import contents

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Variables of ADaM data sets by the conventions of CDISC, where no Define-XML tells of them.
#
# After CDISC ADaM Implementation Guide 1.3, chapter 3: names, controlled values of flags and of
# CNSR.

CONVENTIONS = "The conventions of ADaM"
SUBJECT = "USUBJID"
# A table with a subject and one of these is a data set of ADaM.
TELLING = ("TRT01P", "TRT01A", "TRTP", "TRTA", "PARAMCD", "TRTEMFL")
LABELS = {
    "STUDYID": "Study Identifier",
    "USUBJID": "Unique Subject Identifier",
    "SUBJID": "Subject Identifier for the Study",
    "SITEID": "Study Site Identifier",
    "AGE": "Age",
    "AGEU": "Age Units",
    "SEX": "Sex",
    "RACE": "Race",
    "ARM": "Description of Planned Arm",
    "ACTARM": "Description of Actual Arm",
    "TRT01P": "Planned Treatment for Period 01",
    "TRT01A": "Actual Treatment for Period 01",
    "TRTP": "Planned Treatment",
    "TRTA": "Actual Treatment",
    "TRTSDT": "Date of First Exposure to Treatment",
    "TRTEDT": "Date of Last Exposure to Treatment",
    "RANDDT": "Date of Randomization",
    "PARAM": "Parameter",
    "PARAMCD": "Parameter Code",
    "AVAL": "Analysis Value",
    "AVALC": "Analysis Value (C)",
    "BASE": "Baseline Value",
    "CHG": "Change from Baseline",
    "PCHG": "Percent Change from Baseline",
    "AVISIT": "Analysis Visit",
    "AVISITN": "Analysis Visit (N)",
    "ADT": "Analysis Date",
    "ADY": "Analysis Relative Day",
    "ABLFL": "Baseline Record Flag",
    "CNSR": "Censor",
    "EVNTDESC": "Event or Censoring Description",
    "STARTDT": "Time to Event Origin Date for Subject",
    "DTYPE": "Derivation Type",
    "SAFFL": "Safety Population Flag",
    "ITTFL": "Intent-To-Treat Population Flag",
    "FASFL": "Full Analysis Set Population Flag",
    "PPROTFL": "Per-Protocol Population Flag",
}
YES_NO = (("Y", "Yes"), ("N", "No"))
CODES = {
    "CNSR": (("0", "Event"), ("1", "Censored")),
    "SEX": (("F", "Female"), ("M", "Male"), ("U", "Unknown")),
}
_FLAG = re.compile(r"[A-Z0-9]{1,6}FL")


def described_by_convention(names: Sequence[str]) -> dict[str, Described]:
    """The columns that the conventions know, where the table is a data set of ADaM."""
    capital = {name.upper(): name for name in names}
    if SUBJECT not in capital or not any(name in capital for name in TELLING):
        return {}
    made = {}
    for name, column in capital.items():
        codes = CODES.get(name) or (YES_NO if _FLAG.fullmatch(name) else ())
        if name in LABELS or codes:
            made[column] = Described(by=CONVENTIONS, label=LABELS.get(name, ""), choices=codes)
    return made


BY = "Define-XML"


@dataclass(frozen=True)
class DataSet:
    """A data set: its variables by name in their order, and those of its key."""

    name: str
    variables: Mapping[str, Described]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Define:
    """The data sets of a document, by their names in capital letters."""

    shown: str
    sets: Mapping[str, DataSet]


def read_define(text: str) -> Define:
    """The document. Raises UserError for XML that is none, or describes no data set."""
    from xml.etree import ElementTree

    try:
        content = contents(Path(text), text)
        check_xml([content], text)
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UserError(
            text, f"this is not whole XML: {error}", expected="a Define-XML document"
        ) from None
    items = {element.get("OID", ""): element for element in _all(root, "ItemDef")}
    lists = {element.get("OID", ""): tuple(_codes(element)) for element in _all(root, "CodeList")}
    sets = {}
    for group in _all(root, "ItemGroupDef"):
        name = (group.get("SASDatasetName") or group.get("Name") or "").upper()
        sets[name] = _data_set(name, group, items, lists)
    if not sets:
        fault = f"XML of the kind {_plain(root.tag)}, without a data set (ItemGroupDef)"
        need = "a Define-XML document"
        raise wrong(text, fault, need, "leave it out, or give the define.xml of the data sets")
    return Define(text, sets)


def described_by(
    define: Define, name: str, names: Sequence[str]
) -> tuple[dict[str, Described], tuple[str, ...], dict[str, str]]:
    """Columns of the data set of that name, its key, and what is to tell where they differ."""
    told_of = define.sets.get(name.upper())
    if told_of is None:
        return {}, (), {}
    capital = {column.upper(): column for column in names}
    found = {capital[v]: about for v, about in told_of.variables.items() if v in capital}
    if not found:
        return {}, (), {}
    absent = [variable for variable in told_of.variables if variable not in capital]
    others = [column for column in names if column.upper() not in told_of.variables]
    sentences = []
    if absent:
        sentences.append(f"{BY} has variables that the file has not: {one_of(absent)}.")
    if others:
        sentences.append(f"The file has columns that {BY} has not: {one_of(others)}.")
    key = tuple(capital[one] for one in told_of.key if one in capital)
    if len(key) < len(told_of.key):
        key = ()
    return found, key, {"define": " ".join(sentences)} if sentences else {}


def check_used(define: Define, used: int) -> None:
    """Raise where a document described no column of any table."""
    if not used:
        fault = (
            f"a description of {one_of(list(define.sets))}, and none of the variables in the files"
        )
        need = "the define.xml of these data sets"
        raise wrong(define.shown, fault, need, "give the one that belongs to them, or leave it out")


def _data_set(
    name: str,
    group: "Element",
    items: "Mapping[str, Element]",
    lists: Mapping[str, tuple[tuple[str, str], ...]],
) -> DataSet:
    variables: dict[str, Described] = {}
    key: dict[int, str] = {}
    for reference in _all(group, "ItemRef"):
        item = items.get(reference.get("ItemOID", ""))
        if item is None:
            continue
        variable = (item.get("SASFieldName") or item.get("Name") or "").upper()
        codes = next(
            (
                lists.get(element.get("CodeListOID", ""), ())
                for element in _all(item, "CodeListRef")
            ),
            (),
        )
        low, high = _range(item)
        variables[variable] = Described(
            by=BY, label=_label(item), choices=codes, low=low, high=high
        )
        if (place := reference.get("KeySequence", "")).isdecimal():
            key[int(place)] = variable
    return DataSet(name, variables, tuple(key[place] for place in sorted(key)))


def _label(item: "Element") -> str:
    """The label of a variable: a description, or an attribute in version 1.0."""
    for attribute, value in item.attrib.items():
        if _plain(attribute) == "Label":
            return " ".join(value.split())
    for child in item:
        if _plain(child.tag) == "Description":
            return " ".join("".join(child.itertext()).split())
    return ""


def _range(item: "Element") -> tuple[str, str]:
    """The lowest and the highest number by the range checks of a variable; "" where none is."""
    ends = {"GE": "", "LE": ""}
    for check in _all(item, "RangeCheck"):
        values = [(one.text or "").strip() for one in _all(check, "CheckValue")]
        if check.get("Comparator") in ends and len(values) == 1 and re.fullmatch(NUMBER, values[0]):
            ends[check.get("Comparator", "")] = values[0]
    return ends["GE"], ends["LE"]


def _codes(codes: "Element") -> Iterator[tuple[str, str]]:
    """Codes with their meaning; those that are listed alone mean themselves."""
    for one in codes:
        code = one.get("CodedValue", "").strip()
        if not code:
            continue
        decode = next(iter(_all(one, "Decode")), None)
        words = " ".join("".join(decode.itertext()).split()) if decode is not None else ""
        yield code, words or code


def _all(element: "Element", name: str) -> "Iterator[Element]":
    return (one for one in element.iter() if _plain(one.tag) == name)


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]
