"""Configuration files as a report shows them.

Under restricted disclosure, and where arms are hidden, without where the export lies and how its
files are called, since such names tell of hospitals and patients, and without their hashes, from
which a small file is found by trying.
"""

from collections.abc import Iterator

import yaml

from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import Files

HIDDEN = "(not shown)"
PLACES = ("path", "sheet", "sha256")
SHORTEST = 5


def shown_file(trial: Trial, name: str, disclosure: str) -> bytes:
    """The bytes of a file of the trial's configuration folder, as disclosure allows."""
    data = (trial.at.trial_config(trial.name) / name).read_bytes()
    full = disclosure == "full" and not trial.at.purpose.hides_arms
    if full or not isinstance(trial.source, Files):
        return data
    text = data.decode("utf-8")
    if name == "trial.yaml":
        text = without_places(text)
    for word in _told_elsewhere(trial.source):
        text = text.replace(word, HIDDEN)
    return text.encode("utf-8")


def without_places(text: str) -> str:
    """trial.yaml with source.folder and the path, sheet and hash of each item hidden."""
    for node in sorted(_nodes(text), key=lambda node: -node.start_mark.index):
        start, end = node.start_mark.index, node.end_mark.index
        line_end = "\n" * text[start:end].endswith("\n")
        text = f'{text[:start]}"{HIDDEN}"{line_end}{text[end:]}'
    return text


def _nodes(text: str) -> Iterator[yaml.Node]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    source = _entries(_entries(root).get("source"))
    if "folder" in source:
        yield source["folder"]
    for item in _entries(source.get("items")).values():
        yield from (value for key, value in _entries(item).items() if key in PLACES)


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    pairs = node.value if node is not None and isinstance(node.value, list) else []
    return {key.value: value for key, value in pairs}


def _told_elsewhere(source: Files) -> list[str]:
    """The same names in comments and sentences, longest first: those that no other word is like."""
    names = [source.folder, *(item.path for item in source.items.values())]
    told = {name for name in names if len(name) >= SHORTEST and set(name) & set("/.")}
    return sorted(told, key=lambda name: (-len(name), name))
