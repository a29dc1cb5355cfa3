"""Configuration: strict, typed, one reader for every file under config/."""

from trialtrace.config.load import Settings, Trial, load_settings, load_trial

__all__ = ["Settings", "Trial", "load_settings", "load_trial"]
