"""Checks of the rows of an export by the items of the IPD Integrity Tool.

Each module has checks of one subject, which give a `Look` for each thing that they looked at, with
the chance of what is there, or of more, where nothing is behind it. None of them says why; most
that is unusual has an ordinary reason.
"""
