"""What a trace tells of the checks of a number: a checker once, each component to its tolerance."""

from trialtrace.run.trace.text import check_lines


def check(component, tolerance, agrees=True, by="other", chance=None):
    return {
        "check_by": by,
        "version": "1.0",
        "component": component,
        "tolerance": tolerance,
        "chance": chance,
        "agrees": agrees,
    }


def test_components_of_one_tolerance_stand_together_and_the_checker_once():
    checks = [check("value", 1e-8), check("ci_low", 0.5, chance=0.0214), check("n_used", 1e-8)]
    assert check_lines(checks) == [
        "other 1.0: agrees to a relative 1e-08 (value, n_used), within ±0.021, which is chance, "
        "(ci_low)"
    ]


def test_a_component_that_disagrees_is_told_apart():
    checks = [check("value", 1e-8, agrees=False), check("n_used", 1e-8), check("p", 1, by="R")]
    assert check_lines(checks) == [
        "other 1.0: DISAGREES to a relative 1e-08 (value); agrees to a relative 1e-08 (n_used)",
        "R 1.0: agrees to a relative 1 (p)",
    ]
