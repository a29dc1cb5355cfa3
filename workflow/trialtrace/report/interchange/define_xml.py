"""Define-XML 2.1: what the data sets of an ADaM folder hold.

After CDISC Define-XML 2.1, chapters 4 and 5: data sets (ItemGroupDef), variables (ItemDef), code
lists, in the order in which the standard asks for them.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from trialtrace.report.interchange.datasets import Column, Dataset
from trialtrace.run.trial.load import Trial

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
# The same input gives the same bytes: no file says when it was written.
_NEVER = "1960-01-01T00:00:00"
_STANDARD = "STD.ADAM"


def define_xml(trial: Trial, datasets: Iterable[Dataset]) -> bytes:
    """The document, as UTF-8."""
    for prefix, uri in (("", ODM), ("def", DEF), ("xlink", XLINK)):
        ET.register_namespace(prefix, uri)
    sets = list(datasets)
    root = _element(
        "ODM",
        FileType="Snapshot",
        FileOID=f"DEF.{trial.name}",
        ODMVersion="1.3.2",
        CreationDateTime=_NEVER,
        Originator="trialtrace",
    )
    root.set(f"{{{DEF}}}Context", "Other")
    study = _element("Study", root, OID=f"STUDY.{trial.name}")
    about = _element("GlobalVariables", study)
    _element("StudyName", about).text = trial.name
    _element("StudyDescription", about).text = trial.title
    _element("ProtocolName", about).text = trial.registration or trial.name
    version = _element("MetaDataVersion", study, OID=f"MDV.{trial.name}", Name=trial.title)
    version.set(f"{{{DEF}}}DefineVersion", "2.1.0")
    standards = ET.SubElement(version, f"{{{DEF}}}Standards")
    ET.SubElement(
        standards,
        f"{{{DEF}}}Standard",
        {"OID": _STANDARD, "Name": "ADaMIG", "Type": "IG", "Version": "1.3", "Status": "Final"},
    )
    for each in sets:
        _group(version, each)
    for each in sets:
        for column in each.columns:
            _item(version, each, column)
    for each in sets:
        for column in each.columns:
            if column.codes:
                _codes(version, each, column)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _element(name: str, parent: ET.Element | None = None, **attributes: str) -> ET.Element:
    tag = f"{{{ODM}}}{name}"
    if parent is None:
        return ET.Element(tag, attributes)
    return ET.SubElement(parent, tag, attributes)


def _describe(parent: ET.Element, words: str, name: str = "Description") -> None:
    text = _element("TranslatedText", _element(name, parent))
    text.set(f"{{{XML}}}lang", "en")
    text.text = words


def _group(version: ET.Element, dataset: Dataset) -> None:
    group = _element(
        "ItemGroupDef",
        version,
        OID=f"IG.{dataset.name}",
        Name=dataset.name,
        Repeating="No" if dataset.name == "ADSL" else "Yes",
        IsReferenceData="No",
        SASDatasetName=dataset.name,
        Purpose="Analysis",
    )
    group.set(f"{{{DEF}}}Structure", dataset.structure)
    group.set(f"{{{DEF}}}StandardOID", _STANDARD)
    group.set(f"{{{DEF}}}ArchiveLocationID", f"LF.{dataset.name}")
    _describe(group, dataset.label)
    for order, column in enumerate(dataset.columns, start=1):
        reference = _element(
            "ItemRef",
            group,
            ItemOID=_item_name(dataset, column),
            OrderNumber=str(order),
            Mandatory="Yes" if column.required else "No",
        )
        if column.key:
            reference.set("KeySequence", str(column.key))
    ET.SubElement(group, f"{{{DEF}}}Class", {"Name": dataset.kind})
    leaf = ET.SubElement(group, f"{{{DEF}}}leaf", {"ID": f"LF.{dataset.name}"})
    leaf.set(f"{{{XLINK}}}href", f"{dataset.name.lower()}.xpt")
    ET.SubElement(leaf, f"{{{DEF}}}title").text = f"{dataset.name.lower()}.xpt"


def _item_name(dataset: Dataset, column: Column) -> str:
    return f"IT.{dataset.name}.{column.name}"


def _item(version: ET.Element, dataset: Dataset, column: Column) -> None:
    kind = str(column.values.type)
    item = _element("ItemDef", version, OID=_item_name(dataset, column), Name=column.name)
    item.set("DataType", _data_type(kind))
    if kind == "string":
        longest = max(len((value or "").encode()) for value in column.values.to_pylist())
        item.set("Length", str(max(longest, 1)))
    elif not kind.startswith("date"):
        item.set("Length", "8")
    item.set("SASFieldName", column.name)
    if kind.startswith("date"):
        item.set(f"{{{DEF}}}DisplayFormat", "DATE9.")
    _describe(item, column.label)
    if column.codes:
        _element("CodeListRef", item, CodeListOID=_list_name(dataset, column))
    origin = ET.SubElement(item, f"{{{DEF}}}Origin")
    origin.set("Type", "Predecessor" if column.origin else "Derived")
    if column.origin:
        _describe(origin, column.origin)
    else:
        origin.set("Source", "Sponsor")


def _data_type(kind: str) -> str:
    """The type in Define-XML; a date is a SAS number with a format."""
    types = {"string": "text", "int64": "integer"}
    return types.get(kind, "integer" if kind.startswith("date") else "float")


def _list_name(dataset: Dataset, column: Column) -> str:
    return f"CL.{dataset.name}.{column.name}"


def _codes(version: ET.Element, dataset: Dataset, column: Column) -> None:
    codes = _element(
        "CodeList",
        version,
        OID=_list_name(dataset, column),
        Name=f"{dataset.name} {column.name}",
        DataType="text",
    )
    for code, label in column.codes.items():
        _describe(_element("CodeListItem", codes, CodedValue=code), label, "Decode")
