"""Reads printed numbers and arrays, and compares them with those of JSON.

A number is right if some rounding of the other one to four or more significant digits (`least`) is what
is printed. So a lost sign, a lost minus of an exponent, an element at another place and a digit that was cut
off are seen.
"""
import math
import re

RAISED = {c: d for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")}
WORDS = {"nan": math.nan, "inf": math.inf, "∞": math.inf, "true": 1.0, "false": 0.0}
# ·10ⁿ and 10ⁿ stand before plain digits, which also have the forms 1e+20 and 1,024.
NUMBER = re.compile(r"([−-]?)(?:(nan|NaN|inf|∞|true|false)(?![\w])|(?:(\d[\d.]*)·)?10([⁻⁰¹²³⁴-⁹]+)|"
                    r"(\d{1,3}(?:,\d{3})+(?![\d])|\d+\.?\d*(?:e[+-]?\d+)?))")


class Unread(Exception):
    pass


class Wrong(Exception):
    pass


def need(ok, text):
    if not ok:
        raise Wrong(text)


def numbers(text):
    """All that stand in the text, also of SVG and of LaTeX."""
    return [float(v) for v in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?|nan", text)]


def far(p, q):
    return math.hypot(p[0] - q[0], p[1] - q[1])


def options(words, **many):
    """--NAME N for each of the names; what else stands there."""
    rest = []
    while words:
        name = words.pop(0)
        if name.startswith("--"):
            many[name[2:]] = int(words.pop(0))
        else:
            rest.append(name)
    return rest, many


def of(found):
    """The value of what NUMBER has found."""
    sign, word, digits, raised, plain = found.groups()
    if word:
        value = WORDS[word.lower()]
    elif raised:
        value = float("%se%s" % (digits or "1", "".join(RAISED[c] for c in raised)))
    else:
        value = float(plain.replace(",", ""))
    return -value if sign else value


def untex(text):
    """Signs and powers in the LaTeX of a text as those of the text."""
    raised = {v: k for k, v in RAISED.items()}
    for old, new in ("$-$", "−"), (r"$\cdot$", "·"), (r"\dots{}", "…"), (r"\_", "_"), (r"$\times$", "×"), (
            r"$\infty$", "∞"):
        text = text.replace(old, new)
    return re.sub(r"\$\{\}\^\{\$?([\d−-])\$?\}\$", lambda m: raised[m[1].replace("−", "-")], text)


def number(text):
    found = NUMBER.fullmatch(text.strip())
    if not found:
        raise Unread("no number: %s" % text)
    return of(found)


class Cut:
    """The end of a list that is cut short: …, … ×40 or … 2×9, with the sizes of the whole."""
    def __init__(self, sizes):
        self.sizes = [int(n) for n in re.findall(r"\d+", sizes)]


def array(text):
    """[[1, 2], [3, 4]] as lists, [1, 2, … ×40] with a Cut at its end; or a number."""
    text, at = text.strip(), 0

    def part():
        nonlocal at
        if text.startswith("[", at):
            at, parts = at + 1, []
            while not text.startswith("]", at):
                parts.append(part())
                at = re.compile(r"[\s,]*").match(text, at).end()
            at += 1
            return parts
        cut = re.compile(r"…(?: \d*(?:×\d+)+)?").match(text, at)
        found = cut or re.compile(r"[−-]?\d{1,3}(?=,\d)").match(text, at) or NUMBER.match(text, at)
        if not found:
            raise Unread("no array: %s" % text)
        at = found.end()
        return Cut(found.group()) if cut else number(found.group())
    value = part()
    if at < len(text):
        raise Unread("behind an array: %s" % text[at:])
    return value


def real(value):
    """Of JSON, which writes "-inf"."""
    return number(value) if isinstance(value, str) else float(value)


def same(shown, value, least=4):
    """Whether the number that is shown is a rounding of the value."""
    value = real(value)
    if math.isnan(value) or math.isinf(value) or not value:
        return shown == value or (shown != shown and value != value)
    return any(float("%.*g" % (n, value)) == shown for n in range(least, 18))


def flat(value):
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def shape(value):
    return [len(value)] + shape(value[0] if value else 0) if isinstance(value, list) else []


def agrees(shown, value, least=4):
    """Whether the array that is shown has the elements of the value, each at its place."""
    if isinstance(shown, list) and shown and isinstance(shown[-1], Cut):
        *first, cut = shown
        return (isinstance(value, list) and first and len(first) <= len(value) and
                cut.sizes in ([], shape(value)) and (len(first) < len(value) or len(cut.sizes) > 1) and
                all(agrees(a, b, least) for a, b in zip(first, value)))
    if isinstance(shown, list) != isinstance(value, list):
        one = flat(value)
        return not isinstance(shown, list) and len(one) == 1 and same(shown, one[0], least)
    if not isinstance(shown, list):
        return same(shown, value, least)
    return len(shown) == len(value) and all(agrees(a, b, least) for a, b in zip(shown, value))
