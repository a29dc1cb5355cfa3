"""A made-up record of ClinicalTrials.gov with results, of 60 and 58 participants."""

GROUPS = [{"id": "X0", "title": "Drug"}, {"id": "X1", "title": "Placebo"}]
SIZES = [
    {
        "units": "Participants",
        "counts": [{"groupId": "X0", "value": "60"}, {"groupId": "X1", "value": "58"}],
    }
]


def each(name, *values):
    return [{"groupId": f"X{at}", name: value} for at, value in enumerate(values)]


def measure(*values, kind="MEAN", dispersion=None, unit="mmHg", title="Pressure", **more):
    cells = [{"groupId": f"X{at}", **cell} for at, cell in enumerate(values)]
    return {
        "type": "PRIMARY",
        "title": title,
        "timeFrame": "Week 12",
        "paramType": kind,
        "unitOfMeasure": unit,
        "groups": GROUPS,
        "denoms": SIZES,
        "classes": [{"categories": [{"measurements": cells}]}],
        **({"dispersionType": dispersion} if dispersion else {}),
        **more,
    }


def analysis(measure, value, low, high, **more):
    """An analysis of both groups: a measure with its 95 % interval."""
    return {
        "groupIds": ["X0", "X1"],
        "paramType": measure,
        "paramValue": value,
        "ciPctValue": "95",
        "ciNumSides": "TWO_SIDED",
        "ciLowerLimit": low,
        "ciUpperLimit": high,
        **more,
    }


def record(*measures, **design):
    """A made-up record of 60 and 58 participants."""
    milestones = [
        {"type": "STARTED", "achievements": each("numSubjects", "60", "58")},
        {"type": "Dosed", "achievements": each("numSubjects", "61", "57")},
        {"type": "COMPLETED", "achievements": each("numSubjects", "55", "50")},
        {"type": "NOT COMPLETED", "achievements": each("numSubjects", "5", "8")},
    ]
    lost = {"type": "Lost to Follow-up", "reasons": each("numSubjects", "5", "8")}
    sex = {
        "title": "Sex",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "unitOfMeasure": "Participants",
        "classes": [
            {
                "categories": [
                    {"title": "Female", "measurements": each("value", "30", "20")},
                    {"title": "Male", "measurements": each("value", "30", "38")},
                ]
            }
        ],
    }
    totals = {
        "seriousNumAffected": 4,
        "seriousNumAtRisk": 60,
        "otherNumAffected": 9,
        "otherNumAtRisk": 60,
    }
    rash = {"groupId": "X0", "numEvents": 5, "numAffected": 3, "numAtRisk": 60}
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000000", "briefTitle": "A made-up trial"},
            "statusModule": {
                "studyFirstSubmitDate": "2019-02-01",
                "startDateStruct": {"date": "2019-03", "type": "ACTUAL"},
                "completionDateStruct": {"date": "2030-03", "type": "ESTIMATED"},
            },
            "designModule": {
                "designInfo": {"allocation": "RANDOMIZED", **design},
                "enrollmentInfo": {"count": 120, "type": "ESTIMATED"},
            },
            "armsInterventionsModule": {
                "armGroups": [{"label": "Placebo", "type": "PLACEBO_COMPARATOR"}]
            },
            "outcomesModule": {
                "primaryOutcomes": [{"measure": "Pressure", "timeFrame": "12 weeks"}],
                "secondaryOutcomes": [{"measure": "Pain", "timeFrame": "Before and after"}],
            },
        },
        "resultsSection": {
            "participantFlowModule": {
                "groups": GROUPS,
                "periods": [
                    {"title": "Overall", "milestones": milestones, "dropWithdraws": [lost]}
                ],
            },
            "baselineCharacteristicsModule": {"groups": GROUPS, "denoms": SIZES, "measures": [sex]},
            "outcomeMeasuresModule": {"outcomeMeasures": list(measures)},
            "adverseEventsModule": {
                "frequencyThreshold": "5",
                "eventGroups": [{"id": "X0", "title": "Drug", **totals}],
                "seriousEvents": [{"term": "Rash", "organSystem": "Skin", "stats": [rash]}],
            },
        },
    }
