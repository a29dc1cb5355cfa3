"""The export for a blinded run: arms permuted, columns that reveal them emptied.

Arms are exchanged between patients of a stratum or block, so that each has as many of an arm as in
truth; where a patient has every treatment, within the patient; of a trial of clusters, whole
clusters. The seed follows from the export and the key of hashes, which nobody has who has the
blinded run alone: without a key all arrangements could be tried.
"""

import hmac
from collections.abc import Callable
from math import lgamma, log

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import Problems, UserError, one_of
from trialtrace.run.blinding.known import Known, known, with_cells, with_warnings, without_reveals
from trialtrace.run.blinding.reveals import NEARLY_ALL, told_arms
from trialtrace.run.cleaning.values import WHOLE_CODE
from trialtrace.run.endpoints.adsl import OWN_TREATMENT
from trialtrace.run.sources.raw import RawTable
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cleaning import CheckExpect
from trialtrace.run.trial.hash_key import key_of_hidden
from trialtrace.run.trial.load import Trial, arm_columns, load_settings
from trialtrace.run.trial.model import adsl_code

# Fewer arrangements than a machine can try: who has the file's hash could find the one.
FEWEST_BITS = 64


def seen(trial: Trial, tables: list[RawTable]) -> list[RawTable]:
    """The raw tables with permuted arms. Raises UserError where cleaning would, and for a trial
    of clusters that does not say what was randomised."""
    whole = known(trial, tables)
    rng = _generator(trial, whole)
    draw = _exchanged if trial.design.kind in OWN_TREATMENT else _permuted
    cells, bits = draw(whole, rng)
    _refuse_telling_checks(trial, cells)
    warnings = list(told_arms(whole))
    if bits < FEWEST_BITS:
        warnings.append(
            "The strata leave so few arrangements of the arms that all could be tried "
            f"(2 to the power of {bits:.0f}): who has a hash of the export could find the true one."
        )
    first = trial.tables[trial.subjects.table].of
    made = []
    for table in tables:
        hidden = with_cells(without_reveals(trial, table), cells.get(table.name, {}))
        made.append(with_warnings(hidden, *warnings) if table.name == first else hidden)
    return made


def _refuse_telling_checks(trial: Trial, cells: "Cells") -> None:
    """A check that holds the arm against other columns tells it, and breaks with permuted arms,
    but for those that are exchanged with them."""
    problems = Problems()
    for name, check in trial.cleaning.checks.items():
        if not isinstance(check, CheckExpect):
            continue
        arms = set(arm_columns(trial, trial.tables[check.table]))
        beside = {one: (by.table, by.column or "rows") for one, by in check.beside.items()}
        used = {*columns_of(check.expect), *columns_of(check.where or {})}
        others = [beside.get(one, (check.table, one)) for one in {*used - arms, *beside}]
        hidden = [
            column in trial.cleaning.tables[table].reveals_arm
            or column in cells.get(trial.tables[table].of, {})
            for table, column in others
        ]
        if used & arms and others and not any(hidden):
            told = sorted(f"{table}.{column}" for table, column in others)
            problems.add(
                f"{trial.name}: cleaning.yaml: checks.{name}",
                f"holds the arm against {one_of(told)}, which so reveal it",
                expected="one of these among reveals_arm of its table",
            )
    problems.raise_if_any()


def _generator(trial: Trial, whole: Known) -> np.random.Generator:
    settings = load_settings(trial.at)
    key, first = key_of_hidden(trial, settings), f"{settings.seed}\0{trial.name}"
    digest = hmac.new(key, first.encode(), "sha256")
    for name, table in whole.raw.items():
        digest.update(name.encode())
        for column in table.column_names:
            digest.update(f"\0{column}\0".encode())
            for cell in table[column].to_pylist():
                digest.update(f"{cell}\n".encode())
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest.digest())))


# By chance half of the patients or more have another row of an arm than before.
MOVED = 0.2
Cells = dict[str, dict[str, np.ndarray]]


def _permuted(whole: Known, rng: np.random.Generator) -> tuple[Cells, float]:
    """The cells of arms by raw table and column, and the bits of the arrangements there are."""
    trial = whole.trial
    keys, adsl = whole.adsl
    arms = np.array(adsl.columns["TRT01P"].to_pylist(), dtype=object)
    there = np.flatnonzero([arm is not None for arm in arms])
    unit = _units(whole, arms, there)
    first = np.unique(unit, return_index=True)[1]
    arm_of = arms[there][first]
    stratum = _strata(whole, arm_of, there[first])
    made, bits = arm_of.copy(), 0.0
    for one in np.unique(stratum):
        own = np.flatnonzero(stratum == one)
        made[own] = rng.permutation(arm_of[own])
        sizes = np.unique(arm_of[own], return_counts=True)[1]
        bits += (lgamma(len(own) + 1) - sum(lgamma(size + 1) for size in sizes)) / log(2)
    code = {arm.name: arm.code for arm in trial.design.arms.values()}
    names = keys.to_pylist()
    new = {names[at]: code[made[number]] for at, number in zip(there, unit, strict=True)}
    return _filled(whole, lambda subject, _: new.get(subject, "")), bits


def _units(whole: Known, arms: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The number of what was randomised, of each subject with an arm: itself, or its cluster."""
    design = whole.trial.design
    if design.unit is None and design.kind != "cluster":
        return np.arange(len(there))
    place = f"{whole.trial.name}: trial.yaml: design"
    if design.unit is None:
        raise UserError(
            f"{place}.unit",
            "is not there: arms of a trial of clusters are permuted between whole clusters",
            expected="the variable of `subjects` that tells the cluster",
        )
    values = whole.adsl[1].columns[adsl_code(design.unit)].take(pa.array(there))
    unit = np.unique(np.array(values.to_pylist(), dtype=str), return_inverse=True)[1]
    mixed = sum(len(set(arms[there][unit == one])) > 1 for one in np.unique(unit))
    if mixed:
        raise UserError(f"{place}.unit", f"{mixed} of {unit.max() + 1} have patients of two arms")
    return unit


def _strata(whole: Known, arm: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The number of the stratum, and the block in it, of each unit.

    Those whose units all have one arm would keep it, and are one stratum together; where they have
    one arm together, with the largest of the others.
    """
    design, columns = whole.trial.design, whole.adsl[1].columns
    by = [*design.strata, *([design.block] if design.block else [])]
    lacking = [name for name in by if adsl_code(name) not in columns]
    if lacking:
        raise UserError(
            f"{whole.trial.name}: trial.yaml: design.randomisation",
            found=one_of(lacking),
            expected="variables of `subjects`",
        )
    values = [columns[adsl_code(name)].take(pa.array(at)).to_pylist() for name in by]
    labels = np.array([repr(one) for one in zip(*values, strict=True)] if by else [""] * len(at))
    stratum = np.unique(labels, return_inverse=True)[1]
    single = [one for one in np.unique(stratum) if len(set(arm[stratum == one])) == 1]
    stratum = np.where(np.isin(stratum, single), -1, stratum)
    others, sizes = np.unique(stratum[stratum >= 0], return_counts=True)
    if len(set(arm[stratum == -1])) == 1 and len(others):
        stratum[stratum == -1] = others[sizes.argmax()]
    return stratum


def _exchanged(whole: Known, rng: np.random.Generator) -> tuple[Cells, float]:
    """The same where a patient has every treatment: what the arms are called is drawn anew for each
    patient, in all rows alike."""
    codes = [arm.code for arm in whole.trial.design.arms.values()]
    spelt = _spelt(whole)
    names = whole.adsl[0].to_pylist()
    new = {name: dict(zip(codes, rng.permutation(codes), strict=True)) for name in names}

    def exchanged(subject: str | None, cell: str) -> str:
        return str(new[subject].get(spelt(cell), "")) if subject in new else ""

    cells = _filled(whole, exchanged)
    sides = cells.setdefault(whole.trial.tables[whole.trial.subjects.table].of, {})
    sides |= {name: np.array(of, dtype=object) for name, of in _sides(whole, cells).items()}
    return cells, len(names) * lgamma(len(codes) + 1) / log(2)


def _spelt(whole: Known) -> Callable[[str | None], str]:
    """Gives the code of the arm that a cell means; nothing of another."""
    arms = whole.trial.design.arms.values()
    spelt = {WHOLE_CODE.sub(r"\1", code): arm.code for arm in arms for code in arm.codes}
    return lambda cell: spelt.get(WHOLE_CODE.sub(r"\1", (cell or "").strip()), "")


def _sides(whole: Known, cells: Cells) -> dict[str, list[str | None]]:
    """Columns of a patient that say which of his rows had an arm, such as the side that was
    treated: what another column has in these rows, of nearly every patient; as it is with the new
    arms."""
    table = whole.trial.tables[whole.trial.subjects.table]
    own, patients = whole.raw[table.of], whole.subjects(table.name).tolist()
    made: dict[str, list[str | None]] = {}
    said = {name: own[name].to_pylist() for name in whole.trial.dictionary[table.name]}
    for raw, column, name in whole.arm_cells():
        rows, there = whole.subjects(name).tolist(), whole.raw[raw]
        truth, now = [*map(_spelt(whole), there[column].to_pylist())], cells[raw][column].tolist()
        for place in whole.trial.dictionary[name]:
            values = there[place].to_pylist()
            for arm in sorted({*truth} - {""}) if place != column else ():
                before, after = (_mostly(rows, values, of, arm) for of in (truth, now))
                moved = [after.get(who) != value for who, value in before.items()]
                if np.mean(moved or [False]) < MOVED:
                    # Alike in all rows of a patient, but for slips: it tells no arm from another.
                    continue
                for one, cell in said.items():
                    pairs = zip(patients, cell, strict=True)
                    alike = [before[who] == text for who, text in pairs if who in before and text]
                    if len({*before.values()}) > 1 and np.mean(alike or [0]) >= NEARLY_ALL:
                        made[one] = [*map(after.get, patients, made.get(one, cell))]
    return made


def _mostly(
    rows: list[str | None], values: list[str], arms: list[str], arm: str
) -> dict[str | None, str]:
    """Of each patient what most of his rows of an arm have."""
    found: dict[str | None, list[str]] = {}
    for who, value, of in zip(rows, values, arms, strict=True):
        if of == arm and who is not None:
            found.setdefault(who, []).append(value)
    return {who: max(sorted({*each}), key=each.count) for who, each in found.items()}


def _filled(whole: Known, arm_of: Callable[[str | None, str], str]) -> Cells:
    """Every cell of arms by `arm_of(subject, cell)`; nothing of rows without a known subject."""
    made: Cells = {}
    for raw, column, table in whole.arm_cells():
        subjects = whole.subjects(table)
        cells = [str(cell or "").strip() for cell in whole.raw[raw][column].to_pylist()]
        new = [arm_of(subject, cell) for subject, cell in zip(subjects, cells, strict=True)]
        before = made.setdefault(raw, {}).get(column, np.full(len(new), "", dtype=object))
        made[raw][column] = np.where(before == "", np.array(new, dtype=object), before)
    return made
