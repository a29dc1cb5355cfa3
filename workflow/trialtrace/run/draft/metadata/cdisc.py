"""Names of CDISC ADaM and SDTM that say what a column is, and Define-XML.

Names after the ADaM Implementation Guide 1.3 (section in brackets) and the SDTM Implementation
Guide 3.4; Define-XML 1.0 to 2.1, whose elements are known by their names without namespace.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from trialtrace.base.bounded import check_xml
from trialtrace.base.errors import UserError, wrong
from trialtrace.run.cleaning.rejects import NUMBER
from trialtrace.run.draft.metadata.declared import Declared

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SUBJECT = "USUBJID"  # 3.2.1
# A table with a subject and one of these follows ADaM.
TELLING = ("TRT01P", "TRT01A", "TRTP", "TRTA", "PARAMCD", "TRTEMFL")
ARM = "TRT01P"  # 3.2.4: planned treatment, of a parallel trial the arm
POPULATIONS = ("ITTFL", "FASFL")  # 3.2.3; of all randomised, else the full analysis set
PARAMETER, PARAMETER_WORDS, VALUE = "PARAMCD", "PARAM", "AVAL"  # 3.3.4
CENSORED = "CNSR"  # 3.3.10: 0 is the event
EVENT_WORDS = "EVNTDESC"  # 3.3.10
VISITS = ("AVISITN", "AVISIT", "VISITNUM", "VISIT")  # 3.3.3, SDTM 2.2.5
VISIT_WORDS = {"AVISITN": "AVISIT", "VISITNUM": "VISIT"}
BASELINE_ROWS = "ABLFL"  # 3.3.8
ANALYSED = "ANL01FL"  # 3.3.8
# What tells the rows of a parameter apart, beside subject and visit (3.3.3, 3.3.4).
WITHIN_VISIT = ("ATPTN", "ATPT", "ASEQ")
_FLAG = re.compile("[A-Z0-9]{1,6}FL")


def follows_adam(names: Collection[str]) -> bool:
    """Whether a table with these columns is a data set of ADaM."""
    return SUBJECT in names and any(name in names for name in TELLING)


def of_names(names: Collection[str]) -> dict[str, Declared]:
    """The declarations of a table of ADaM by the names of its columns; none of another table."""
    if not follows_adam(names):
        return {}
    flags = {"Y": "Yes", "N": "No"}
    return {name: Declared(choices=flags) for name in names if _FLAG.fullmatch(name)}


def read_define(data: bytes, place: str) -> dict[str, dict[str, Declared]]:
    """The declarations of variables by data set and by variable, names in capital letters. Raises
    UserError for what is no Define-XML."""
    from xml.etree.ElementTree import ParseError, fromstring

    check_xml([data], place)
    try:
        root = fromstring(data)
    except ParseError as error:
        raise UserError(place, f"this is not XML: {error}") from None
    items = {element.get("OID", ""): element for element in _all(root, "ItemDef")}
    lists = {element.get("OID", ""): dict(_codes(element)) for element in _all(root, "CodeList")}
    sets = {}
    for group in _all(root, "ItemGroupDef"):
        name = (group.get("SASDatasetName") or group.get("Name") or "").upper()
        sets[name] = dict(_variables(group, items, lists))
    if not sets:
        fault = f"XML of the kind {_plain(root.tag)}, without a data set (ItemGroupDef)"
        raise wrong(place, fault, "a Define-XML document", "leave it out")
    return sets


def _variables(
    group: "Element", items: "Mapping[str, Element]", lists: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, Declared]]:
    for reference in _all(group, "ItemRef"):
        item = items.get(reference.get("ItemOID", ""))
        if item is None:
            continue
        used = [one.get("CodeListOID", "") for one in _all(item, "CodeListRef")]
        low, high = _range(item)
        name = (item.get("SASFieldName") or item.get("Name") or "").upper()
        choices = lists.get(used[0], {}) if used else {}
        yield name, Declared(_label(item), choices=choices, low=low, high=high)


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
    """The lowest and the highest number by the range checks; empty where there is none."""
    ends = {"GE": "", "LE": ""}
    for check in _all(item, "RangeCheck"):
        values = [(one.text or "").strip() for one in _all(check, "CheckValue")]
        comparator = check.get("Comparator", "")
        if comparator in ends and len(values) == 1 and re.fullmatch(NUMBER, values[0]):
            ends[comparator] = values[0]
    return ends["GE"], ends["LE"]


def _codes(codes: "Element") -> Iterator[tuple[str, str]]:
    """Codes with their meaning; one that is listed alone means itself."""
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
