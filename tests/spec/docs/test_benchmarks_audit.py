"""The page of `make bench-audit`: limits against CPU seconds, papers as large as said."""

from importlib.util import module_from_spec, spec_from_file_location

from doc_blocks import ROOT

SOURCE = spec_from_file_location("audit_page", ROOT / "benchmarks" / "audit.py")
bench = module_from_spec(SOURCE)
SOURCE.loader.exec_module(bench)


def rows(cpu):
    return [
        bench.Timed("floor", None, [1.0, 3.0, 2.0], [0.5, 0.6, 0.7]),
        bench.Timed("audit, 40 claims", 3.0, [4.0, 9.0, 5.0], cpu),
    ]


def test_least_median_most_and_the_limit():
    page = bench.page(rows([2.0, 2.5, 9.0]), {"a": 12_000, "b": 400}, {"audit, 40 claims": "40 ok"})
    assert "| floor | 1.00 | 2.00 | 3.00 | 0.60 |  |" in page
    assert "| audit, 40 claims | 4.00 | 5.00 | 9.00 | 2.50 | 3 s |" in page
    assert "all are kept" in page and "12,400 specifications for 2 printed" in page
    assert "12,000 of them for `a` alone" in page and "say of them: 40 ok." in page


def test_a_limit_that_is_not_kept_is_told():
    found = bench.page(rows([3.1, 3.2, 1.0]), {"a": 1}, {"audit, 40 claims": ""})
    assert "**not all are kept**" in found


def test_the_papers_are_as_large_as_said():
    true = bench.true_paper()
    wrong = bench.with_errors(true)
    assert len(true.claims) >= bench.CLAIMS
    changed = [
        name for name, one in true.claims.items() if wrong.claims[name].printed != one.printed
    ]
    assert len(changed) >= len(bench.ERRORS) - 1
    assert len(bench.many_claims()["claims"]) == bench.MANY
