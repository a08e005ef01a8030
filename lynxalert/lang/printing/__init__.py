"""Nodes of the syntax tree → canonical text: one module beside each module of `productions`."""
