"""A mail server that takes everything and delivers nothing, with a page to be the recipient on.

For development and for trying things out: bound to this machine alone, never part of production.
"""
