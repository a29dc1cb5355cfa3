"""The pages of the documentation on methods are what the docstrings of trialtrace.stats say; every
method has an oracle."""

import ast

import pytest
from doc_blocks import written_pages
from written.library import SHARED, STATS, names_oracle, parts, subjects

# It checks shapes around a function of the caller's: there is no number of its own.
WITHOUT = {"missing.imputation.composite"}


def test_every_family_has_a_page_with_its_functions():
    families = {path.parent.name for path in STATS.glob("*/__init__.py")}
    pages = written_pages()
    assert {f"methods/{name}.md" for name in families} <= set(pages)
    for subject in subjects():
        text = pages[f"methods/{subject.name.partition('.')[0]}.md"]
        assert all(f"### {function.name}\n" in text for function in subject.functions)


def test_every_method_says_what_it_was_checked_against():
    silent = {
        f"{subject.name}.{function.name}"
        for subject in subjects()
        for function in subject.functions
        if not (names_oracle(function.text) or names_oracle(subject.text))
    }
    assert silent <= WITHOUT


def test_what_is_left_out_exists_and_is_told_nowhere():
    told = {(one.name, function.name) for one in subjects() for function in one.functions}
    for module, names in SHARED.items():
        source = (STATS / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        defined = {node.name for node in ast.parse(source).body if hasattr(node, "name")}
        assert set(names) <= defined, module
        assert not {(module, name) for name in names} & told


def test_a_module_that_no_table_names_is_told(tmp_path):
    (tmp_path / "__init__.py").write_text('"""Statistics.\n\n`known`  a method\n"""\n')
    (tmp_path / "known.py").write_text('"""Known."""\n')
    (tmp_path / "other.py").write_text('"""Other."""\n')
    with pytest.raises(ValueError, match=r"\['other'\] differ"):
        list(subjects(tmp_path))


def test_sentences_of_a_docstring():
    text = "Estimates m.\n\nMore. Source: A 1990. Oracle: R's lm.\nRaises `StatsError` for n = 0."
    assert parts(text) == [
        ("", "Estimates m."),
        ("", "More."),
        ("Source", "Source: A 1990."),
        ("Oracle", "Oracle: R's lm."),
        ("Raises", "Raises `StatsError` for n = 0."),
    ]
