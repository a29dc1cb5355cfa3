"""Results as a reporting event of CDISC's Analysis Results Standard, version 1.0.

An analysis there is an analysis of the plan by one method, of one endpoint, visit and pair of
arms; its operations are the value, the limits of its interval and the number of subjects. The
standard leaves no room for a trace: `trace_rows` says beside it which result each number is.
"""

from collections.abc import Iterable, Mapping
from typing import TypedDict

from trialtrace.base.store import SYNTHETIC
from trialtrace.report.interchange.adam import DATASETS
from trialtrace.report.interchange.ard import BESIDE, LEVELS, Groups, groups_of, numbers_of
from trialtrace.run.disclosure.cells import Members
from trialtrace.run.disclosure.release import Released
from trialtrace.run.tables.canonical import number_text
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.frozen import POST_HOC
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.card import Named
from trialtrace.run.trial.plan.references import method_of

Entry = dict[str, object]


class Condition(TypedDict):
    """A where-clause on one variable."""

    dataset: str
    variable: str
    comparator: str
    value: list[str]


ARM = "TRT01P"
VALUE = "value"
OPERATIONS = {"stat_value": (VALUE, "value"), **BESIDE}
PURPOSES = {"primary": "PRIMARY", "secondary": "SECONDARY"}
NAMES = {file: name for name, _, _, file, _ in DATASETS}
TRACE = ("analysisId", "operationId", "groups", "result_id")
SHARES, COUNTED = "proportion", "count"


class ReportingEvent:
    """The document of a trial's results, whole or as they are released.

    By its members each result is of a derived data set.
    """

    def __init__(self, trial: Trial, results: Iterable[Released], members: Members):
        self._trial, self._members = trial, members
        self._frozen = trial.frozen.states(trial.plan) if trial.frozen else {}
        self._sets: dict[str, Entry] = {}
        self._subsets: dict[str, Entry] = {}
        self._groupings: dict[str, Entry] = {}
        self._methods: dict[str, Named] = {}
        self._analyses: dict[str, Entry] = {}
        self._related: dict[str, list[Entry]] = {}
        self._counts: dict[object, str] = {}
        self._shares: list[tuple[object, str]] = []
        self._results: dict[str, list[Entry]] = {}
        self.trace_rows: list[tuple[str, ...]] = []
        for told in results:
            self._result(told)
        for place, share in self._shares:
            self._refer(place, share)

    def document(self) -> Entry:
        title = self._trial.title
        return {
            "id": f"RE.{self._trial.name}",
            "name": title,
            "version": 1,
            "description": SYNTHETIC if self._trial.synthetic else title,
            "mainListOfContents": {
                "name": "Analyses",
                "contentsList": {
                    "listItems": [
                        {"name": each["name"], "level": 1, "order": order, "analysisId": name}
                        for order, (name, each) in enumerate(self._analyses.items(), start=1)
                    ]
                },
            },
            "analysisSets": list(self._sets.values()),
            "dataSubsets": list(self._subsets.values()),
            "analysisGroupings": list(self._groupings.values()),
            "methods": [self._method_entry(name) for name in self._methods],
            "analyses": [
                each | {"results": self._results[name]} for name, each in self._analyses.items()
            ],
        }

    def _result(self, released: Released) -> None:
        row = released.row
        analysis, method = self._analysis(row), self._method(row["method"])
        groups = [self._result_group(name, level[0]) for name, level in self._groups(row)]
        for column, value in numbers_of(row).items():
            if value is None and column != "stat_value":
                continue
            result: Entry = {"operationId": f"{method}.{OPERATIONS[column][0]}"}
            if groups:
                result["resultGroups"] = groups
            if value is not None:
                result["rawValue"] = number_text(value)
            if column == "stat_value":
                result["formattedValue"] = row["stat_text"]
            self._results[analysis].append(result)
        of = ";".join(f"{name}={level[0]}" for name, level in self._groups(row))
        self.trace_rows.append((analysis, f"{method}.{VALUE}", of, row["result_id"]))

    def _groups(self, row: ResultRow) -> Groups:
        """What the results of an analysis differ in; of a comparison the arms are its subset."""
        groups = [each for each in groups_of(row) if len(each[1]) == 1 and each[0] != "AVISIT"]
        if row["group2"] in LEVELS and row["group2_level"]:
            groups.append((row["parameter"] or row["group2"], [row["group2_level"]]))
        return groups

    def _analysis(self, row: ResultRow) -> str:
        pair = f"{row['comparison']}-{row['reference']}" if row["comparison"] else ""
        parts = (row["analysis_id"], row["method"], row["parameter"], row["visit"], pair)
        name = "AN." + "/".join(part for part in (*parts, row["population"]) if part)
        if name not in self._analyses:
            self._results[name] = []
            self._analyses[name] = self._described(row, name)
        place = (*parts[2:4], row["population"], row["analysis_id"])
        if row["stat_name"] == COUNTED:
            self._counts[place] = name
        elif row["stat_name"] == SHARES and (place, name) not in self._shares:
            self._shares.append((place, name))
        return name

    def _described(self, row: ResultRow, name: str) -> Entry:
        planned = self._trial.plan.analyses.get(row["analysis_id"])
        label = planned.label if planned else row["analysis_id"]
        later = self._frozen.get(row["analysis_id"]) == POST_HOC
        purpose = PURPOSES.get(planned.role if planned else "", "EXPLORATORY")
        members = self._members.get(row["result_id"])
        dataset = members[0]["dataset"] if members else "adsl"
        groups = [(group, True) for group, _ in self._groups(row)]
        if row["comparison"]:
            groups.insert(0, (ARM, False))
        made: Entry = {
            "id": name,
            "name": label,
            "description": f"{row['stat_label']}; options {row['options']}",
            "reason": {"controlledTerm": "DATA DRIVEN" if later else "SPECIFIED IN SAP"},
            "purpose": {"controlledTerm": f"{purpose} OUTCOME MEASURE"},
            "methodId": self._method(row["method"]),
            "analysisSetId": self._set(row["population"]),
            "dataset": NAMES[dataset],
            "variable": "AVAL" if dataset != "adsl" else adsl_code(row["parameter"] or "USUBJID"),
            "orderedGroupings": [
                {"order": order, "groupingId": self._grouping(group), "resultsByGroup": shown}
                for order, (group, shown) in enumerate(groups, start=1)
            ],
        }
        if subset := self._subset(row, NAMES[dataset]):
            made["dataSubsetId"] = subset
        return made

    def _set(self, population: str) -> str:
        name = f"AS.{population}"
        if name not in self._sets:
            known = self._trial.populations.get(population)
            made = _ordered(name, known.label if known else population, self._sets)
            if known is not None:
                made["condition"] = _condition("ADSL", known.flag, ["Y"])
            self._sets[name] = made
        return name

    def _subset(self, row: ResultRow, dataset: str) -> str | None:
        """Endpoint, visit and arms that an analysis is restricted to."""
        endpoint = self._trial.endpoints.get(row["parameter"] or "")
        conditions: list[Condition] = []
        if endpoint is not None and dataset != "ADSL":
            conditions.append(_condition(dataset, "PARAMCD", [endpoint.code]))
        if row["visit"]:
            conditions.append(_condition(dataset, "AVISIT", [row["visit"]]))
        if row["comparison"]:
            pair = [row["comparison"], row["reference"] or ""]
            conditions.append(_condition("ADSL", ARM, pair))
        if not conditions:
            return None
        text = "/".join(" ".join(condition["value"]) for condition in conditions)
        name = f"DS.{dataset}/{text}"
        if name not in self._subsets:
            made = _ordered(name, text, self._subsets)
            if len(conditions) == 1:
                made["condition"] = conditions[0]
            else:
                made["compoundExpression"] = {
                    "logicalOperator": "AND",
                    "whereClauses": [
                        {"level": 2, "order": order, "condition": each}
                        for order, each in enumerate(conditions, start=1)
                    ],
                }
            self._subsets[name] = made
        return name

    def _grouping(self, variable: str) -> str:
        name = f"GF.{variable}"
        if name not in self._groupings:
            arms = self._trial.design.arms
            made: Entry = {"id": name, "name": variable, "dataDriven": variable != ARM}
            if variable == ARM:
                every = [
                    ("all", "All arms", list(arms)),
                    *((a.name, a.label, [a.name]) for a in arms.values()),
                ]
                groups: dict[str, Entry] = {}
                for arm, label, values in every:
                    group = _ordered(f"{name}.{arm}", label, groups)
                    groups[arm] = group | {"condition": _condition("ADSL", ARM, values)}
                made |= {"groupingDataset": "ADSL", "groupingVariable": ARM}
                made["groups"] = list(groups.values())
            elif self._trial.subjects.described(variable, self._trial.dictionary) is not None:
                made |= {"groupingDataset": "ADSL", "groupingVariable": adsl_code(variable)}
            self._groupings[name] = made
        return name

    def _result_group(self, variable: str, level: str) -> Entry:
        grouping = {"groupingId": self._grouping(variable)}
        if variable == ARM:
            return {**grouping, "groupId": f"GF.{ARM}.{level}"}
        return {**grouping, "groupValue": level}

    def _method(self, method: str) -> str:
        name = f"MT.{method}"
        self._methods[name] = method_of(method)
        return name

    def _method_entry(self, name: str) -> Entry:
        words = self._methods[name]
        operations: list[Entry] = [
            {"id": f"{name}.{short}", "name": label, "order": order}
            for order, (short, label) in enumerate(OPERATIONS.values(), start=1)
        ]
        if name in self._related:
            operations[0]["referencedOperationRelationships"] = self._related[name]
        described = f"{words.title} ({words.reference})" if words.reference else words.title
        return {
            "id": name,
            "name": words.title,
            "description": described,
            "operations": operations,
        }

    def _refer(self, place: object, share: str) -> None:
        """A share names its numerator and its denominator, where its analysis counts them."""
        if (counts := self._counts.get(place)) is None:
            return
        method, of = self._analyses[share]["methodId"], self._analyses[counts]["methodId"]
        roles = {"NUMERATOR": f"{of}.{VALUE}", "DENOMINATOR": f"{of}.denominator"}
        related: list[Entry] = [
            {
                "id": f"{method}.{VALUE}.{role.lower()}.{of}",
                "referencedOperationRole": {"controlledTerm": role},
                "operationId": operation,
            }
            for role, operation in roles.items()
        ]
        known = self._related.setdefault(str(method), [])
        known += [each for each in related if each not in known]
        self._analyses[share]["referencedAnalysisOperations"] = [
            {"referencedOperationRelationshipId": each["id"], "analysisId": counts}
            for each in related
        ]


def _ordered(name: str, words: str, others: Mapping[str, Entry]) -> Entry:
    return {"id": name, "name": words, "level": 1, "order": len(others) + 1}


def _condition(dataset: str, variable: str, values: list[str]) -> Condition:
    comparator = "EQ" if len(values) == 1 else "IN"
    return {"dataset": dataset, "variable": variable, "comparator": comparator, "value": values}
