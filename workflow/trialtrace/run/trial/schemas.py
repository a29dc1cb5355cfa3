"""The files of a configuration: title, purpose and shape of each; their JSON Schemas, for editors
and for validation.

`python -m trialtrace.run.trial.schemas FOLDER` writes them. They need a process of their own: of
two equal choices in different orders `typing` gives the one that it has met first, so what else was
imported would count.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.meaning.mapping import MapFile
from trialtrace.audit.registry.pairs import PairsFile
from trialtrace.base.config.spec import (
    By,
    Hint,
    Made,
    Schema,
    Shared,
    is_shape,
    types_of,
    without_marks,
)
from trialtrace.base.config.spec_schema import definition, schema_of
from trialtrace.run.trial.amendments import AmendmentsFile
from trialtrace.run.trial.answers import AnswersFile
from trialtrace.run.trial.claims.file import ClaimsFile
from trialtrace.run.trial.cleaning import Cleaning
from trialtrace.run.trial.endpoints import registry as endpoints
from trialtrace.run.trial.instruments import registry as instruments
from trialtrace.run.trial.multiverse.file import MultiverseFile
from trialtrace.run.trial.plan.file import PlanFile
from trialtrace.run.trial.review import ReviewFile
from trialtrace.run.trial.settings import Settings
from trialtrace.run.trial.simulation.file import SimulationFile
from trialtrace.run.trial.study.file import TrialFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class File:
    """A file of the configuration: what it is called, what it is for, and its shape."""

    title: str
    means: str
    shape: Any


FILES = {
    "config": File("config/config.yaml", "Which trials run, and how.", Settings),
    "trial": File(
        "config/trials/<trial>/trial.yaml",
        "What the trial is: design, arms, source, tables, subjects, populations.",
        TrialFile,
    ),
    "cleaning": File(
        "config/trials/<trial>/cleaning.yaml",
        "What the dictionary has no place for.",
        Cleaning,
    ),
    "endpoints": File(
        "config/trials/<trial>/endpoints.yaml",
        "What is derived from the data: an entry an endpoint, in the order of the report.",
        endpoints.every_entry(),
    ),
    "plan": File("config/trials/<trial>/plan.yaml", "The statistical analysis plan.", PlanFile),
    "claims": File("config/trials/<trial>/claims.yaml", "Published numbers to audit.", ClaimsFile),
    "multiverse": File(
        "config/trials/<trial>/multiverse.yaml",
        "The choices that an analysis of the plan could have made; only of a trial that has them "
        "run together. See docs/multiverse.md.",
        MultiverseFile,
    ),
    "simulation": File(
        "config/trials/<trial>/simulation.yaml",
        "Truths under which trials are drawn and analysed; only with `source.kind: synthetic`. "
        "See docs/simulation.md.",
        SimulationFile,
    ),
    "amendments": File(
        "config/trials/<trial>/amendments.yaml",
        "Why the plan is another than the one that was frozen; only of a trial whose plan was. "
        "See docs/blinded.md.",
        AmendmentsFile,
    ),
    "review": File(
        "config/trials/<trial>/review.yaml",
        "What a data review decided of populations, deviations and values, before the arms were "
        "known; only of a trial that has one. See docs/blinded.md.",
        ReviewFile,
    ),
    "answers": File(
        "config/trials/<trial>/answers.yaml",
        "What `trialtrace new` was given and answered; only of a trial that it wrote. "
        "See docs/new-trial.md.",
        AnswersFile,
    ),
    "ledger": File(
        "a ledger of printed numbers, for trialtrace audit",
        "Published numbers of papers, without data.",
        LedgerFile,
    ),
    "map": File(
        "a map of a paper, for trialtrace read",
        "What the numbers of a paper mean, by ids of its texts. See docs/reading-papers.md.",
        MapFile,
    ),
    "pairs": File(
        "pairs of a ledger and a record, for trialtrace audit --record",
        "What groups and outcomes of a paper are in the record of its trial. "
        "See docs/reading-papers.md.",
        PairsFile,
    ),
}
# What several files refer to.
SHARED = {
    "common": File("Common", "What the other schemas share.", None),
    "instruments": File(
        "Instruments",
        "What an endpoint of kind instrument says, for each instrument.",
        instruments.every_entry(),
    ),
}


def shared_types(hint: Hint) -> Iterator[tuple[Shared, Hint]]:
    """Every type that a type refers to, itself or through another, each once."""
    seen: dict[Shared, Hint] = {}
    ahead, shapes = [hint], set()
    while ahead:
        bare, marks = without_marks(ahead.pop())
        shared = next((mark for mark in marks if isinstance(mark, Shared)), None)
        if shared in seen or bare in shapes:
            continue
        if shared:
            seen[shared] = Annotated[(bare, *marks)]
        if is_shape(bare):
            shapes.add(bare)
            ahead += types_of(bare).values()
        else:
            ahead += [arg for arg in get_args(bare) if arg is not Ellipsis]
        for mark in marks:
            if isinstance(mark, By):
                ahead += (mark.each or {}).values()
            elif isinstance(mark, Made):
                ahead += mark.within()
    yield from seen.items()


def schemas() -> dict[str, Schema]:
    """The JSON Schema of every file, and those that they share."""
    shared = {mark: hint for file in FILES.values() for mark, hint in shared_types(file.shape)}
    made = {}
    for name, file in (FILES | SHARED).items():
        head = {
            "$schema": _DIALECT,
            "$id": f"{name}.schema.json",
            "title": file.title,
            "description": file.means,
        }
        body = {"type": "object"} if name in SHARED else schema_of(file.shape)
        told_here = {
            mark.name: definition(hint) for mark, hint in shared.items() if mark.file == name
        }
        made[name] = head | body | ({"$defs": dict(sorted(told_here.items()))} if told_here else {})
    return made


def texts() -> dict[str, str]:
    """The files of schemas by their names."""
    return {
        f"{name}.schema.json": f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n"
        for name, schema in schemas().items()
    }


if __name__ == "__main__":
    for name, text in texts().items():
        Path(sys.argv[1], name).write_text(text, encoding="utf-8")
