"""Calls: the pad on which one is made and written down, a person's history, the settings."""
