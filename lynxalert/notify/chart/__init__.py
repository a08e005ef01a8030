"""Values over time → a small picture. Pure, and the only door to Pillow."""

from lynxalert.notify.chart.curve import Charts, Curve, Pictured, Point
from lynxalert.notify.chart.drawing import draw, placeholder

__all__ = ["Charts", "Curve", "Pictured", "Point", "draw", "placeholder"]
