"""Functions of numbers (5): doubles throughout, whatever has no value is null."""

from __future__ import annotations

import decimal
import math

from tests.reference.functions.kinds import Plain, of_numbers
from tests.reference.values import Value, finite, greatest, least, number


def rounded(value: float, places: float = 0) -> float:
    """`round`: half away from zero, of the number as it is written."""
    exact = decimal.Decimal(repr(value))
    step = decimal.Decimal(1).scaleb(-int(places))
    with decimal.localcontext(prec=400):
        return float(exact.quantize(step, rounding=decimal.ROUND_HALF_UP))


def logarithm(value: float, base: float = 10.0) -> float:
    """`log`: to base 10, or the base given."""
    return math.log10(value) if base == 10 else math.log(value) / math.log(base)


def numbers_of(values: tuple[Value, ...]) -> list[float]:
    return [read for one in values if (read := number(one)) is not None]


def total(*values: Value) -> Value:
    """`sum` of the arguments that are numbers."""
    read = numbers_of(values)
    return finite(sum(read)) if read else None


def mean(*values: Value) -> Value:
    """`avg` of the arguments that are numbers."""
    read = numbers_of(values)
    return finite(sum(read) / len(read)) if read else None


PLAIN: dict[str, Plain] = {
    "abs": of_numbers(abs),
    "round": of_numbers(rounded),
    "floor": of_numbers(math.floor),
    "ceil": of_numbers(math.ceil),
    "ceiling": of_numbers(math.ceil),
    "sqrt": of_numbers(math.sqrt),
    "pow": of_numbers(math.pow),
    "exp": of_numbers(math.exp),
    "ln": of_numbers(math.log),
    "log": of_numbers(logarithm),
    "pi": lambda: math.pi,
    "exact": of_numbers(lambda value: value),
    "sigfig": of_numbers(lambda value: float(f"{value:.15g}")),
    "min": lambda *values: least(values),
    "max": lambda *values: greatest(values),
    "sum": total,
    "avg": mean,
    "hypot": of_numbers(math.hypot),
    "sin": of_numbers(math.sin),
    "cos": of_numbers(math.cos),
    "tan": of_numbers(math.tan),
    "asin": of_numbers(math.asin),
    "acos": of_numbers(math.acos),
    "atan": of_numbers(math.atan),
    "atan2": of_numbers(math.atan2),
    "sinh": of_numbers(math.sinh),
    "cosh": of_numbers(math.cosh),
    "tanh": of_numbers(math.tanh),
    "asinh": of_numbers(math.asinh),
    "acosh": of_numbers(math.acosh),
    "atanh": of_numbers(math.atanh),
}
