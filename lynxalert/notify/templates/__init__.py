"""Message templates: a closed part of Jinja that can neither reach out nor hang. The only door to jinja2."""

from lynxalert.notify.templates.checking import check
from lynxalert.notify.templates.rendering import ROOTS, Rendered, TemplateError, render

__all__ = ["ROOTS", "Rendered", "TemplateError", "check", "render"]
