"""Reads one configuration file."""

from pathlib import Path
from typing import Any

import yaml

from trialtrace.paths import Project


def read_yaml(at: Project, path: Path, schema: str) -> Any:
    """The content of a YAML file that its schema accepts."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
