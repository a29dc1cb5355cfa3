"""The recipes of containers, read as their builders read them; .ci/containers runs their steps."""

import json
import re
from pathlib import Path

import pytest

BUNDLE = Path(__file__).parents[3] / "bundle"
STEP = "sh /bundle/trialtrace-*/image /opt/trialtrace"


@pytest.fixture(scope="module")
def docker() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with what follows it on its line."""
    lines = (BUNDLE / "Dockerfile").read_text().splitlines()
    told = [line for line in lines if line and not line.startswith("#")]
    assert not any(line.endswith("\\") for line in told), ".ci/containers reads a step a line"
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in told]


@pytest.fixture(scope="module")
def apptainer() -> dict[str, list[str]]:
    """The sections of the definition; the header is named ""."""
    text = (BUNDLE / "trialtrace.def").read_text()
    parts = re.split(r"^%(\w+).*\n", "\n".join(re.findall(r"(?m)^(?!#).*$", text)), flags=re.M)
    bodies = dict(zip(["", *parts[1::2]], parts[::2], strict=True))
    return {name: [line.strip() for line in b.splitlines() if line] for name, b in bodies.items()}


def of(docker: list[tuple[str, str]], *kinds: str) -> list[str]:
    return [rest for kind, rest in docker if kind in kinds]


def test_docker_knows_each_instruction_and_stage(docker):
    kinds = {kind for kind, _ in docker}
    known = ["FROM", "ARG", "ADD", "RUN", "COPY", "ENV", "WORKDIR", "USER", "ENTRYPOINT", "CMD"]
    assert kinds <= set(known) and docker[0] == ("ARG", "PYTHON=3.11")
    stages = [rest.partition(" AS ")[2] for rest in of(docker, "FROM")]
    copied = [re.match(r"--from=(\w+) (\S+) (\S+)$", rest) for rest in of(docker, "COPY")]
    assert stages == ["made", ""] and [m and m[1] for m in copied] == ["made"]
    # An environment keeps the path that it was made with.
    assert all(m[2] == m[3] == "/opt/trialtrace" for m in copied)


def test_base_images_are_of_a_named_version_and_the_same(docker, apptainer):
    images = {rest.partition(" AS ")[0] for rest in of(docker, "FROM")}
    assert images == {"python:${PYTHON}-slim-bookworm"}
    assert apptainer[""] == ["Bootstrap: docker", "From: python:3.11-slim-bookworm"]


def test_both_make_one_environment_from_the_bundle_alone(docker, apptainer):
    assert of(docker, "RUN") == [STEP] and of(docker, "ADD") == ["${BUNDLE} /bundle/"]
    assert STEP in apptainer["post"] and apptainer["files"] == ["{{ BUNDLE }} /bundle.tar"]
    steps = "\n".join([*of(docker, "RUN"), *apptainer["post"], (BUNDLE / "image").read_text()])
    assert not re.search(r"\b(apt|apt-get|curl|wget|git|https?:)\b", steps)
    # What is copied in is not left in the image.
    assert apptainer["post"][-1] == "rm -rf /bundle /bundle.tar"


def test_a_container_runs_the_command_and_not_as_root(docker, apptainer):
    assert json.loads(of(docker, "ENTRYPOINT")[0]) == ["trialtrace"]
    assert docker[-3][0] == "USER" and docker[-3][1] == "65534:65534"
    assert apptainer["runscript"] == ['exec trialtrace "$@"']
    assert of(docker, "ENV") == [line.removeprefix("export ") for line in apptainer["environment"]]
