"""The stage derive: clean tables in; adsl, bds, adtte, occds and sources out."""

from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.config.load import Trial
from trialtrace.config.model import Endpoint
from trialtrace.contracts import ADSL, ADTTE, BDS, OCCDS, SOURCES, Contract, write_table
from trialtrace.endpoints.adsl import adsl_table, derive_adsl
from trialtrace.endpoints.assemble import data_set, edges, sources_table
from trialtrace.endpoints.registry import derivation, parents
from trialtrace.endpoints.study import Study, read_clean
from trialtrace.errors import Problem, UserError, one_of

if TYPE_CHECKING:
    import pyarrow as pa

RECORDED = (BDS, ADTTE, OCCDS)


def derive_datasets(trial: Trial, clean_dir: Path, out_dir: Path) -> None:
    """Derive the trial's data sets; always all five files, empty where there is nothing.

    Raises UserError where the clean data disagree with the configuration.
    """
    for contract, table in derive_tables(trial, clean_dir):
        write_table(Path(out_dir) / f"{contract.name}.parquet", table, contract)


def derive_tables(trial: Trial, clean_dir: Path) -> list[tuple[Contract, "pa.Table"]]:
    """The five tables, not yet sorted and written."""
    study = derive_study(trial, clean_dir)
    made = [(ADSL, adsl_table(trial, study.adsl))]
    found = edges(study, "adsl", [study.adsl], None)
    for contract in RECORDED:
        names = [n for n in trial.endpoints if study.made[n].dataset == contract.name]
        table, numbers = data_set(study, contract, names)
        made.append((contract, table))
        found += edges(study, contract.name, [study.made[name] for name in names], numbers)
    return [*made, (SOURCES, sources_table(found))]


def derive_study(trial: Trial, clean_dir: Path) -> Study:
    """ADSL, and every endpoint's records after those it is made from."""
    keys, table, adsl = derive_adsl(trial, read_clean(clean_dir, trial.subjects.table))
    study = Study(trial, Path(clean_dir), keys, adsl, {table.name: table})
    for endpoint in in_order(trial):
        derive = derivation(endpoint.kind, study.place(endpoint))
        study.made[endpoint.name] = derive(endpoint, study)
    return study


def in_order(trial: Trial) -> list[Endpoint]:
    """The endpoints, each after those it is made from."""
    done: dict[str, Endpoint] = {}
    waiting = dict(trial.endpoints)
    while waiting:
        ready = [e for e in waiting.values() if all(name in done for name in parents(e))]
        if not ready:
            raise UserError(
                Problem(
                    f"{trial.name}/endpoints.yaml",
                    found=f"endpoints made from themselves or from unknown ones: {one_of(waiting)}",
                    expected="`of` and `first_of` that lead to endpoints made from tables",
                )
            )
        for endpoint in ready:
            done[endpoint.name] = waiting.pop(endpoint.name)
    return list(done.values())
