"""One file per family of metrics: what a condition with a name of its own lowers to. Pure.

`metric` holds the contract and reads the fields.
"""

from lynxalert.alerts.metrics.metric import Lowered, Metric, lower, metrics

__all__ = ["Lowered", "Metric", "lower", "metrics"]
