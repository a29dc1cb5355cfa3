"""What is unusual in the rows of an export, apart from what is wrong with a cell.

Each module looks at one subject and gives a `Look` for each thing that it looked at, with the
chance of what is there, or of more, where nothing is behind it. None of them says why; most that
is unusual has an ordinary reason. The items are those of the Individual Participant Data Integrity
Tool (Hunter et al., Res Synth Methods 2024;15:917) that rows alone can answer.
"""
