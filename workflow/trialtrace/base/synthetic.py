"""How what a program drew is known again: a column in each file, and the files beside them."""

# The last column of a drawn file; its cells are SYNTHETIC of the store.
MARK = "SYNTHETIC"
# ADaM data sets have a column of their own, which is Y.
FLAG = "SYNTHFL"
# Beside the files: what of them was set to published numbers, and a sentence on what they are.
PUT_IN, SIGN = "put_in.csv", "SYNTHETIC.txt"
# Beside those that a version before 1.0 drew, with their hashes.
TRUTH = "truth.json"
# Behind a value that was set to a published one.
SET_MARK = "†"
