"""Whether the functions of every file of code that kept runs could use are known, and what else
lies in the archive."""

from collections.abc import Iterator

from trialtrace.base.errors import Problem, UserError
from trialtrace.run.archive.functions import KnownFunctions
from trialtrace.run.archive.shelf import Shelf

LOST = "functions that changed are then told by their files alone, as all new or gone"


def function_faults(shelf: Shelf) -> Iterator[Problem]:
    """What is wrong with archive/functions.json.z, as far as the runs of a trial need it; and files
    beside it that are nobody's."""
    known, at = KnownFunctions(shelf.at), shelf.at
    runs = shelf.names()
    if runs and (fault := known.fault()):
        yield Problem(at.shown(known.place), fault, do=f"bring it back from a copy: {LOST}")
        return
    lacking: set[str] = set()
    for run in runs:
        try:
            code = shelf.code_of(shelf.manifest(run))
        except UserError:
            continue  # told of the run itself
        short = {digest for files in code.values() for digest in files.values()}
        lacking |= {one for one in short if not known.of(one)}
    if lacking:
        files = "the file" if len(lacking) == 1 else f"{len(lacking)} files"
        yield Problem(
            at.shown(known.place),
            f"has not the functions of {files} of code that runs of {shelf.trial} could use",
            do=f"bring it back from a copy: {LOST}",
        )
    beside = (path for path in at.archive.glob("*") if path.is_file() and path != known.place)
    yield from (Problem(at.shown(path), "belongs to no kept run") for path in sorted(beside))
