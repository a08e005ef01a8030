"""Where the parser stopped → one diagnostic: what stands there, what may stand there, what was probably meant."""

from __future__ import annotations

import re

from lark import Token
from lark.parsers.lalr_interactive_parser import InteractiveParser

from lynxalert.lang import grammar
from lynxalert.lang.diagnostics import Code, Diagnostic
from lynxalert.lang.expectations import listed, phrases, wants_command
from lynxalert.lang.refused import unknown
from lynxalert.lang.source import Source
from lynxalert.lang.text import Span

LEXEME = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\w.:{}@/-]+|&&|<>|\S', re.DOTALL)
WORD = re.compile(r"[A-Za-z_][\w.:-]*")
ASSIGNED = re.compile(r"""(?:[\w.:@/{}$-]+|"[^"]*"|'[^']*')\s*=""")
OPENED = {"LPAR": "(", "LSQB": "["}
HAVING = re.compile(r"\bhaving\s+[\w.]+\s*$", re.IGNORECASE)
LENGTH = re.compile(r"(\d{1,6})([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
SHOWN = 40  # characters of what was found


class Stop:
    """Where and how the parser stopped: *position* counts in the expanded text, at its length the query ends."""

    def __init__(self, source: Source, parsing: InteractiveParser, position: int, last: Token | None) -> None:
        self.source = source
        self.text = source.expanded
        self.position = position
        self.last = last
        self.accepted: set[str] = parsing.accepts()  # type: ignore[no-untyped-call] # a gap in lark
        self.open = _opened(parsing.parser_state.value_stack)
        match = LEXEME.match(self.text, position)
        self.found = match[0] if match else ""
        self.inside = source.inside_macro(position)
        self.span = source.span(position, position + len(self.found)) if match else _behind(source)

    def say(self, code: Code, message: str, help_text: str | None = None) -> Diagnostic:
        """A diagnostic at this place."""
        where = " (in what this macro stands for)" if self.inside else ""
        return Diagnostic(code, message + where, self.span, help_text)


def next_stage(stop: Stop) -> int | None:
    """Where the next stage begins behind a mistake, if what follows can be read without it."""
    if stop.open or stop.found in ('"', "'") or ";" in stop.text[stop.position :]:
        return None
    doubled = stop.text[stop.position - 1 : stop.position + 1] == "||"
    depth = 0
    for match in LEXEME.finditer(stop.text, stop.position + doubled):
        depth += (match[0] in ("[", "(")) - (match[0] in ("]", ")"))
        if match[0] == "|" and depth == 0:
            return match.start()
        if depth < 0 or match[0] == '"':
            return None
    return None


def _opened(stack: list[object]) -> list[Token]:
    """The brackets that are open: what the parser has not yet made into a production."""
    brackets: list[Token] = []
    for token in stack:
        if isinstance(token, Token) and token.type in OPENED:
            brackets.append(token)
        elif isinstance(token, Token) and token.type in ("RPAR", "RSQB"):
            brackets.pop()
    return brackets


def _behind(source: Source) -> Span:
    end = len(source.written.rstrip())
    return Span(end, end)


def explain(stop: Stop) -> Diagnostic:
    """The diagnostic for *stop*."""
    return (
        _empty(stop) or _unended(stop) or _missing_command(stop) or _stray_bracket(stop) or _unexpected(stop)
    )


def _empty(stop: Stop) -> Diagnostic | None:
    if stop.last is None and not stop.found:
        return stop.say(Code.MISSING_COMMAND, "the query is empty")
    if stop.last is not None and stop.last.type == "SEMICOLON" and not stop.found:
        return stop.say(Code.MISSING_COMMAND, "no query follows the dataset", "begin it with `from $name`")
    return None


def _unended(stop: Stop) -> Diagnostic | None:
    if stop.found in ('"', "'"):
        what = "text" if stop.found == '"' else "field name"
        help_text = f"close it with `{stop.found}`"
        if stop.found == '"' and "\\" in stop.text[stop.position :]:
            help_text += r"; a backslash before a quote is written `\\`"
        return stop.say(Code.UNTERMINATED, f"this {what} never ends", help_text)
    if stop.found == "[" and "TEMPLATE" in stop.accepted:
        return stop.say(Code.UNTERMINATED, "`[` is never closed")
    closes = stop.found in ("", "|", "]", ";")
    behind_pipe = stop.last is not None and stop.last.type == "PIPE"
    if stop.open and closes and not behind_pipe:
        opener = stop.open[-1]
        if not (opener.type == "LSQB" and stop.found in ("|", "]")):
            bracket = OPENED[opener.type]
            place = Span(opener.start_pos or 0, opener.end_pos or 0)
            return Diagnostic(Code.UNTERMINATED, f"`{bracket}` is never closed", place)
    return None


def _missing_command(stop: Stop) -> Diagnostic | None:
    if not wants_command(stop.accepted):
        return None
    if stop.found in ("", "|", "]", ";"):
        return _nothing(stop)
    word = WORD.match(stop.text, stop.position)
    if word is None:
        return stop.say(Code.SYNTAX, f"expected a command, found {_shown(stop.found)}")
    place = stop.source.span(*word.span())
    if word[0].lower() not in grammar.commands():
        return unknown(word[0], place)
    after = LEXEME.search(stop.text, word.end())
    follows = _shown(after[0]) if after else "the end of the query"
    return Diagnostic(Code.SYNTAX, f"{follows} cannot follow the command `{word[0].lower()}`", place)


def _nothing(stop: Stop) -> Diagnostic:
    if stop.last is None or stop.last.type != "PIPE":
        return stop.say(Code.MISSING_COMMAND, "a command is missing here")
    pipe = Span(stop.last.start_pos or 0, stop.last.end_pos or 0)
    doubled = stop.text[stop.position - 1 : stop.position + 1] == "||"
    help_text = "OR joins conditions, a pipe begins the next command" if doubled else None
    return Diagnostic(Code.MISSING_COMMAND, "there is no command after this pipe", pipe, help_text)


def _stray_bracket(stop: Stop) -> Diagnostic | None:
    if stop.found in (")", "]") and not any(
        OPENED[token.type] == "(["[stop.found == "]"] for token in stop.open
    ):
        return stop.say(Code.SYNTAX, f"`{stop.found}` closes nothing")
    return None


def _shown(found: str) -> str:
    short = found if len(found) <= SHOWN else found[: SHOWN - 1] + "…"
    return f"`{short}`" if found else "the end of the query"


def _unexpected(stop: Stop) -> Diagnostic:
    expected = phrases(stop.accepted)
    message = (
        f"expected {listed(expected)}, found {_shown(stop.found)}"
        if expected
        else f"{_shown(stop.found)} cannot stand here"
    )
    return stop.say(Code.SYNTAX, message, _hint(stop))


def _hint(stop: Stop) -> str | None:
    """What was probably meant."""
    found, accepted = stop.found, stop.accepted
    if found in ("&&", "&"):
        return "write AND"
    if (elsewhere := _of_elsewhere(stop)) is not None:
        return elsewhere
    if found == "<>" or (found == ">" and stop.text[stop.position - 1 : stop.position] == "<"):
        return "write `!=`"
    if "TARGET" in accepted:
        return "write `name=expression`"
    if "PIPE" in accepted and found.lower() in grammar.commands() and stop.text[stop.position - 1].isspace():
        return f"`{found.lower()}` is a command: put a pipe before it"
    if "FIELD" in accepted and (length := LENGTH.fullmatch(found)):
        return f"a length of time is a number of seconds here: {int(length[1]) * SECONDS[length[2]]}"
    if "FIELD" in accepted:
        unquoted = re.fullmatch(r"[\w.:/@-]*\d[\w.:/@-]*", found)
        return f'a text stands in double quotes: "{found}"' if unquoted else None
    if "COALESCE" in accepted:
        return _after_operand(stop)
    if "PLAIN" in accepted or "WORD" in accepted or "STATWORD" in accepted:
        return _in_search(stop)
    if found[:1].isalpha() and stop.last is not None and stop.last.type == "HEAD":
        return "a condition stands in parentheses: `head (x > 1)`"
    if found == "(" and "RPAR" in accepted:
        return "aggregate first, then calculate: `stats avg(x) as mean | eval mean=round(mean, 1)`"
    return None


def _of_elsewhere(stop: Stop) -> str | None:
    """What other languages would have meant."""
    found, last = stop.found, str(stop.last) if stop.last is not None else ""
    compares = found[:1] in tuple("=<>!")
    if found == "?":
        return "a choice is written if(condition, one, other)"
    if compares and HAVING.search(stop.text, 0, stop.position):
        return "a condition on groups is a stage of its own: `| where count > 5`"
    if last == "%" and found in ("", "|", ")"):
        return "`%` is the rest of a division: write the number alone"
    if found.lower() == "for" and "COALESCE" in stop.accepted:
        return 'how long it must hold is a setting of the alert: for = "5m"'
    if compares and "RPAR" in stop.accepted and stop.open:
        return "a condition is counted as in `count(eval(status>=500))`"
    if found.lower() == "by" and stop.last is not None and stop.text.split("|")[-1].split()[:1] == ["head"]:
        return "the first of each group are `dedup 10 field`"
    return None


def _in_search(stop: Stop) -> str | None:
    if stop.found in ("AND", "OR", "NOT") and stop.last is not None:
        return f'as a text it stands in double quotes: "{stop.found}"'
    if stop.found == ",":
        return "a value with a comma needs double quotes; several values are `field IN (a, b)`"
    if stop.found[:1] in ("=", "!", "<", ">"):
        return "a comparison has a field on its left and a value on its right"
    return None


def _after_operand(stop: Stop) -> str | None:
    compared = "COMPARE" not in stop.accepted
    if not compared and WORD.fullmatch(stop.found) and WORD.fullmatch(str(stop.last)):
        return f"a field name of several words stands in single quotes: '{stop.last} {stop.found}'"
    if compared and stop.found in ("=", "<", ">", "!"):
        return "comparisons do not chain: write `a=b AND b=c`"
    if ASSIGNED.match(stop.text, stop.position) and "COMMA" in stop.accepted:
        return "assignments are separated by commas"
    if stop.found[:1] in tuple("{:@-") and not stop.text[stop.position - 1].isspace():
        return "in an expression such a field name stands in single quotes"
    return "conditions are joined by AND or OR" if compared and stop.found else None
