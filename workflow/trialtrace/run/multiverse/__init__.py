"""The multiverse: every specification estimated, and all of them tested together."""
