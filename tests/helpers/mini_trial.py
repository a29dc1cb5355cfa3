"""A small valid trial for tests: every kind of endpoint, one analysis or more of each kind.

`write_project(tmp_path)` makes a project with one trial "mini"; `edit` replaces text in a file of
it, so that a test shows one mistake and nothing else.
"""

from pathlib import Path

from trialtrace.base.config.spec import structure
from trialtrace.base.paths import Project
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]


def _text(name: str) -> str:
    return (Path(__file__).parent / "mini" / name).read_text(encoding="utf-8")


CONFIG = _text("config.yaml")
TRIAL = _text("trial.yaml")
DICTIONARY = _text("dictionary.csv")
HEADER = DICTIONARY.partition("\n")[0] + "\n"

CLEANING = _text("cleaning.yaml")
ENDPOINTS = _text("endpoints.yaml")
PLAN = _text("plan.yaml")

# Every further figure that this trial has data for.
MORE_DISPLAYS = _text("more_displays.yaml")
CLAIMS = _text("claims.yaml")

FILES = {
    "trial.yaml": TRIAL,
    "dictionary.csv": DICTIONARY,
    "cleaning.yaml": CLEANING,
    "endpoints.yaml": ENDPOINTS,
    "plan.yaml": PLAN,
    "claims.yaml": CLAIMS,
}


def settings_of(trial: str, disclosure: str, key: str | None = None) -> Settings:
    """config.yaml of one trial."""
    data = {"trials": [trial], "seed": 1, "disclosure": disclosure}
    return structure(Settings, data | {"report": {"formats": ["html"]}, "hash_key": key})


# In the place of "analyses:" of the plan: an estimand of adverse events.
NAUSEA_ESTIMAND = """\
  nausea_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: nausea_any
    intercurrent: []
    summary: risk
analyses:
"""


def write_project(root: Path, **files: str) -> Project:
    """A project with the trial "mini"; `files` replaces whole files: plan="…", dictionary="…"."""
    at = Project(root)
    folder = at.config / "trials" / "mini"
    folder.mkdir(parents=True, exist_ok=True)
    (at.config / "config.yaml").write_text(CONFIG, encoding="utf-8")
    for name, text in FILES.items():
        given = files.get(name.partition(".")[0], text)
        (folder / name).write_text(given, encoding="utf-8")
    return at


def edit(at: Project, file: str, old: str, new: str) -> int:
    """Replace the one place where `old` stands in a file of the trial; gives its line."""
    path = at.config / file if file == "config.yaml" else at.trial_config("mini") / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def told(at: Project, name: str = "mini") -> str:
    """What a check of the trial says."""
    return "\n\n".join(str(problem) for problem in check_trial(at, name))
