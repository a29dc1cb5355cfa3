"""Which trials there are: those that config/config.yaml lists, each with its folder."""

from collections.abc import Sequence

from trialtrace.config.compose import compose
from trialtrace.errors import Problem, did_you_mean, one_of
from trialtrace.paths import NAME, Project


def listed_trials(at: Project) -> list[str]:
    """The names under `trials`, as far as the file can be read."""
    found = compose(at, at.config / "config.yaml").get("trials")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def not_a_trial(at: Project, name: str, listed: Sequence[str]) -> Problem | None:
    """What is wrong with the name of a trial: not listed, or listed and without a folder."""
    folders = at.config / "trials"
    there = NAME.fullmatch(name) is not None and (folders / name).is_dir()
    place = f"trial {name}"
    if name not in listed:
        also = f", though there is a folder {at.shown(folders / name)}" if there else ""
        return Problem(
            place,
            found=f"{name} is not among `trials` of config/config.yaml{also}",
            expected=f"one of `trials`: {one_of(listed)}",
            do=f"add {name} to `trials` of config/config.yaml"
            if there
            else did_you_mean(name, listed),
        )
    if there:
        return None
    known = [path.name for path in sorted(folders.glob("*")) if path.is_dir()]
    return Problem(
        place,
        found=f"no folder {at.shown(folders / name)}",
        expected=f"a folder of that name: {one_of(known)}",
        do=did_you_mean(name, known) or "make it, or take the name out of `trials`",
    )
