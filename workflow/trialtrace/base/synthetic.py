"""How what a program drew is known again: a column in each file, and the files beside them."""

# The last column of a drawn file; its cells are SYNTHETIC of the store.
MARK = "SYNTHETIC"
# ADaM data sets have a column of their own, which is Y.
FLAG = "SYNTHFL"
# Beside the files: what they were drawn from, with their hashes, and a sentence on what they are.
TRUTH, SIGN = "truth.json", "SYNTHETIC.txt"
# Behind a value that was set to a published one.
SET_MARK = "†"
