"""The rules of CDISC's Analysis Results Standard 1.0, to which a document of ours is held.

No package holds its JSON schema. Here are the classes that are written, with the keys that each
may and must have, the values of its lists of terms, and what the schema does not say: that every
identifier that is referred to is there, once.
"""

from collections.abc import Iterator, Mapping

Rule = Mapping[str, str]
# Class, keys and what stands in each: a class, `[class]` of a list, or a plain type. `!` must be.
_NAMED: Rule = {"id!": "text", "name!": "text", "label": "text", "description": "text"}
_ORDERED: Rule = {"level!": "whole", "order!": "whole"}
_WHERE: Rule = {"condition": "Condition", "compoundExpression": "Expression"}
CLASSES: Mapping[str, Rule] = {
    "ReportingEvent": {
        **_NAMED,
        "version": "whole",
        "mainListOfContents!": "ListOfContents",
        "analysisSets": "[AnalysisSet]",
        "dataSubsets": "[DataSubset]",
        "analysisGroupings": "[GroupingFactor]",
        "methods": "[AnalysisMethod]",
        "analyses": "[Analysis]",
    },
    "ListOfContents": {"name!": "text", "contentsList!": "NestedList"},
    "NestedList": {"listItems": "[OrderedListItem]"},
    "OrderedListItem": {"name!": "text", **_ORDERED, "analysisId": "text"},
    "AnalysisSet": {**_NAMED, **_ORDERED, **_WHERE},
    "DataSubset": {**_NAMED, **_ORDERED, **_WHERE},
    "Group": {**_NAMED, **_ORDERED, **_WHERE},
    "WhereClause": {**_ORDERED, **_WHERE},
    "Expression": {"logicalOperator!": "AND OR NOT", "whereClauses": "[WhereClause]"},
    "Condition": {
        "dataset": "text",
        "variable": "text",
        "comparator": "EQ NE GT GE LT LE IN NOTIN",
        "value": "[text]",
    },
    "GroupingFactor": {
        **_NAMED,
        "dataDriven!": "truth",
        "groupingDataset": "text",
        "groupingVariable": "text",
        "groups": "[Group]",
    },
    "AnalysisMethod": {**_NAMED, "operations!": "[Operation]"},
    "Operation": {
        **_NAMED,
        "order!": "whole",
        "referencedOperationRelationships": "[Relationship]",
    },
    "Relationship": {"id!": "text", "operationId!": "text", "referencedOperationRole!": "Role"},
    "Role": {"controlledTerm!": "NUMERATOR DENOMINATOR"},
    "Reason": {
        "controlledTerm!": "SPECIFIED_IN_PROTOCOL SPECIFIED_IN_SAP DATA_DRIVEN "
        "REQUESTED_BY_REGULATORY_AGENCY"
    },
    "Purpose": {
        "controlledTerm!": "PRIMARY_OUTCOME_MEASURE SECONDARY_OUTCOME_MEASURE "
        "EXPLORATORY_OUTCOME_MEASURE"
    },
    "Analysis": {
        **_NAMED,
        "reason!": "Reason",
        "purpose!": "Purpose",
        "methodId!": "text",
        "analysisSetId": "text",
        "dataSubsetId": "text",
        "dataset": "text",
        "variable": "text",
        "orderedGroupings": "[OrderedGrouping]",
        "referencedAnalysisOperations": "[ReferencedOperation]",
        "results": "[OperationResult]",
    },
    "OrderedGrouping": {"order!": "whole", "groupingId!": "text", "resultsByGroup!": "truth"},
    "ReferencedOperation": {"referencedOperationRelationshipId!": "text", "analysisId!": "text"},
    "OperationResult": {
        "operationId!": "text",
        "resultGroups": "[ResultGroup]",
        "rawValue": "text",
        "formattedValue": "text",
    },
    "ResultGroup": {"groupingId!": "text", "groupId": "text", "groupValue": "text"},
}
TYPES = {"text": str, "whole": int, "truth": bool}
# Key of a reference to the key of the root in which what it names stands.
REFERENCES = {
    "analysisId": "analyses",
    "methodId": "methods",
    "analysisSetId": "analysisSets",
    "dataSubsetId": "dataSubsets",
    "groupingId": "analysisGroupings",
}
INNER = {"groupId": ("analysisGroupings", "groups"), "operationId": ("methods", "operations")}


def faults(document: object) -> list[str]:
    """What of a document is not as the standard asks, each with its place; empty where all is."""
    found = [*_of_class(document, "ReportingEvent", "")]
    return found or [*_references(document)]


def _of_class(value: object, name: str, place: str) -> Iterator[str]:
    if name.startswith("["):
        if not isinstance(value, list):
            yield f"{place}: no list"
            return
        for number, each in enumerate(value):
            yield from _of_class(each, name[1:-1], f"{place}[{number}]")
    elif name in TYPES:
        if type(value) is not TYPES[name]:
            yield f"{place}: no {name}"
    elif name not in CLASSES:
        if not isinstance(value, str) or value.replace(" ", "_") not in name.split():
            yield f"{place}: none of {name}"
    elif not isinstance(value, dict):
        yield f"{place}: no {name}"
    else:
        rule = {key.rstrip("!"): kind for key, kind in CLASSES[name].items()}
        needed = {key.rstrip("!") for key in CLASSES[name] if key.endswith("!")}
        yield from (f"{place}/{key}: is not there" for key in sorted(needed - value.keys()))
        for key, each in value.items():
            if key in rule:
                yield from _of_class(each, rule[key], f"{place}/{key}")
            else:
                yield f"{place}/{key}: no key of {name}"


def _references(document: object) -> Iterator[str]:
    entries = list(_entries(document, ""))
    root = document if isinstance(document, dict) else {}
    known: dict[str, set[str]] = {}
    for key in REFERENCES.values():
        known[key] = {each["id"] for each in root.get(key, ())}
    for key, (outer, inner) in INNER.items():
        known[key] = {each["id"] for whole in root.get(outer, ()) for each in whole.get(inner, ())}
    related = "referencedOperationRelationshipId"
    known[related] = {
        str(value["id"])
        for place, value in entries
        if "/referencedOperationRelationships[" in place and "id" in value
    }
    seen: set[object] = set()
    for place, value in entries:
        if "id" in value and value["id"] in seen:
            yield f"{place}: {value['id']} a second time"
        seen.add(value.get("id"))
        for key in (*REFERENCES, *INNER, related):
            if key in value and value[key] not in known[REFERENCES.get(key, key)]:
                yield f"{place}/{key}: {value[key]} is not there"
    yield from _own_operations(root)


def _own_operations(root: Mapping[str, list[dict[str, list[dict[str, str]]]]]) -> Iterator[str]:
    """A result is of an operation of its own analysis's method."""
    operations = {
        str(each["id"]): {one["id"] for one in each["operations"]}
        for each in root.get("methods", ())
    }
    for analysis in root.get("analyses", ()):
        own = operations.get(str(analysis["methodId"]), set())
        for result in analysis.get("results", ()):
            if result["operationId"] not in own:
                yield f"{analysis['id']}: {result['operationId']} is of another method"


def _entries(value: object, place: str) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(value, dict):
        yield place, value
    parts = value.items() if isinstance(value, dict) else ()
    for key, each in parts:
        yield from _entries(each, f"{place}/{key}")
    for number, each in enumerate(value if isinstance(value, list) else ()):
        yield from _entries(each, f"{place}[{number}]")
