"""A formula that is held against R says R's call, for who comes from there, and R has it."""

import ast
import importlib
import inspect
import re
import subprocess

import pytest
from oracle_tables import HERE
from written.library import r_call, subjects

from trialtrace.run.methods.analysing.estimate import STATS

# What others are made of: who is asked for, and R's numbers of it, are those of these.
INGREDIENTS = {
    "bernoulli",
    "fixed_margins",
    "mean_scores",
    "stratified",
    "stratified_blocks",
    "within_patient",
}


def called_beside_r():
    """What the modules beside R import of the statistics, or take from a module of theirs."""
    for path in HERE.glob("recompute*.py"):
        tree = ast.parse(path.read_text())
        modules = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(STATS):
                modules |= {each.asname or each.name for each in node.names}
                yield from (each.name for each in node.names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield from [node.attr] if node.value.id in modules else []


def test_every_public_function_beside_r_has_its_row():
    beside_r = set(called_beside_r())
    public = {
        one.name: r_call(one.text)
        for subject in subjects()
        for one in subject.functions
        if one.name in beside_r
    }
    assert len(public) > 150
    assert {name for name, call in public.items() if call is None} == INGREDIENTS


def test_a_script_that_a_call_names_is_there():
    calls = [r_call(one.text) or "" for subject in subjects() for one in subject.functions]
    scripts = {script for call in calls for script in re.findall(r"\w+\.R\b", call)}
    assert scripts and scripts <= {path.name for path in HERE.glob("*.R")}


# For each line, "function<tab>call": what R does not have, or cannot read.
LACKING = """
packages <- function(x) if (is.call(x)) {
  own <- if (deparse(x[[1]])[1] %in% c("::", ":::")) as.character(x[[2]])
  c(own, unlist(lapply(as.list(x), packages)))
}
called <- function(x) if (is.call(x)) {
  if (is.call(x[[1]])) return(unlist(lapply(as.list(x), called)))
  name <- as.character(x[[1]])
  if (name %in% c("::", ":::")) {
    found <- !requireNamespace(as.character(x[[2]]), quietly = TRUE) ||
      as.character(x[[3]]) %in% getNamespaceExports(as.character(x[[2]]))
    return(if (!found) paste(x[[2]], x[[3]], sep = "::"))
  }
  c(name, unlist(lapply(as.list(x)[-1], called)))
}
lines <- strsplit(readLines(file("stdin")), "\t")
read <- lapply(lines, function(each) tryCatch(parse(text = each[2])[[1]], error = function(e) NULL))
for (name in unique(unlist(lapply(read, packages)))) {
  if (requireNamespace(name, quietly = TRUE)) suppressPackageStartupMessages(attachNamespace(name))
}
for (i in seq_along(lines)) {
  if (is.null(read[[i]])) { cat(lines[[i]][1], "cannot be read", "\n"); next }
  absent <- setdiff(packages(read[[i]]), .packages(all.available = TRUE))
  here <- function(name) exists(name, mode = "function")
  lacking <- if (length(absent) == 0) Filter(Negate(here), unique(called(read[[i]])))
  if (length(lacking)) cat(lines[[i]][1], "has no", lacking, "\n")
}
"""


@pytest.mark.r
def test_r_can_read_each_call_and_has_its_functions(tmp_path):
    """Calls of packages that are not installed here are only read."""
    lines = []
    for subject in subjects():
        module = importlib.import_module(f"{STATS}.{subject.name}")
        for each in subject.functions:
            told = r_call(inspect.getdoc(getattr(module, each.name)) or "") or ""
            lines += [f"{each.name}\t{call}" for call in re.findall(r"`([^`]+)`", told)]
    assert len(lines) > 120
    script = tmp_path / "lacking.R"
    script.write_text(LACKING)
    run = subprocess.run(
        ["Rscript", script],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
