"""Trials of a plan whose patients nobody draws by a script: arms with the stated endpoints.

An event has a probability, a measure a mean and an SD, a time a median (exponential, censored after
the same time for everyone). Variables of the subjects are drawn alike in all arms, and no outcome
depends on them.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Floats
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, OCCDS, conform
from trialtrace.run.tables.contracts.definitions import DATE, INTEGER, NUMBER, Contract
from trialtrace.run.tables.frames import HeldFrames
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.simulation.file import FILE, DrawnEndpoint
from trialtrace.run.trial.simulation.load import PATIENTS, SimulatedTrial

TYPES = {NUMBER: pa.float64(), INTEGER: pa.int64(), DATE: pa.date32()}
Arms = np.ndarray[Any, Any]


def sizes(trial: SimulatedTrial) -> Mapping[str, int]:
    """Patients of each arm, or of the trial. Raises UserError where none are stated."""
    stated = trial.stated.patients
    if stated is None:
        raise _wrong(trial, PATIENTS, "no patients", "patients: {arm: number} of every arm")
    return stated if isinstance(stated, Mapping) else {PATIENTS: stated}


def levels(trial: Trial, entry: DrawnEndpoint) -> dict[str, float]:
    """What is true of an endpoint in each arm: probability, mean or median."""
    found = {}
    for name, arm in trial.design.arms.items():
        effect = entry.effect.get(name) if isinstance(entry.effect, Mapping) else entry.effect
        if arm.control or effect is None:
            found[name] = entry.control
        elif entry.follow_up is not None:
            # Exponential times: a hazard twice as high halves the median.
            found[name] = entry.control / effect
        else:
            found[name] = entry.control + effect
    return found


def drawn(
    trial: SimulatedTrial, analyses: Mapping[str, Analysis], seed: int, patients: Mapping[str, int]
) -> HeldFrames:
    """The data sets of one trial, with the endpoints of these analyses.

    Raises UserError for an endpoint of which nothing, or nothing possible, is stated.
    """
    if trial.design.kind != "parallel":
        expected = "a parallel trial: others are drawn by a script (docs/simulation.md)"
        raise _wrong(trial, "endpoints", f"a design {trial.design.kind}", expected)
    arm = np.repeat(list(patients), list(patients.values()))
    arm = _stream(seed, "arm").permutation(arm)
    endpoints = dict.fromkeys(
        name for analysis in analyses.values() for name in analysis.estimand.variables
    )
    stated = trial.stated.endpoints or {}
    if lacking := [name for name in endpoints if name not in stated]:
        found = f"nothing of {one_of(lacking)}"
        raise _wrong(trial, "endpoints", found, "what is true of every endpoint that is analysed")
    whole = _subjects(trial, arm, seed)
    flags = {population.flag: whole[population.flag] for population in trial.populations.values()}
    records: dict[str, list[dict[str, Any]]] = {BDS.name: [], ADTTE.name: [], OCCDS.name: []}
    for number, name in enumerate(endpoints, start=1):
        entry = stated[name]
        dataset, values = _values(trial, name, entry, arm, seed)
        code = trial.endpoints[name].code
        own = {"ASEQ": np.full(len(arm), number), "PARAMCD": np.full(len(arm), code)}
        own |= {"PARAM": np.full(len(arm), trial.endpoints[name].label), "TRTP": arm}
        identity = {each: whole[each] for each in ("STUDYID", "USUBJID", "SYNTHFL")}
        records[dataset].append(identity | flags | own | values)
    tables = {ADSL.name: _table(ADSL, [whole], flags)}
    tables |= {
        contract.name: _table(contract, records[contract.name], flags)
        for contract in (BDS, ADTTE, OCCDS)
    }
    return HeldFrames(tables)


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _subjects(trial: SimulatedTrial, arm: Arms, seed: int) -> dict[str, Any]:
    """The columns of ADSL: everyone is in every population."""
    n = len(arm)
    number = np.array([f"{one:06d}" for one in range(1, n + 1)])
    labels = {name: one.label for name, one in trial.design.arms.items()}
    whole: dict[str, Any] = {
        "STUDYID": np.full(n, trial.name),
        "USUBJID": np.char.add(f"SYN-{trial.name}-", number),
        "SUBJID": number,
        "ARM": np.array([labels[name] for name in arm.tolist()]),
        "TRT01P": arm,
        "SYNTHFL": np.full(n, "Y"),
    }
    for name, values in _covariates(trial, n, seed):
        whole[adsl_code(name)] = values
    return whole | {one.flag: np.full(n, "Y") for one in trial.populations.values()}


def _covariates(trial: SimulatedTrial, n: int, seed: int) -> Iterator[tuple[str, Any]]:
    """Variables of the subjects: a level at random, or a standard normal number."""
    for name, origin in trial.subjects.origins.items():
        variable = trial.dictionary.get(origin.table, {}).get(origin.column)
        stream = _stream(seed, f"variable {name}")
        if variable is not None and variable.choices and name != "sex":
            yield name, stream.choice(list(variable.choices.values()), n)
        elif (variable is not None and variable.kind in ("integer", "number")) or name == "age":
            yield name, stream.standard_normal(n)


def _values(
    trial: SimulatedTrial, name: str, entry: DrawnEndpoint, arm: Arms, seed: int
) -> tuple[str, dict[str, Any]]:
    """The data set of an endpoint, and its values."""
    if getattr(trial.endpoints[name].entry, "visit", None) is not None:
        expected = "an endpoint of one occasion: others are drawn by a script"
        raise _wrong(trial, f"endpoints.{name}", "an endpoint with visits", expected)
    of_arm = levels(trial, entry)
    level: Floats = np.array([of_arm[one] for one in arm.tolist()])
    stream = _stream(seed, name)
    if entry.follow_up is not None:
        if (level <= 0).any():
            raise _wrong(trial, f"endpoints.{name}", "a median or ratio of 0 or less", "above 0")
        time = stream.exponential(level / np.log(2))
        event = time <= entry.follow_up
        held = {"AVAL": np.minimum(time, entry.follow_up), "CNSR": np.where(event, 0, 1)}
        return ADTTE.name, held | {"AVALU": np.full(len(arm), "days")}
    if entry.sd is not None:
        return BDS.name, {"AVAL": level + entry.sd * stream.standard_normal(len(arm))}
    if ((level < 0) | (level > 1)).any():
        found = f"probabilities of {one_of([f'{one:g}' for one in of_arm.values()])}"
        do = "state the sd of a measure, or the follow_up of a time"
        raise _wrong(trial, f"endpoints.{name}", found, "probabilities from 0 to 1", do)
    event = stream.random(len(arm)) < level
    return BDS.name, {"AVAL": event.astype(float), "AVALC": np.where(event, "Y", "N")}


def _table(contract: Contract, parts: Sequence[Mapping[str, Any]], flags: Mapping[str, Any]) -> Any:
    """A table of the contract: what is not drawn is missing."""
    kinds = {column.name: TYPES.get(column.kind, pa.string()) for column in contract.columns}
    extra = dict.fromkeys([name for part in parts for name in part] or flags)
    names = [*kinds, *(name for name in extra if name not in kinds)]
    columns = {}
    for name in names:
        kind = kinds.get(name)
        made = [
            pa.array(part[name], type=kind)
            if name in part
            else pa.nulls(len(part["USUBJID"]), kind)
            for part in parts
        ]
        columns[name] = pa.chunked_array(made, type=kind or (None if made else pa.string()))
    return conform(pa.table(columns), contract, contract.name)


def _wrong(
    trial: SimulatedTrial, key: str, found: str, expected: str, do: str | None = None
) -> UserError:
    place = f"config/trials/{trial.name}/{FILE}: truths.{trial.truth}.{key}"
    return UserError(place, found=found, expected=expected, do=do)
