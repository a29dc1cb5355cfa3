"""`python -m trialtrace` is the command `trialtrace`."""

from trialtrace.cli import entry

if __name__ == "__main__":
    entry()
