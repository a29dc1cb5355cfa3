"""Quarto runs it before and after it renders: a run must be there, then what links lead to."""

from trialtrace.report.render.by_hand import main

main()
