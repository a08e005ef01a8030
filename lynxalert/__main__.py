"""`python -m lynxalert` is the command line."""

from lynxalert.cli import main

main()
