"""A run as a research object: a folder by RO-Crate's profile of workflow runs, with SHA256SUMS.

Under full disclosure it holds the run whole: data files, configuration, code of the rules, tables
and report. Under restricted disclosure no row of a patient leaves: report, code and lock, and the
names of the rest. What is for everyone has the released results in place of the report, and neither
the names nor the hash of the run, which is over rows. `trialtrace verify FOLDER` holds it against
its sums.

References: RO-Crate 1.1; Workflow Run RO-Crate 0.5 (Leo et al. 2024, PLoS One 19:e0309210).
"""

import json
import mimetypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import trialtrace
from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes, sha256_file, write_bytes, write_json
from trialtrace.run.jobs.run_state import read_run
from trialtrace.run.trace.seal import Parts, configuration_files
from trialtrace.run.trial.load import Trial, load_settings
from trialtrace.run.trial.study.source import Files

METADATA, SUMS, SIGNATURE = "ro-crate-metadata.json", "SHA256SUMS", "SHA256SUMS.sig"
README = "README.md"
NAMESPACE = "trialtrace"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# Of Workflow Run Crate's own context, the one term that is used here.
TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
WORKFLOW = "Snakefile"
# What of the code says how a run is made; the package is named by its version and hashes.
CODE = (WORKFLOW, "workflow/Snakefile", "workflow/rules", "scripts", "requirements.lock", "LICENSE")
LICENCE = (
    "The workflow is under Apache-2.0. For data and report no licence is stated: ask those who "
    "answer for the trial."
)
RESULTS = ("raw", "clean", "derived", "analysis", "audit", "report")
SHARED = {"restricted": ("report",), "public": ()}
PUBLIC = "results/public"
WITHOUT = {
    "restricted": "Restricted: no data and no table of patients is in it, and of the configuration "
    "what the report shows.",
    "public": "Public: no data, no table of patients, no configuration and no report is in it, but "
    "results by a rule for small counts.",
}
NONE: Mapping[str, bytes] = {}
Entity = dict[str, object]


def write_crate(
    trial: Trial, folder: Path, key: str | None = None, released: Mapping[str, bytes] = NONE
) -> str:
    """Write the crate of the last run into a new folder, of files that are `released` of it where
    there are some; returns the sha256 of its sums.

    Raises UserError for a folder that is there, or a key that does not sign.
    """
    at = trial.at
    if os.path.lexists(folder):
        raise UserError(str(folder), "is there already", do="name a new folder")
    if folder.resolve().is_relative_to(at.results.resolve()):
        what = "lies in the results, and would be a part of them"
        raise UserError(str(folder), what, do="name one elsewhere")
    disclosure = "public" if released else trial.disclosure(load_settings(at))
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        for source, name in _files(at, trial, disclosure):
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, partial / name)
        for name, data in released.items():
            (partial / PUBLIC).mkdir(parents=True, exist_ok=True)
            write_bytes(partial / PUBLIC / name, data)
        write_bytes(partial / README, _readme(trial, disclosure).encode())
        write_json(partial / METADATA, _metadata(trial, partial, disclosure))
        sums = "".join(f"{sha256_file(partial / name)}  {name}\n" for name in listed(partial))
        write_bytes(partial / SUMS, sums.encode())
        if key:
            _sign(partial / SUMS, key)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return sha256_file(folder / SUMS)


def _readme(trial: Trial, disclosure: str) -> str:
    """What it is, and how it is checked."""
    lines = [f"# {trial.title}", "", f"A run of {trial.name} by trialtrace, as a research object."]
    lines += _notes(trial, disclosure)
    lines += [
        "",
        "`sha256sum -c SHA256SUMS` checks the files; `trialtrace verify .` finds files that",
    ]
    first = f"{PUBLIC}/index.html" if disclosure == "public" else "results/report/summary.html"
    lines += [f"are not listed too, and checks a signature. Begin with {first}."]
    return "\n".join([*lines, ""])


def _notes(trial: Trial, disclosure: str) -> list[str]:
    notes = ["SYNTHETIC: no row of it is a patient."] if trial.synthetic else []
    return notes + ([WITHOUT[disclosure]] if disclosure in WITHOUT else [])


def listed(folder: Path) -> list[str]:
    """The files of a crate that its sums list."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if _is_file(path))
    return sorted(name for name in names if name not in (SUMS, SIGNATURE))


def _is_file(path: Path) -> bool:
    """A link is one: it is no folder of the crate."""
    return path.is_symlink() or path.is_file()


def _files(at: Project, trial: Trial, disclosure: str) -> Iterator[tuple[Path, str]]:
    """Each file that goes into the crate, and its path there."""
    for name in CODE:
        yield from _below(at.code.root / name, name)
    results = at.results / trial.name
    for name in SHARED.get(disclosure, RESULTS):
        yield from _below(results / name, f"results/{name}")
    if disclosure == "full":
        yield at.config / "config.yaml", "config/config.yaml"
        own = at.trial_config(trial.name)
        yield from _below(own, own.relative_to(at.root).as_posix())
        for name in configuration_files(trial):
            if not (at.root / name).is_relative_to(own):
                yield at.root / name, name
        yield from _below(at.reports / trial.name, f"reports/{trial.name}")
        # Some are code of a report.
        beside = (path for path in at.reports.glob("[!.]*") if path.is_file())
        yield from ((path, f"reports/{path.name}") for path in sorted(beside))
        if at.assets.resolve() != at.code.assets.resolve():
            yield from _below(at.assets, "reports/assets")
        yield from _data(at, trial)


def _below(path: Path, name: str) -> Iterator[tuple[Path, str]]:
    if path.is_file():
        yield path, name
    for one in sorted(path.rglob("*")):
        parts = one.relative_to(path).parts
        if one.is_file() and not any(part.startswith((".", "__")) for part in parts):
            yield one, f"{name}/{one.relative_to(path).as_posix()}"


def _data(at: Project, trial: Trial) -> Iterator[tuple[Path, str]]:
    source = trial.source
    if isinstance(source, Files):
        for item in source.items.values():
            path = at.root / source.folder / item.path
            if path.is_file():
                yield path, f"data/{item.path}"


def _metadata(trial: Trial, folder: Path, disclosure: str) -> Entity:
    """ro-crate-metadata.json: the crate, its workflow, the run, and every file."""
    names = listed(folder)
    run = read_run(trial.at.results / trial.name) or {}
    inputs = [name for name in names if name.startswith(("config/", "data/", "reports/"))]
    outputs = [name for name in names if name.startswith("results/")]
    made = run.get("ended", "1970-01-01T00:00:00+00:00")
    seal = json.loads((trial.at.results / trial.name / "seal.json").read_text(encoding="utf-8"))
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": [
                {"@id": "https://w3id.org/ro/crate/1.1"},
                {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"},
            ],
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": trial.title,
            "description": " ".join([trial.question, *_notes(trial, disclosure)]),
            "datePublished": made,
            "license": LICENCE,
            "conformsTo": [{"@id": one} for one in PROFILES],
            "hasPart": [{"@id": name} for name in names if name != METADATA],
            "mainEntity": {"@id": WORKFLOW},
            "mentions": {"@id": "#run"},
            **({"identifier": seal["seal"]} if seal["seal"] and disclosure != "public" else {}),
        },
        *_run(trial, run, inputs, outputs, disclosure),
        *(
            {"@id": one, "@type": "CreativeWork", "name": name, "version": version}
            for one, (name, version) in PROFILES.items()
        ),
        *(_parts(seal["parts"], full=disclosure == "full") if disclosure != "public" else ()),
        *(_file(folder, name) for name in names if name not in (METADATA, WORKFLOW)),
    ]
    return {"@context": [CONTEXT, TERMS], "@graph": graph}


def _run(
    trial: Trial, run: Entity, inputs: list[str], outputs: list[str], disclosure: str
) -> Iterator[Entity]:
    """The workflow, its language, and the action that is the run."""
    code = trial.at.code.root / WORKFLOW
    yield {
        "@id": WORKFLOW,
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "trialtrace",
        "version": trialtrace.__version__,
        "programmingLanguage": {"@id": "#snakemake"},
        "license": "https://spdx.org/licenses/Apache-2.0",
        "encodingFormat": "text/plain",
        "contentSize": str(code.stat().st_size),
        "sha256": sha256_file(code),
    }
    yield {
        "@id": "#snakemake",
        "@type": "ComputerLanguage",
        "name": "Snakemake",
        "url": {"@id": "https://snakemake.readthedocs.io"},
        "version": _texts(run, "versions").get("snakemake", ""),
    }
    stated = described_run(run) | {
        "seed": load_settings(trial.at).seed,
        "disclosure": disclosure,
        "synthetic": trial.synthetic,
    }
    values = {f"#{name.replace(' ', '-')}": (name, one) for name, one in stated.items()}
    yield {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run of {trial.name}",
        "description": "From the raw export to the report, each result recomputed by other code.",
        "instrument": {"@id": WORKFLOW},
        "startTime": run.get("began", ""),
        "endTime": run.get("ended", ""),
        "object": [{"@id": name} for name in [*inputs, *values]],
        "result": [{"@id": name} for name in outputs],
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    for place, (name, one) in values.items():
        yield {"@id": place, "@type": "PropertyValue", "name": name, "value": str(one)}


def described_run(run: Entity) -> Entity:
    """What run.json says of how it was made, by the names of a crate's description."""
    return {
        "commit": run.get("commit"),
        "files differ from the commit": run.get("dirty"),
        "renderer": run.get("renderer"),
        "python": run.get("python"),
        **{f"version of {name}": one for name, one in _texts(run, "versions").items()},
        **{f"code of {stage}": one for stage, one in _texts(run, "code").items()},
    }


def _texts(run: Entity, key: str) -> dict[str, str]:
    """A part of run.json that has a text by its name."""
    found = run.get(key)
    return found if isinstance(found, dict) else {}


def _parts(parts: Parts, *, full: bool) -> Iterator[Entity]:
    """What the hash of the run is over: of what may not be shown its names alone, since the file of
    a small table is found from its hash by trying."""
    for kind, files in (("data", parts["data"]), ("configuration", parts["configuration"])):
        for name, digest in files.items():
            of: Entity = {
                "@id": f"#{kind}-{name}",
                "@type": "PropertyValue",
                "name": f"{kind} {name}",
            }
            yield of | {"value": digest if full else "of a file that is not in this crate"}


def _file(folder: Path, name: str) -> Entity:
    path = folder / name
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    about: Entity = {"about": {"@id": "./"}} if name == README else {}
    return about | {
        "@id": name,
        "@type": "File",
        "name": name,
        "contentSize": str(path.stat().st_size),
        "encodingFormat": kind,
        "sha256": sha256_bytes(path.read_bytes()),
    }


def _sign(sums: Path, key: str) -> None:
    command = ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", key, str(sums)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        raise UserError("ssh-keygen", "is not there", do="install openssh-client") from None
    if done.returncode:
        raise UserError(f"--sign {key}", "does not sign", found=done.stderr.strip())
