"""Odd inputs: every public function of trialtrace.stats with one argument changed.

`calls` finds a working call of each function, `mutations` changes one argument of it, `judge` runs
it in a process of its own and says what came back.
"""
