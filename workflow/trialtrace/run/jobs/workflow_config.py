"""Snakemake's own configuration: --config, --configfile, and `config:` of a module.

A key that is not read here is refused by name. It would change nothing, and who writes
disclosure=restricted would hand on a full report as a restricted one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from trialtrace.base.config.spec import keys_of
from trialtrace.base.errors import Problem, Problems, did_you_mean, one_of
from trialtrace.run.trial.settings import Settings

WHERE = "--config, --configfile or config of a module"
SETTINGS = "config/config.yaml"


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


def read_config(config: object) -> WorkflowConfig:
    """The keys of the workflow with their values.

    Raises UserError with every key that nothing reads, and every value that cannot be meant.
    """
    problems = Problems()
    if not isinstance(config, Mapping):
        problems.add(WHERE, found=repr(config), expected=f"a mapping with {one_of(KEYS)}")
        config = {}
    for key, value in config.items():
        problem = _wrong_value(key, value) if key in KEYS else _not_read(str(key), value)
        problems.found += [problem] if problem else []
    problems.raise_if_any()
    return WorkflowConfig(**config)


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
    if key in settings:
        do = f"set {key} in {SETTINGS}, which every run reads"
    elif near := did_you_mean(key, KEYS):
        do = near
    elif near := did_you_mean(key, settings):
        do = f"{near} That is set in {SETTINGS}, which every run reads"
    else:
        do = f"leave it out; settings of all trials are in {SETTINGS}, of one in config/trials/"
    message = "this key is not read here, and would change nothing"
    found = f"{key}: {value!r}"
    return Problem(f"{WHERE}: {key}", message, found=found, expected=one_of(KEYS), do=do)
