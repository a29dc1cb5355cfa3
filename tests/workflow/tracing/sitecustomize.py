"""Put on PYTHONPATH: records what every job of the workflow executes and reads.

It knows nothing of `trialtrace.run.jobs.fresh`. A job writes one JSON file with its name (from the
log that it opens), the modules of the package that it imported, the files of the project that it
opened or handed to another program, and the settings that it looked at.
"""

import atexit
import json
import os
import sys
from pathlib import Path

FOLDER = os.environ.get("TRIALTRACE_TRACE", "")
PLACES = ("workflow", "reports", "config", "scripts", "requirements.lock")
# They read sources to find which schemas are theirs and where a card is: nothing else hangs on it.
INDEXES = ("config/schema_files.py", "plan/card_modules.py", "stats/_offered.py")


def _record() -> None:
    root = Path.cwd().resolve()
    logs = root / "logs"
    opened: set[Path] = set()
    results: set[Path] = set()
    settings: set[str] = set()
    job: list[str] = []

    def note(path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        place = Path.cwd() / os.fsdecode(path)
        if ".." in place.parts:
            place = place.resolve()
        if place.is_relative_to(logs) and not job:
            job.extend(place.relative_to(logs).with_suffix("").parts)
        elif "__pycache__" in place.parts:
            return  # what Python makes of a module, which counts by itself
        elif any(place.is_relative_to(root / name) for name in PLACES):
            opened.add(place)
        elif place.is_relative_to(root / "results"):
            results.add(place)

    def indexing() -> bool:
        frame = sys._getframe()
        while frame and not frame.f_code.co_filename.endswith(INDEXES):
            frame = frame.f_back
        return frame is not None

    def hook(event: str, arguments: tuple) -> None:
        if event == "open":
            if not indexing():
                note(arguments[0])
        elif event == "subprocess.Popen":
            words = [os.fsdecode(word) for word in arguments[1]]
            for path in (part for word in words for part in word.replace("=", ":").split(":")):
                note(path)

    def write() -> None:
        if not job:
            return
        modules = {
            file
            for name, module in sys.modules.items()
            if name.partition(".")[0] == "trialtrace" and (file := getattr(module, "__file__", ""))
        }
        files = {str(Path(path).resolve()) for path in {*opened, *modules} if Path(path).is_file()}
        told = {
            "job": job,
            "files": sorted(str(Path(file).relative_to(root)) for file in files),
            "settings": sorted(settings),
            "results": sorted(str(path.relative_to(root)) for path in results if path.is_file()),
        }
        Path(FOLDER, "-".join(job) + ".json").write_text(json.dumps(told))

    from trialtrace.run.trial.settings import Settings

    plain = Settings.__getattribute__

    def watched(self: Settings, name: str) -> object:
        if name in Settings.__dataclass_fields__:
            settings.add(name)
        return plain(self, name)

    Settings.__getattribute__ = watched
    sys.addaudithook(hook)
    atexit.register(write)


if FOLDER and ".snakemake/scripts" in " ".join(sys.orig_argv):
    _record()
