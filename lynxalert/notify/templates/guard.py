"""Syntax tree of a template → the same tree, with what is not offered refused and loops and joins made to count."""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

from lynxalert.notify.templates.sandbox import Sandbox, node_count

TESTS = frozenset({"defined", "undefined", "none", "number", "string", "even", "odd", "in", "true", "false"})
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.If, nodes.For, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos,
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Slice, nodes.Assign, nodes.Keyword,
)  # fmt: skip


class Guard(NodeTransformer):
    """A closed list: a node that is not in it is refused."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        """Refuse *node* or go on into it."""
        if not isinstance(node, ALLOWED):
            line = node.lineno or 1  # what Jinja makes up by itself stands nowhere
            raise TemplateSyntaxError(f"`{type(node).__name__.lower()}` is not offered here", line)
        return super().generic_visit(node, *args, **kwargs)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """`range(…)` and `.items()` look like calls and are filters; nothing else can be called."""
        called = node.node
        if isinstance(called, nodes.Getattr) and called.attr == "items" and not node.args:
            return self._filter(self.visit(called.node), "items")
        if isinstance(called, nodes.Name) and called.name == "range" and 0 < len(node.args) < 4:
            bounds = [self.visit(bound) for bound in node.args]
            return self._filter(nodes.List(bounds, lineno=node.lineno), "_range")
        raise TemplateSyntaxError(
            "nothing can be called here; filters are written `value | json`", node.lineno
        )

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """Each turn costs what its body weighs."""
        if node.recursive:
            raise TemplateSyntaxError("`recursive` is not offered here", node.lineno)
        self.generic_visit(node)
        weight = sum(node_count(inner) for inner in (*node.body, *([node.test] if node.test else [])))
        node.iter = self._filter(node.iter, "_each", nodes.Const(weight, lineno=node.lineno))
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """A list as a filter, so that what it holds is counted: a list of lists of lists soon is too much."""
        self.generic_visit(node)
        return self._filter(node, "_made")

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """The same; names that a loop assigns to are no value."""
        self.generic_visit(node)
        return node if node.ctx == "store" else self._filter(node, "_made")

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """The same."""
        self.generic_visit(node)
        return self._filter(node, "_made")

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """`a ~ b` as a filter, so that its length is counted."""
        parts = [self.visit(part) for part in node.nodes]
        return self._filter(nodes.List(parts, lineno=node.lineno), "_concat")

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """Only tests that look at the value itself."""
        if node.name not in TESTS:
            raise TemplateSyntaxError(f"the test `{node.name}` is not offered here", node.lineno)
        return self.generic_visit(node)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """A filter of the list, applied to something."""
        if node.node is None or node.name.startswith("_"):
            raise TemplateSyntaxError(f"the filter `{node.name}` is not offered here", node.lineno)
        return self.generic_visit(node)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - the visitor names methods for nodes
        """Any name but those that Jinja or the budget give a meaning of their own."""
        if node.name.startswith("_") or node.name in ("self", "super", "caller", "varargs", "kwargs"):
            raise TemplateSyntaxError(f"the name `{node.name}` is not offered here", node.lineno)
        return node

    def _filter(self, node: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
        made = nodes.Filter(node, name, [*arguments], [], None, None, lineno=node.lineno)
        made.set_environment(self.sandbox)
        return made
