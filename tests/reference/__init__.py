"""The query language a second time: slow, obvious, one row after the other, in plain Python.

Written from the language's own description and Splunk's manual, never from the engine: nothing of
`lynxalert.functions`, `commands`, `plan` or `engine` is imported, only the syntax tree of `lynxalert.lang`. Read it
as the executable form of the language; the numbers in the docstrings are the sections of its description:

1 text · 2 search · 3 expressions · 4 results · 5 commands and functions · 6 fields of events

`values` is what a value is, `expressions` what an expression gives for one row, `searching` which rows search terms
keep, `aggregations` what a group of rows comes to, and `commands/` holds one module per family of commands.
`evaluate.run` ties them together. `tests/differential` asks the engine and this package the same questions.
"""
