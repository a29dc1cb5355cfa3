"""The data files of a trial, as a run sees them: which they are, what they hold, whether pinned."""

import hmac
import os
from functools import lru_cache
from pathlib import Path

from trialtrace.base.errors import Problems, UserError, one_of
from trialtrace.base.store import make_folder, sha256_file
from trialtrace.run.trial.hash_key import key_of_hidden
from trialtrace.run.trial.load import Trial, load_settings
from trialtrace.run.trial.study.source import Files

# Folder of a trial's results with links to its data files.
INPUTS = "inputs"


def data_files(trial: Trial) -> dict[Path, str | None]:
    """Each data file of a `files` source, from the project's root -> the hash it is pinned to."""
    source = trial.source
    if not isinstance(source, Files):
        return {}
    return {Path(source.folder, item.path): item.sha256 for item in source.items.values()}


def data_links(trial: Trial) -> dict[Path, Path]:
    """Where a run finds each data file, from the folder that it writes to -> where that lies.

    A link has the name of its item: names of files and folders may tell what restricted disclosure
    keeps, and Snakemake writes those of inputs into its logs and reports. A run that hides the arms
    has none: Snakemake keeps a plain hash of each input, against which the arms could be tried.
    """
    source = trial.source
    if not isinstance(source, Files) or trial.at.purpose.hides_arms:
        return {}
    folder = Path("results", trial.name, INPUTS)
    return {
        folder / item: trial.at.root / source.folder / one.path
        for item, one in source.items.items()
    }


def link_data(trial: Trial) -> None:
    """Make the links to a trial's data files; those that lead elsewhere are made anew."""
    links = data_links(trial)
    for name, path in links.items():
        link, leads_to = trial.at.made / name, os.path.relpath(path, (trial.at.made / name).parent)
        if not link.is_symlink() or link.readlink() != Path(leads_to):
            make_folder(link.parent, trial.private)
            link.unlink(missing_ok=True)
            link.symlink_to(leads_to)


@lru_cache(maxsize=256)
def data_digest(path: Path) -> str:
    """The sha256 of a data file as it was at the start of this process."""
    return sha256_file(path)


def data_digests(trial: Trial) -> list[str]:
    """The sha256 of each data file; a file that is not there has a word of its own. Of a run that
    hides the arms by the key of hashes, since it keeps what is made of them."""
    files = (trial.at.root / path for path in data_files(trial))
    digests = [data_digest(path) if path.is_file() else "missing" for path in files]
    if not trial.at.purpose.hides_arms:
        return digests
    key = key_of_hidden(trial, load_settings(trial.at))
    return [hmac.digest(key, digest.encode(), "sha256").hex() for digest in digests]


def check_data(trial: Trial, problems: Problems) -> None:
    """A data file that is not there, or is not the one that was pinned, is no reason to rerun.

    It is called by its item: where it lies and its name stay in trial.yaml.
    """
    source = trial.source
    if not isinstance(source, Files):
        return
    for item, one in source.items.items():
        place, pinned = f"{trial.name}: data file of the item {item}", one.sha256
        try:
            found = data_digest(trial.at.root / source.folder / one.path)
        except FileNotFoundError:
            do = f"put it where trial.yaml says, or mend source.items.{item}.path there"
            problems.add(place, "is not there", do=do)
            continue
        except OSError as error:
            do = "name a file that you may read"
            problems.add(place, f"cannot be read: {error.strerror}", do=do)
            continue
        if pinned and pinned != found:
            problems.add(
                place,
                "is not the file that was pinned",
                found=f"sha256 {found}",
                expected=f"sha256 {pinned}",
                do="bring back the pinned file, or pin the hash of the new one in trial.yaml",
            )


def check_purpose(trial: Trial, problems: Problems) -> None:
    """What a run that is not the analysis asks of a trial: the key that hides arms, a cut of the
    plan."""
    purpose, cuts = trial.at.purpose, trial.document("plan").get("cuts")
    if purpose.cut and cuts and purpose.cut not in cuts:
        expected = f"one of the cuts of plan.yaml: {one_of(cuts)}"
        problems.add(f"{trial.name}: data cut", found=purpose.cut, expected=expected)
    if not purpose.hides_arms:
        return
    items = trial.source.items if isinstance(trial.source, Files) else {}
    for name, item in items.items() if trial.private else ():
        if item.sha256:
            place = f"{trial.name}: trial.yaml: source.items.{name}.sha256"
            problems.add(place, "arms could be tried against it", do="leave it out until then")
    try:
        key_of_hidden(trial, load_settings(trial.at))
    except UserError as error:
        problems.found += [problem for problem in error.problems if problem not in problems.found]
