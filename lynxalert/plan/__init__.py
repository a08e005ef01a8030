"""Query → Relation. Knows names and types, no SQL."""

from lynxalert.plan.result import ALL_TIME, Result, Row, TimeWindow, Value
from lynxalert.plan.types import Type, meet

__all__ = ["ALL_TIME", "Result", "Row", "TimeWindow", "Type", "Value", "meet"]
