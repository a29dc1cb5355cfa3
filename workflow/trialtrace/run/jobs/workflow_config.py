"""Snakemake's own configuration: --config, --configfile, and `config:` of a module.

Settings that stand there count in place of those of config/config.yaml, for this run and its jobs.
A key that nothing reads is refused by name, and so is a disclosure that shows more than the file.
"""

import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

from trialtrace.base.config.compose import compose_text
from trialtrace.base.config.files import read_yaml
from trialtrace.base.config.schema import validate
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.config.spec import keys_of
from trialtrace.base.errors import Problem, Problems, UserError, did_you_mean, one_of
from trialtrace.base.paths import Project
from trialtrace.run.trial.load import OF_RUN, with_settings
from trialtrace.run.trial.settings import SHOWN, Settings, shows_more

WHERE = "--config, --configfile or config of a module"
SETTINGS = "config/config.yaml"


# The executor of each profile of a cluster: the profile does not say it, a site's profile does.
EXECUTORS = {"slurm": "slurm", "lsf": "lsf", "pbs": "cluster-generic"}


@dataclass(frozen=True)
class WorkflowConfig:
    """What Snakemake's configuration may say to this workflow."""

    # Jobs that a multiverse or a simulation is divided into.
    parts: int = 2
    # The folder that has config/, where that is not the folder of the run.
    project: str | None = None
    # What the run is for, where it is not the analysis.
    purpose: str = ""
    # The image for --sdm apptainer.
    container: str = "trialtrace.sif"


KEYS = tuple(each.name for each in fields(WorkflowConfig))


def read_config(config: object) -> tuple[WorkflowConfig, dict[str, Any]]:
    """The keys of the workflow with their values, and the settings that are given.

    Raises UserError with every key that nothing reads, and every value that cannot be meant.
    """
    problems = Problems()
    if not isinstance(config, Mapping):
        problems.add(WHERE, found=repr(config), expected=f"a mapping with {one_of(KEYS)}")
        config = {}
    settings = {key: value for key, value in config.items() if key in keys_of(Settings)}
    own = {key: value for key, value in config.items() if key not in settings}
    for key, value in own.items():
        problem = _wrong_value(key, value) if key in KEYS else _not_read(str(key), value)
        problems.found += [problem] if problem else []
    problems.raise_if_any()
    return WorkflowConfig(**own), settings


def take_settings(at: Project, given: Mapping[str, Any]) -> None:
    """Have this process and its jobs read these settings in place of those of config.yaml.

    Raises UserError with every value that config.yaml could not have, and for a disclosure that
    shows more than the file does: whoever may lift it writes it there.
    """
    # What this process was started with is no setting of this run.
    os.environ.pop(OF_RUN, None)
    if not given:
        return
    data = read_yaml(at, at.config / "config.yaml", "config")
    document = compose_text(WHERE, yaml.safe_dump(with_settings(data, given), sort_keys=False))
    document.lines.clear()
    validate(document, schema_folder(), "config")
    found = [replace(one, place=one.place.replace(":1:1", "")) for one in document.in_order()]
    problems = Problems(found)
    asked, says = given.get("disclosure"), data["disclosure"]
    if asked in SHOWN and shows_more(asked, says):
        problems.add(
            f"{WHERE}: disclosure",
            "shows more than config.yaml does, which has the last word on that",
            found=asked,
            expected=f"{says}, or less",
            do=f"set disclosure in {SETTINGS}",
        )
    problems.raise_if_any()
    os.environ[OF_RUN] = json.dumps(given, sort_keys=True)


def check_executor(words: Collection[str], executor: str) -> None:
    """Raise UserError where a command has a cluster's profile, and its jobs would run here: before
    version 1.0 the profile named the executor."""
    paths = [Path(word.rpartition("=")[2]) for word in words]
    named = [path.name for path in paths if path.parent.name == "profiles"]
    if executor == "local" and (name := next((n for n in named if n in EXECUTORS), None)):
        raise UserError(
            f"--workflow-profile workflow/profiles/{name}",
            "no executor is named: every job would run on this machine",
            expected=f"--executor {EXECUTORS[name]}, or --profile with that of your site",
            do=f"add --executor {EXECUTORS[name]} --jobs 50 (docs/cluster.md)",
        )


def check_image(words: Collection[str]) -> None:
    """Raise UserError where a command asks for an image of the rules' conda environments: there are
    none, and what Snakemake would write has not one package."""
    if "--containerize" in words:
        raise UserError(
            "--containerize",
            "the rules have no conda environments to make an image of",
            do="build the image of bundle/trialtrace.def or bundle/Dockerfile "
            "(docs/installation.md, In a container)",
        )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number_of_parts(value: Any) -> bool:
    # For Python, true is 1.
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


# Key -> which of its values are right, what they are, and how to write one.
_VALUES: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "parts": (_is_number_of_parts, "a whole number, 1 or more", "write it as parts=7"),
    "project": (_is_text, "the path of a folder that has config/", "write 2026 as project=./2026"),
    "purpose": (_is_text, "blinded, or open or closed and a day", "see docs/blinded.md"),
    "container": (_is_text, "the path of an image", "leave it out for trialtrace.sif"),
}


def _wrong_value(key: str, value: object) -> Problem | None:
    is_right, expected, do = _VALUES[key]
    if is_right(value):
        return None
    found = "nothing" if value is None else repr(value)
    return Problem(f"{WHERE}: {key}", found=found, expected=expected, do=do)


def _not_read(key: str, value: object) -> Problem:
    settings = keys_of(Settings)
    if near := did_you_mean(key, (*KEYS, *settings)):
        do = near
    else:
        do = f"leave it out; settings of all trials are in {SETTINGS}, of one in config/trials/"
    message = "this key is not read here, and would change nothing"
    found = f"{key}: {value!r}"
    return Problem(
        f"{WHERE}: {key}", message, found=found, expected=one_of((*KEYS, *settings)), do=do
    )
