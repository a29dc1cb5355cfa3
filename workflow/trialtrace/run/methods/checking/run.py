"""The check stage: every result recomputed independently, and the laws of conservation.

A disagreement stops the run, and so does a count that does not add up.

The laws between results: boxes of a flow balance, parts of a table are its total.

Each law is a function that yields what does not add up. All of them hold in every run: where one
does not, nothing can be believed, and the run stops.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import ConservationError, Problems, UserError, unbalanced
from trialtrace.run.methods.checking.data import EVERYBODY, Asked, Data, surely
from trialtrace.run.methods.checking.members import members_balance
from trialtrace.run.methods.checking.outcome import Compared, Recomputed, compare
from trialtrace.run.methods.checking.registry import checks_for
from trialtrace.run.tables.contracts import (
    CHECKS,
    MEMBERS,
    RESULTS,
    from_rows,
    read_table,
    write_table,
)
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow, present, values_of
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.no_pingouin import PINGOUIN, lacks_pingouin

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.run.methods.checking.outcome import Check
    from trialtrace.run.trial.load import Trial

Told = Iterator[str]
# One fault can break hundreds of laws.
SHOWN = 20
# By statistic, what it lists, arm, level. What is not there counts 0, and so does not add up.
Counts = Counter[tuple[str, str | None, str, str | None]]


def verify(data: Data, results: list[ResultRow], members: list[MemberRow]) -> None:
    """Raise ConservationError naming what does not add up, the first cases of it."""
    problems = Problems()
    flow = counts_of(results, "flow")
    laws = {
        "the patient flow": flow_balances(data, flow),
        "the baseline table": baseline_balances(results, flow),
        "categories": categories_balance(results),
        "events and times": events_balance(results),
        "adverse events": adverse_events_balance(data.trial, results),
    }
    for place, law in laws.items():
        problems.found += [unbalanced(f"{data.trial.name}: {place}", told) for told in law]
    problems.found += members_balance(data, results, members)
    more = len(problems.found) - SHOWN
    if more > 0:
        del problems.found[SHOWN:]
        problems.found.append(unbalanced(data.trial.name, f"{more} more that do not add up"))
    problems.raise_if_any(ConservationError)


def counts_of(results: list[ResultRow], analysis: str) -> Counts:
    """The counts of one analysis."""
    return Counter(
        {
            (
                row["stat_name"],
                row["parameter"],
                present(row["group1_level"]),
                row["group2_level"],
            ): round(present(row["stat_value"]))
            for row in results
            if row["analysis_id"] == analysis and row["stat_value"] is not None
        }
    )


def flow_balances(data: Data, flow: Counts) -> Told:
    """Randomised = its arms; assessed = randomised + not randomised by reason; randomised = those
    of a box + the others by reason; no box is larger than the one that it is part of."""
    whole = flow["randomised", None, EVERYBODY, None]
    yield from _subjects(data, flow, whole)
    groups = list(dict.fromkeys(key[2] for key in flow))
    arms = [group for group in groups if group != EVERYBODY]
    for (stat, name, group, level), n in flow.items():
        box = " ".join(filter(None, [stat.replace("_", " "), name, level]))
        if group == EVERYBODY and arms and stat not in ("assessed", "excluded"):
            parts = [flow.get((stat, name, arm, level), 0) for arm in arms]
            yield from _sums(f"{box} in all arms", n, parts, arms)
        if stat in ("received", "in_population"):
            of = flow["randomised", None, group, None]
            yield from _at_most(f"{box}, {group}", n, "randomised", of)
        if stat == "analysed":
            population = data.trial.plan.analyses[present(name)].estimand.population
            of = flow["in_population", population, group, None]
            yield from _at_most(f"{box}, {group}", n, f"in population {population}", of)
        why = "not_received" in data.trial.plan.displays.get("flow", {})
        if stat == "analysed" or (stat == "received" and why):
            yield from _with_others(flow, stat, name, group)
    for group in groups:
        yield from _ended(data, flow, group)


def _with_others(flow: Counts, stat: str, name: str | None, group: str) -> Told:
    """Randomised = those of a box + those who are not in it, by reason."""
    others = {
        present(key[3]): n for key, n in flow.items() if key[:3] == (f"not_{stat}", name, group)
    }
    yield from _sums(
        f"randomised, {group}",
        flow["randomised", None, group, None],
        [flow[stat, name, group, None], *others.values()],
        [" ".join(filter(None, [stat, name])), *others],
    )


def _subjects(data: Data, flow: Counts, randomised: int) -> Told:
    """Everybody in ADSL is randomised, or without an arm: by reason where reasons are recorded."""
    own = data.trial.design.kind in OWN_TREATMENT
    without = 0 if own else int(data.adsl["TRT01P"].isna().sum())
    yield from _sums(
        "subjects in ADSL", len(data.adsl), [randomised, without], ["randomised", "without an arm"]
    )
    assessed = flow.get(("assessed", None, EVERYBODY, None))
    if assessed is not None:
        reasons = {present(key[3]): n for key, n in flow.items() if key[0] == "excluded"}
        yield from _sums(
            "assessed", assessed, [randomised, *reasons.values()], ["randomised", *reasons]
        )
        yield from _sums("assessed", assessed, [len(data.adsl)], ["subjects in ADSL"])


def _ended(data: Data, flow: Counts, group: str) -> Told:
    """Randomised, or received where that is told = completed + those who did not, by reason."""
    display = data.trial.plan.displays.get("flow", {})
    given, received = display.get("ended"), display.get("received")
    if given is None:
        return
    subjects = data.adsl
    if data.trial.design.kind not in OWN_TREATMENT:
        arms = list(data.trial.design.arms) if group == EVERYBODY else [group]
        subjects = subjects[subjects["TRT01P"].isin(arms)]
    if received is not None:
        subjects = subjects[surely(received, subjects)]
    completed = int(subjects[adsl_code(given["variable"])].isin(given["completed"]).sum())
    ended = {key[3]: n for key, n in flow.items() if key[0] == "ended" and key[2] == group}
    reasons = {present(reason): n for reason, n in ended.items()}
    whole = "randomised" if received is None else "received"
    yield from _sums(
        f"{whole}, {group}",
        flow[whole, None, group, None],
        [completed, *reasons.values()],
        ["completed", *reasons],
    )


def baseline_balances(results: list[ResultRow], flow: Counts) -> Told:
    """Of each variable: known values = its levels, and known + missing = the population's arm."""
    known: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    missing: dict[tuple[str | None, ...], ResultRow] = {}
    rows = [row for row in results if row["analysis_id"] == "baseline"]
    for row in rows:
        key = values_of(row, ("parameter", "group1_level", "stratum", "population"))
        if row["stat_name"] == "count":
            known[key].append(round(present(row["stat_value"])))
        if row["stat_name"] == "missing":
            missing[key] = row
    for key, row in missing.items():
        name, group = present(row["parameter"]), present(row["group1_level"])
        parts = [*known[key], round(present(row["stat_value"]))]
        n = present(row["n_used"])
        yield from _sums(f"{name}, {group}", n, parts)
        box = flow.get(("in_population", row["population"], group, None))
        if box is not None and group != EVERYBODY:
            yield from _sums(f"population of {name}, {group}", n, [box], ["the flow"])


def categories_balance(results: list[ResultRow]) -> Told:
    """The categories of an ordinal value add up to the subjects with a value."""
    parts: dict[tuple[tuple[str | None, ...], str | None, int], list[int]] = defaultdict(list)
    for row in results:
        if row["method"] == "count.categories":
            place = values_of(row, ("analysis_id", "parameter", "visit", "stratum"))
            whole = place, row["group1_level"], present(row["denominator"])
            parts[whole].append(round(present(row["stat_value"])))
    for (place, group, total), counts in parts.items():
        name = ", ".join([*filter(None, place), group or EVERYBODY])
        yield from _sums(name, total, counts)


def events_balance(results: list[ResultRow]) -> Told:
    """No more events, and nobody more at risk, than subjects."""
    for row in results:
        if row["method"] in ("count.events", "events.count", "at_risk.count", "patients.count"):
            n = round(present(row["stat_value"]))
            yield from _at_most(row["result_id"], n, "subjects", present(row["n_used"]))


def adverse_events_balance(trial: "Trial", results: list[ResultRow]) -> Told:
    """Occurrences = those of each term; patients ≤ occurrences; all = each arm."""
    of_all = counts_of(results, "adverse_events")
    for (stat, name, group, level), n in of_all.items():
        if stat not in ("patients", "occurrences"):
            continue
        text = f"{stat} of {name}, {level}"
        if stat == "patients":
            events = of_all["occurrences", name, group, level]
            yield from _at_most(f"{text}, {group}", n, "occurrences", events)
        if group == EVERYBODY and trial.design.kind not in OWN_TREATMENT:
            parts = [of_all[stat, name, arm, level] for arm in trial.design.arms]
            yield from _sums(text, n, parts, list(trial.design.arms))
        if stat == "occurrences" and level == "any":
            terms = [
                count
                for key, count in of_all.items()
                if key[:3] == (stat, name, group) and (key[3] or "").startswith("term=")
            ]
            yield from _sums(f"{text}, {group}", n, terms)


def _sums(what: str, total: int, parts: list[int], names: list[str] | None = None) -> Told:
    if total == sum(parts):
        return
    told = [f"{n} {name}" for n, name in zip(parts, names, strict=True)] if names else parts
    yield f"{what}: {total}, and its parts are {' + '.join(map(str, told))} = {sum(parts)}"


def _at_most(what: str, n: int, of: str, total: int) -> Told:
    if n > total:
        yield f"{what}: {n}, of {total} {of}"


def check_results(trial: "Trial", derived_dir: Path, analysis_dir: Path, out_file: Path) -> None:
    """Write checks.parquet: a row for each component of each result that has a checker.

    Raises UserError naming every disagreement, or everything that does not add up, and then writes
    nothing.
    """
    results = read_table(Path(analysis_dir) / "results.parquet", RESULTS)
    members = read_table(Path(analysis_dir) / "members.parquet", MEMBERS)
    data = asked_of(trial, Path(derived_dir), results, members)
    compared = list(recomputed(trial, data))
    _refuse_disagreement(compared)
    verify(data, results.to_pylist(), members.to_pylist())
    rows = from_rows([each.row() for each in compared], CHECKS)
    write_table(Path(out_file), rows, CHECKS, synthetic=trial.synthetic)


def checked(
    trial: "Trial", derived_dir: Path, results: "pa.Table", members: "pa.Table | None" = None
) -> Iterable[Compared]:
    """Each component of each result beside its recomputation, in the order of the results. Without
    `members` the plan has no flow."""
    return recomputed(trial, asked_of(trial, derived_dir, results, members))


def asked_of(
    trial: "Trial", derived_dir: Path, results: "pa.Table", members: "pa.Table | None"
) -> Data:
    """The derived data, with the results to check and the rows behind them."""
    asked = [Asked.of(row) for row in results.to_pylist()]
    behind = [] if members is None else members.to_pylist()
    return Data(trial, derived_dir, results=asked, members=behind)


def recomputed(trial: "Trial", data: Data) -> Iterable[Compared]:
    """The same, of data that are open."""
    checks, gone = checks_for(trial), lacks_pingouin(trial)

    def recompute(asked: Asked) -> Recomputed | None:
        check = present(_check_of(asked, checks))
        return data.once(("result", asked.result_id), partial(check, data, asked))

    data.recompute = recompute
    for asked in data.results:
        if _check_of(asked, checks) is None:
            continue
        try:
            answer = data.recompute(asked)
        except ModuleNotFoundError as error:
            if error.name != PINGOUIN:
                raise
            continue
        except (ArithmeticError, LookupError, ValueError) as error:
            raise UserError(
                f"result {asked.result_id}",
                f"the independent recomputation failed: {type(error).__name__}",
            ) from error
        # What has too few data is not asked of it, and has its name all the same.
        if answer is not None and not (gone and answer.by.startswith(PINGOUIN)):
            yield from compare(asked, answer)


def _check_of(asked: Asked, checks: "dict[str, Check]") -> "Check | None":
    return checks.get(asked.method) or checks.get(asked.stat)


def _refuse_disagreement(comparisons: list[Compared]) -> None:
    problems = Problems()
    for comparison in comparisons:
        if not comparison.agrees:
            problems.add(
                f"result {comparison.result_id}, {comparison.component}",
                "an independent recomputation disagrees",
                found=f"{comparison.ours!r}",
                expected=f"{comparison.theirs!r} by {comparison.by} "
                f"(tolerance {comparison.tolerance:g})",
                do="one of the two is wrong: compare the method's module with the check's",
            )
    problems.raise_if_any()
