"""Which trials there are: those that config/config.yaml lists, each with its folder."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.base.config.compose import compose
from trialtrace.base.errors import Problem, ProblemsError, UserError, did_you_mean, one_of, wrong
from trialtrace.base.paths import NAME, Project

# Each trial is a target of the workflow by its name, and so is each rule by its own.
RULES = (
    *("all", "audit", "multiverse", "simulate", "build_site"),
    *("clean_tables", "derive_datasets", "analyse_plan", "audit_claims", "render_report"),
    *("derive_multiverse", "estimate_multiverse", "gather_estimates", "draw_multiverse"),
    *("run_multiverse", "render_multiverse"),
    *("draw_simulation", "run_simulation", "render_simulation"),
)


def called_as_a_rule(name: str) -> Problem | None:
    """What is wrong with the name of a trial that is a rule of the workflow, too."""
    if name not in RULES:
        return None
    do = f"rename config/trials/{name}, and the trial in config/config.yaml"
    return Problem(f"trial {name}", found=f"{name}, a rule", expected="another name", do=do)


def listed_trials(at: Project) -> list[str]:
    """The names under `trials` and `examples`, as far as the file can be read."""
    content = compose(at, at.config / "config.yaml")
    trials = [content.get(key) for key in ("trials", "examples")]
    each = (name for names in trials if isinstance(names, list) for name in names)
    return [name for name in each if isinstance(name, str)]


def plain_name(at: Project, name: str) -> str:
    """A name that a trial can have. Raises UserError for another, with the nearest listed one."""
    try:
        at.trial_config(name)
    except UserError as error:
        near = did_you_mean(name, listed_trials(at))
        raise ProblemsError([replace(problem, do=near) for problem in error.problems]) from None
    return name


def without_folder(at: Project, but: str) -> list[Problem]:
    """What is wrong with the other trials of config/config.yaml that have no folder."""
    listed = listed_trials(at)
    others = [one for one in listed if one != but and but not in one.split()]
    found = (not_a_trial(at, one, listed) for one in others)
    return [problem for problem in found if problem is not None]


def _joined(entry: str) -> str | None:
    """What to do about an entry that is several names."""
    if len(entry.split()) < 2:
        return None
    return f"a comma is missing in `trials` of config/config.yaml: write {', '.join(entry.split())}"


def not_a_trial(at: Project, name: str, listed: Sequence[str]) -> Problem | None:
    """What is wrong with the name of a trial: not listed, or listed and without a folder."""
    folders = at.config / "trials"
    joined = next((one for one in listed if name in one.split()), "")
    there = NAME.fullmatch(name) is not None and (folders / name).is_dir()
    place = f"trial {name}"
    if name not in listed:
        also = f", though there is a folder {at.shown(folders / name)}" if there else ""
        return Problem(
            place,
            found=f"{name} is not among `trials` of config/config.yaml{also}",
            expected=f"one of `trials`: {one_of(listed)}",
            do=_joined(joined)
            or (
                f"add {name} to `trials` of config/config.yaml"
                if there
                else did_you_mean(name, listed)
            ),
        )
    if there:
        return None
    known = [path.name for path in sorted(folders.glob("*")) if path.is_dir()]
    return Problem(
        place,
        found=f"no folder {at.shown(folders / name)}",
        expected=f"a folder of that name: {one_of(known)}",
        do=_joined(name)
        or did_you_mean(name, known)
        or "make it, or take the name out of `trials`",
    )


def with_trial(at: Project, name: str) -> str | None:
    """The text of config.yaml with a trial added to `trials`, every other character as it was; None
    where it is listed. Raises UserError where nothing can be added."""
    path = at.config / "config.yaml"
    if name in listed_trials(at):
        return None
    text = path.read_text(encoding="utf-8")
    flow = re.search(r"^trials:\s*\[([^\]]*)\]", text, re.MULTILINE)
    block = re.search(
        r"^trials:[ \t]*(#[^\n]*)?\n((?:[ \t]*(?:#[^\n]*)?\n|[ \t]*-[^\n]*\n)+)", text, re.MULTILINE
    )
    nothing = re.search(r"^trials:[ \t]*(null|~)?(?=[ \t]*(#|$))", text, re.MULTILINE)
    if flow:
        inside = flow[1].rstrip().rstrip(",")
        added = f"{inside}, {name}" if inside.strip() else name
        return text[: flow.start(1)] + added + text[flow.end(1) :]
    if block and (items := re.findall(r"^([ \t]*)-[^\n]*\n", block[2], re.MULTILINE)):
        last = [*re.finditer(r"^[ \t]*-[^\n]*\n", block[2], re.MULTILINE)][-1]
        end = block.start(2) + last.end()
        return f"{text[:end]}{items[-1]}- {name}\n{text[end:]}"
    if nothing:
        return f"{text[: nothing.start()]}trials: [{name}]{text[nothing.end() :]}"
    if not re.search(r"^trials[ \t]*:", text, re.MULTILINE):
        between = "" if text.endswith("\n") or not text else "\n"
        return f"{text}{between}trials: [{name}]\n"
    fault = "`trials`, which is no list"
    raise wrong("config/config.yaml", fault, "trials: [...]", f"write {name} into it")
