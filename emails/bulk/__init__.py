"""Bulk email: one sender, many recipients, a message of its own for each."""
