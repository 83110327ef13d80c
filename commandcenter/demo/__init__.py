"""An invented organisation in the middle of its work, for trying things out.

Everything in it keeps the rules that real emails keep: each has a complete history, and what its
row counts is what its events say. Nobody in it exists; all domains end in .example.
"""
