"""Records in the registry's older XML, as the tree that its interface gives today."""

from collections.abc import Iterator
from datetime import datetime

from trialtrace.audit.locate.markup import Node, read_xml
from trialtrace.audit.registry.kinds import key

NUMBER_OF_PARTICIPANTS = "Number of Participants"
"""The measure that older outcomes have in the place of denominators."""
_ANALYSIS = {
    "groups_desc": "groupDescription",
    "non_inferiority_desc": "nonInferiorityComment",
    "p_value": "pValue",
    "p_value_desc": "pValueComment",
    "method": "statisticalMethod",
    "method_desc": "statisticalComment",
    "param_type": "paramType",
    "param_value": "paramValue",
    "dispersion_type": "dispersionType",
    "dispersion_value": "dispersionValue",
    "ci_percent": "ciPctValue",
    "ci_lower_limit": "ciLowerLimit",
    "ci_upper_limit": "ciUpperLimit",
    "estimate_desc": "estimateComment",
}
_LIMITS = {"lower_limit": "lowerLimit", "upper_limit": "upperLimit"}
_EXCLUSIVE = ("gender", "sex", "age, categorical", "ethnicity", "race")
_TOTALS = {"serious": "Total, serious adverse events", "other": "Total, other adverse events"}


def older_record(content: bytes, place: str) -> dict[str, object]:
    """The record in an XML file; no results where it has none. Raises UserError."""
    root = read_xml(content, place)
    study = root if root.name == "clinical_study" else root.first("clinical_study") or root
    results = study.first("clinical_results")
    record: dict[str, object] = {"protocolSection": _protocol(study)}
    if results is not None:
        record["resultsSection"] = {
            "participantFlowModule": _flow(_child(results, "participant_flow")),
            "baselineCharacteristicsModule": _baseline(_child(results, "baseline")),
            "outcomeMeasuresModule": {
                "outcomeMeasures": [*map(_outcome, _items(results, "outcome_list"))]
            },
            "adverseEventsModule": _events(_child(results, "reported_events")),
        }
    return record


def _child(of: Node, name: str) -> Node:
    """The element of a name right below another; an empty one where there is none."""
    return next((node for node in of.elements() if node.name == name), Node(name))


def _items(of: Node, *path: str) -> list[Node]:
    """What stands in a list, which is reached by its path."""
    for name in path:
        of = _child(of, name)
    return list(of.elements())


def _said(of: Node, **names: str) -> dict[str, str]:
    """Texts right below an element, by their names of today."""
    return {new: text for new, name in names.items() if (text := _child(of, name).text())}


def _protocol(study: Node) -> dict[str, object]:
    design, enrolment = _child(study, "study_design_info"), _child(study, "enrollment")
    first = _day(study, "study_first_submitted", "firstreceived_date")
    changed = _day(study, "last_update_submitted", "lastchanged_date")
    model = key(_child(design, "intervention_model").text()).removesuffix("_ASSIGNMENT")
    status: dict[str, object] = {"studyFirstSubmitDate": first, "lastUpdateSubmitDate": changed}
    for name, old in (
        ("startDateStruct", ("start_date",)),
        ("completionDateStruct", ("completion_date",)),
        ("lastUpdatePostDateStruct", ("last_update_posted", "lastchanged_date")),
        ("resultsFirstPostDateStruct", ("results_first_posted", "firstreceived_results_date")),
    ):
        status[name] = {"date": _day(study, *old), "type": _type(_child(study, old[0]))}
    return {
        "identificationModule": {
            "nctId": _child(_child(study, "id_info"), "nct_id").text(),
            **_said(study, briefTitle="brief_title"),
        },
        "statusModule": status,
        "designModule": {
            "designInfo": {
                "allocation": key(_child(design, "allocation").text()),
                "interventionModel": model,
            },
            "enrollmentInfo": {"count": enrolment.text(), "type": _type(enrolment)},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {"label": arm["label"], "type": key(arm.get("type", ""))}
                for node in study.elements()
                if node.name == "arm_group"
                and (arm := _said(node, label="arm_group_label", type="arm_group_type"))
                and "label" in arm
            ]
        },
        "outcomesModule": {
            f"{rank}Outcomes": [
                _said(node, measure="measure", timeFrame="time_frame")
                for node in study.elements()
                if node.name == f"{rank}_outcome"
            ]
            for rank in ("primary", "secondary", "other")
        },
    }


def _type(node: Node) -> str:
    """Whether a number or day is one that came, or was only expected."""
    return {"Anticipated": "ESTIMATED", "Actual": "ACTUAL"}.get(node.given.get("type", ""), "")


def _day(study: Node, *names: str) -> str:
    """A day or month as numbers; "" for none."""
    text = next(filter(None, (_child(study, name).text() for name in names)), "")
    for form, shown in (("%B %d, %Y", "%Y-%m-%d"), ("%B %Y", "%Y-%m")):
        try:
            return datetime.strptime(text, form).strftime(shown)
        except ValueError:
            continue
    return ""


def _groups(of: Node) -> list[dict[str, str]]:
    return [
        {
            "id": node.given.get("group_id", ""),
            **_said(node, title="title", description="description"),
        }
        for node in _items(of, "group_list")
    ]


def _numbers(of: list[Node], name: str, attribute: str) -> list[dict[str, str]]:
    return [
        {"groupId": node.given.get("group_id", ""), name: node.given[attribute]}
        for node in of
        if attribute in node.given
    ]


def _flow(flow: Node) -> dict[str, object]:
    def numbers(node: Node) -> list[dict[str, str]]:
        return _numbers(_items(node, "participants_list"), "numSubjects", "count")

    return {
        "groups": _groups(flow),
        "periods": [
            {
                **_said(period, title="title"),
                "milestones": [
                    {**_said(node, type="title"), "achievements": numbers(node)}
                    for node in _items(period, "milestone_list")
                ],
                "dropWithdraws": [
                    {**_said(node, type="title"), "reasons": numbers(node)}
                    for node in _items(period, "drop_withdraw_reason_list")
                ],
            }
            for period in _items(flow, "period_list")
        ],
    }


def _denominators(of: Node) -> list[dict[str, object]]:
    return [
        {
            **_said(node, units="units"),
            "counts": _numbers(_items(node, "count_list"), "value", "value"),
        }
        for node in _items(of, "analyzed_list")
    ]


def _baseline(baseline: Node) -> dict[str, object]:
    measures = _items(baseline, "measure_list")
    denominators = _denominators(baseline) or _of_measure(measures)
    return {
        "groups": _groups(baseline),
        "denoms": denominators,
        "measures": [_measure(node) for node in measures if not _is_number(node)],
    }


def _is_number(measure: Node) -> bool:
    """Whether a measure only tells how many participants there were."""
    return _child(measure, "title").text() == NUMBER_OF_PARTICIPANTS


def _of_measure(measures: list[Node]) -> list[dict[str, object]]:
    """The denominators that a first measure tells."""
    counts = [
        number
        for measure in filter(_is_number, measures)
        for number in _numbers([*measure.every("measurement")], "value", "value")
    ]
    return [{"units": "Participants", "counts": counts}] if counts else []


def _measure(measure: Node) -> dict[str, object]:
    """A measure with its rows. Older ones have their rows as categories, which exclude each other
    in the usual tables of sex, age groups and origin alone."""
    said = _said(
        measure,
        title="title",
        description="description",
        paramType="param",
        dispersionType="dispersion",
        unitOfMeasure="units",
        typeUnitsAnalyzed="units_analyzed",
    )
    rows: list[dict[str, object]] = [
        {
            **_said(node, title="title"),
            "denoms": _denominators(node),
            "categories": [*map(_category, _items(node, "category_list"))],
        }
        for node in _items(measure, "class_list")
    ]
    older = [*map(_category, _items(measure, "category_list"))]
    if older and said.get("title", "").casefold().startswith(_EXCLUSIVE):
        rows.append({"categories": older})
    elif older:
        rows += [
            {"title": cell.get("title", ""), "categories": [{**cell, "title": ""}]}
            for cell in older
        ]
    return {**said, "denoms": _denominators(measure), "classes": rows}


def _category(category: Node) -> dict[str, object]:
    cells = [
        {
            "groupId": node.given.get("group_id", ""),
            **{_LIMITS.get(name, name): text for name, text in node.given.items()},
        }
        for node in _items(category, "measurement_list")
    ]
    title = _child(category, "title").text() or _child(category, "sub_title").text()
    return {"title": title, "measurements": cells}


def _outcome(outcome: Node) -> dict[str, object]:
    measures = _items(outcome, "measure_list")
    others = [node for node in measures if not _is_number(node)]
    node = others[0] if others else _child(outcome, "measure")
    measure = _measure(node)
    return {
        **measure,
        "denoms": measure["denoms"] or _of_measure(measures),
        **_said(outcome, title="title", description="description", timeFrame="time_frame"),
        "type": key(_child(outcome, "type").text()),
        "groups": _groups(outcome),
        "analyses": [*map(_analysis, _items(outcome, "analysis_list"))],
    }


def _analysis(analysis: Node) -> dict[str, object]:
    said = {new: text for old, new in _ANALYSIS.items() if (text := _child(analysis, old).text())}
    sides = _child(analysis, "ci_n_sides").text()
    return {
        **said,
        "groupIds": [node.text() for node in _items(analysis, "group_id_list")],
        "nonInferiorityType": key(_child(analysis, "non_inferiority_type").text()),
        **({"ciNumSides": "ONE_SIDED" if sides.startswith("1") else "TWO_SIDED"} if sides else {}),
    }


def _events(events: Node) -> dict[str, object]:
    groups = _groups(events)
    module: dict[str, object] = {"eventGroups": groups}
    by_id: dict[str, dict[str, str]] = {group["id"]: group for group in groups}
    for kind, total in _TOTALS.items():
        of = _child(events, f"{kind}_events")
        module |= _said(of, frequencyThreshold="frequency_threshold")
        module[f"{kind}Events"] = rows = []
        for system, event in _each_event(of):
            term = _child(event, "sub_title").text()
            counts = [node for node in event.elements() if node.name == "counts"]
            if term.casefold() == total.casefold():
                for node in counts:
                    group = by_id.get(node.given.get("group_id", ""), {})
                    group[f"{kind}NumAffected"] = node.given.get("subjects_affected", "")
                    group[f"{kind}NumAtRisk"] = node.given.get("subjects_at_risk", "")
                continue
            rows.append({"term": term, "organSystem": system, "stats": [*map(_stats, counts)]})
    return module


def _each_event(of: Node) -> Iterator[tuple[str, Node]]:
    """Each event with its organ system."""
    for category in _items(of, "category_list"):
        for event in _items(category, "event_list"):
            yield _child(category, "title").text(), event


def _stats(counts: Node) -> dict[str, str]:
    names = {
        "group_id": "groupId",
        "events": "numEvents",
        "subjects_affected": "numAffected",
        "subjects_at_risk": "numAtRisk",
    }
    return {new: counts.given[old] for old, new in names.items() if old in counts.given}
