"""docs/new-trial.md: its flags are the program's, its examples can be read."""

import re

import yaml
from doc_blocks import ROOT, page

from trialtrace.run.draft.answers import KEYS
from trialtrace.run.draft.candidates import CLUSTER, CROSSOVER, FACTORIAL, WITHIN

TEXT = page("docs/new-trial.md")


def test_every_answer_is_documented_and_no_other():
    named = {*re.findall(r"--([a-z][a-z-]+)", TEXT)} - {"answers", "again"}
    assert named == {*KEYS}


def test_each_answered_design_has_an_example():
    headings = {line.removeprefix("### ").lower() for line in TEXT.splitlines() if "### " in line}
    words = [design.partition(" ")[0] for design in (CLUSTER, CROSSOVER, FACTORIAL, WITHIN)]
    assert {word.replace("_", "-") for word in words} <= headings


def test_examples_are_yaml_and_the_page_is_short():
    blocks = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    # A list of steps stands below mappings of other files in one block.
    texts = [re.sub(r"^- ", "step: ", block, flags=re.MULTILINE) for block in blocks]
    assert len(texts) == 5 and all(isinstance(yaml.safe_load(text), dict) for text in texts)
    assert len((ROOT / "docs/new-trial.md").read_text("utf-8").splitlines()) <= 130
