"""The mini trial with its report in all formats, its records and its run in the archive."""

import io
import shutil
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import mini_run
import mini_trial
import pytest
from shared_folder import shared

from trialtrace.base.paths import Project, project
from trialtrace.report.report import render_report
from trialtrace.run.archive.keep import keep_run
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.products import record_path, write_record
from trialtrace.run.jobs.stages import RENDER, STAGES
from trialtrace.run.trial.load import load_settings, load_trial

FOLDER = "results/mini"
READ = [one for stage in mini_run.STAGES.values() for one in stage[1]]


def make(root: Path, disclosure: str = "full") -> Project:
    """As a run of the workflow leaves it."""
    at = mini_run.write_mini(root)
    config = at.config / "config.yaml"
    text = config.read_text().replace("by_source", disclosure)
    config.write_text(text.replace("[html]", "[html, docx, pdf]"))
    for name in ("scripts", "requirements.lock", "workflow"):
        (root / name).symlink_to(mini_trial.REPOSITORY / name)
    run(at)
    return at


def made(temporary: pytest.TempPathFactory, disclosure: str = "full") -> Project:
    """The same, made once for all processes of a run of tests, which read it."""
    return project(shared(f"mini-{disclosure}", temporary, partial(make, disclosure=disclosure)))


def copied(temporary: pytest.TempPathFactory, root: Path, disclosure: str = "full") -> Project:
    """The same, for a test to change."""
    at = made(temporary, disclosure)
    shutil.copytree(at.root, root, symlinks=True, dirs_exist_ok=True)
    return project(root)


def run(at: Project) -> None:
    """Every stage, records and archive, of the files as they stand."""
    trial = load_trial("mini", at)
    mini_run.run_stages(trial, at.results / "mini", at)
    fresh = freshness(at)
    codes = {rule: fresh.code(rule, "mini") for rule in STAGES}
    render_report(trial, load_settings(at), at.results / "mini", codes)
    inputs = [f"{FOLDER}/{one}" for one in READ]
    made = [f"{FOLDER}/report", f"{FOLDER}/quarto", f"{FOLDER}/seal.json"]
    origin = (RENDER, fresh.job(RENDER, "mini"))
    write_record(at.root, record_path(RENDER, "mini"), origin, inputs, made)
    keep_run(at, "mini", fresh)


def repacked(data: bytes, change: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """A DOCX as another program saves it: parts in another order, packed otherwise."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(parts, reverse=True):
            content = change(name, parts[name]) if change else parts[name]
            packing = zipfile.ZIP_STORED if len(name) % 2 else zipfile.ZIP_DEFLATED
            entry = zipfile.ZipInfo(name, (2021, 3, 4, 5, 6, 8))
            archive.writestr(entry, content, packing)
    return buffer.getvalue()
