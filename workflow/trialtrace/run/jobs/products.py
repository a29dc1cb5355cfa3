"""What each job made, by content: a record a job, held against the files before they are used.

A job of the workflow ends by writing its record: the hash of the code and configuration that it
came from, a digest of every input, and the sha256 of every file that it made. From the records
follows what is to do, whatever the times of the files say: a job is done where its record is there,
fits code, configuration and inputs, and every file is there. A file whose content is not what its
job wrote is a mistake that stops the run, never an input.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import sha256_bytes, sha256_file, write_json
from trialtrace.run.tables.contracts.definitions import VERSION

# Files beside those of a job that differ from run to run.
VOLATILE = ("run.json", "changes.html", ".snakemake_timestamp")
FOLDER = "made"
# Folders of what runs where it is asked for.
APART = ("multiverse", "simulation")
OTHERS = 0o044

Contents = dict[str, str]


@dataclass(frozen=True)
class Made:
    """What a job came from and what it made. Paths are those of the rules, from the root.

    `fresh` is the hash of its code and configuration. `inputs` has a digest for each file or folder
    that it read; `outputs`, for each that it made, the sha256 of every file there. `contract` is
    the version of the contracts that its tables keep; a record that names none is of the first.
    """

    rule: str
    fresh: str
    inputs: dict[str, str]
    outputs: dict[str, Contents]
    contract: int = 1


def record_path(rule: str, trial: str | None) -> str:
    """Where a job's record stands; the site, of all trials, has no trial."""
    return f"results/{trial}/{FOLDER}/{rule}.json" if trial else f"results/{rule}.json"


def read_record(path: Path) -> Made | None:
    """A job's record; None where there is none, or it is not whole. Raises UserError where this
    user may not read it."""
    try:
        return Made(**json.loads(path.read_bytes()))
    except PermissionError:
        raise UserError(_denied(path)) from None
    except (OSError, ValueError, TypeError):
        return None


def write_record(
    root: Path, path: str, origin: tuple[str, str], inputs: Iterable[str], outputs: Iterable[str]
) -> None:
    """Record what a job read and made; `origin` is its rule and hash. Raises UserError.

    Where only the owner enters a folder that was read or written, only the owner reads the hashes:
    those of a small table can be found by trying.
    """
    read = {one: together(contents(root, one)) for one in inputs}
    made = {output: contents(root, output) for output in outputs}
    shared = all(_folder(root / one).stat().st_mode & OTHERS for one in (*read, *made))
    mode = 0o644 if shared else 0o600
    write_json(root / path, asdict(Made(*origin, read, made, VERSION)), mode)


def _folder(path: Path) -> Path:
    """A folder, or the nearest around a file that is there."""
    while not path.is_dir():
        path = path.parent
    return path


def contents(root: Path, path: str) -> Contents:
    """The sha256 of a file, or of every file in a folder, by their paths from the root."""
    return {name: sha256_file(root / name) for name in _files(root, path)}


def _files(root: Path, path: str) -> list[str]:
    """The file at a path, or the files in the folder there, but for those that are volatile."""
    place = root / path
    below = sorted(place.rglob("*")) if place.is_dir() else [place]
    found = (one for one in below if one.is_file() and one.name not in VOLATILE)
    return [one.relative_to(root).as_posix() for one in found]


def together(files: Contents) -> str:
    """One digest over files and their contents."""
    return sha256_bytes("".join(f"{name}\0{files[name]}\n" for name in sorted(files)).encode())


def check_inputs(root: Path, inputs: Iterable[str], records: Iterable[str]) -> None:
    """Every input is what the job before wrote. Raises UserError with the first file that is not.

    `records` are the paths of the records of the jobs that made them.
    """
    known = [product for path in records if (product := read_record(root / path))]
    written = {path: (made, files) for made in known for path, files in made.outputs.items()}
    for one in inputs:
        if one not in written:
            page, make = _maker(one)
            do = f'delete it, and it is made again: rm -r "{one}"{page}; {make}'
            raise UserError(one, "no record says which job wrote this", do=do)
        made, files = written[one]
        for name in altered(root, files):
            raise UserError(edited(root, name, made.rule))


def altered(root: Path, files: Contents) -> Iterator[str]:
    """The files whose content is another, or that are not there. Raises UserError where this user
    may not read one."""
    for name, digest in files.items():
        try:
            same = sha256_file(root / name) == digest
        except PermissionError:
            raise UserError(_denied(root / name)) from None
        except OSError:
            same = False
        if not same:
            yield name


def _denied(path: Path) -> Problem:
    """A file that is of another user."""
    do = "ask its owner, or ask again as the user who ran the workflow"
    return Problem(str(path), "permission denied: this user may not read it", do=do)


def edited(root: Path, name: str, rule: str) -> Problem:
    """A file whose content is not what its job wrote, or that is not there."""
    page, make = _maker(name)
    if not (root / name).exists():
        do = f"rm{page}; {make}" if page else make
        return Problem(name, f"is gone, which {rule} wrote", do=f"{do}, which makes it again")
    return Problem(
        name,
        f"is not what {rule} wrote: something else has changed it since",
        expected="every file of results/ and site/ as the workflow wrote it",
        do=f'delete it, and it is made again: rm "{name}"{page}; {make}',
    )


def _maker(name: str) -> tuple[str, str]:
    """What has to go beside a file so that it is made again, if anything, and what makes it.

    A page of what runs where it is asked for is asked for itself: while it is there, nothing that
    it is made from is missed.
    """
    top, trial, stage = (*Path(name).parts, "", "", "")[:3]
    if top != "results" or stage not in APART:
        return "", "trialtrace run"
    page = Path(top, trial, stage, f"{stage}.html").as_posix()
    return f' "{page}"' if page != name else "", f"trialtrace run {trial} --{stage}"
