# SPDX-License-Identifier: MIT
"""The signatures of all calls of Python's package, for tools/build/stubs.py: arguments with types and
defaults, and results. A builder's is made of the table and of the library's list of options, one of PyTorch's
of its row, another one of Python's function. A function that hands its options on has those of the call that
gets them: HANDS_ON of stub_types.py."""
import inspect
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGE = os.path.join(TOP, "python", "wengert")
sys.path.insert(0, os.path.join(TOP, "python"))
os.environ["WENGERT_CTYPES"] = "1"  # all functions are Python's then, and have their signatures

import numpy as np  # noqa: the two lines above come first
import wengert as wg  # noqa
from wengert import _library, _names, _signatures, _words, c  # noqa

import stub_types as of  # noqa

WIDTH = 110
PLACE, NAMED, REST, OPTIONS = "place", "named", "rest", "options"


class Param:
    """An argument: its name, how it is given, its type, and its default as text. None: it must be given."""

    def __init__(self, name, type_, default=None, how=PLACE):
        self.name, self.type, self.default, self.how = name, type_, default, how
        if default == "None" and type_ not in ("Any", "None") and "None" not in type_:
            self.type += " | None"

    def __str__(self):
        star = {REST: "*", OPTIONS: "**"}.get(self.how, "")
        return "%s%s%s%s" % (star, self.name, ": " * bool(self.type) + self.type,
                             "" if self.default is None else " = " + self.default)


# ---- what the table says ----

def default_of(option):
    """The default of an option of the library, as Python writes it."""
    text, kind = _words._option_text(option), option.type.decode()[3:]
    name, _, rest = text.partition("=")
    words = option.range.decode().split(", ")
    word = re.match(r"[^:]*", rest)[0]
    if word in words and kind != "dtype":
        return '"%s"' % word
    if re.fullmatch(r"-?(\d+\.?\d*|\.\d+)(e-?\d+)?|None|True|False", word):
        return word
    return "None"


def options_of(struct):
    """The options of a struct of the table. One that must be given has the default None, too: it may be said
    by another word, as axis by dim."""
    kinds = dict(_library._pairs(_library._structs[struct].split(";")[1].split()))
    rows = _library._lib.options(struct)
    listed = {o.name.decode(): o for o in (rows.option[i] for i in range(rows.count))}
    out = []
    for name in _words._of_python(struct):
        words = listed[name].range.decode()
        type_ = ("_Axes" if name in ("axis", "axes") else of.literal(w for w in words.split(", ") if " " not
                in w) if kinds[name] in _library._enums
                 and words[:1].isalpha() else of.given(kinds[name]))
        default = default_of(listed[name])
        if name in ("axis", "axes") and "WG_" in listed[name].standard.decode():
            default = "None"
        out.append(Param(_words._word(name), type_, default, NAMED))
    return out


def with_other_words(options):
    """dim beside axis, and the like."""
    names = {p.name for p in options}
    more = [Param(word, p.type, "None" if p.type.startswith("_Axes") else p.default, NAMED)
            for word, name in wg._options._ALIASES.items() for p in options
            if p.name == name and word not in names]
    return options + more


def by_struct(name, struct, operands, options, places):
    """The arguments of a builder of a struct. OPTIONAL has the operands that may be left out."""
    asked = [f for f in operands if f[1] not in ("graph", "user")]
    params, late = [], True
    for n, kind in reversed(asked):
        optional = n in of.OPTIONAL.get(name, "").split()
        late = late and optional
        params.insert(0, Param(_words._word(n), of.given(kind) + " | None" * optional, "None" if late
                               else None))
    listed = options_of(struct)
    for p in listed:
        p.how = PLACE if p.name.rstrip("_") in places else NAMED
    listed.sort(key=lambda p: places.index(p.name.rstrip("_")) if p.how == PLACE else len(places))
    return params + with_other_words(listed)


def by_parameters(name, fields):
    asked = [f for f in fields if f[1] not in ("graph", "result", "user")]
    optional = of.OPTIONAL.get(name, "").split()
    if asked[-1:] and asked[-1][1] == "list":  # operands, or a list of them
        return [Param(n, of.given(kind)) for n, kind in asked[:-1]] + [Param(asked[-1][0], "_Operand", None,
                REST)]
    return [Param(_words._word(n), of.given(kind) + " | None" * (n in optional), "None" if kind == "init"
                  else None)
            for n, kind in asked]


def builder_of(f):
    """The description of a builder behind f, or None."""
    while f is not None and not hasattr(f, "in_c"):
        f = getattr(f, "__wrapped__", None)
    return f and f.in_c


def of_builder(name, in_c):
    """The arguments and the result of a builder."""
    _, struct, fields, options, places = in_c
    if struct:
        params = by_struct(name, struct, fields, options, places)
    else:
        params = by_parameters(name, fields)
    many = [n for n, kind in fields if kind == "result"]
    result = _library._row(name).result
    return params, "Sorted" if name in ("sort", "topk") else (
        "tuple[%s]" % ", ".join(["Value"] * len(many)) if many else of.got(result))


def of_row(name, own=0):
    """The arguments and the result of a call that the table alone makes. own: so many of the first are left
    out."""
    row, params, options = _library._row(name), [], []
    context = False
    for k, (n, kind) in enumerate(row.parameters):
        base = kind.rstrip("*[]!")
        if kind.endswith("_opts*"):
            options += options_of(base)
        elif kind.endswith("_args*"):
            operands = _library._pairs(_library._structs[base].partition(";")[0].split())
            params += [Param(_words._word(m), of.given(t)) for m, t in operands
                       if t not in ("graph*", "void*") and (m, t) != ("count", "int")]
            options += options_of(base)
        elif kind == "context*":
            context = True
        elif not skipped(row, k, n, kind):
            optional = base == "init" or kind == "text" and n in c._OPTIONAL
            params.append(Param("text" if n == "format" else _words._word(n),
                                "_Path" if (n, kind) == ("path", "text") else given_type(kind),
                                "None" if optional else None))
    needed = next((i for i in reversed(range(len(params))) if params[i].default is None), 0)
    params = [Param(p.name, p.type.removesuffix(" | None")) if i < needed else p for i, p
              in enumerate(params)]
    names = {p.name for p in params}
    options = [p for p in with_other_words(options) if p.name not in names]
    if context and "context" not in names:
        options.append(Param("context", "Context", "None", NAMED))
    return params[own:] + options, of.RESULTS.get("c." + name) or result_of(row, own)


def given_type(kind):
    base = kind.rstrip("*![]")
    if kind.endswith("*") and base in _library._structs and base not in ("shape", "init", "tensor", "node"):
        return of.given(kind) if base in c._CLASSES else "Any"
    return of.given(kind + "*" if kind == "()" else kind)


def skipped(row, k, name, kind):
    """Whether Python does not give this parameter: wengert.c.signature says so."""
    before = row.parameters[k - 1][1] if k else ""
    return (kind in ("file", "...") or kind.endswith("!") and k > 0 or kind == "void*" and name != "bytes"
            or kind == "graph*" and c._implied(row, name)
            or name in c._COUNTS | {"room", "most"} and kind in ("int", "int64", "size") and k > 0
            and before[-1:] in "*]!" and before != "context*")


def result_of(row, own=0):
    """What a call of the table returns: wengert.c._Call.run has the rules."""
    outs = []
    if row.name.endswith("_free"):
        return "None"
    for k, (name, kind) in enumerate(row.parameters):
        base = kind.rstrip("*[]!")
        if k < own:
            continue
        if kind == "text!":
            outs.append("str")
        elif kind.endswith("!"):
            many = kind.endswith("[]!") or base == "double" and row.parameters[-1][0] in (
                "theta", "gradient", "out", "count") or base == "float"
            outs.append(of.got(base + "[]") if many else of.got(kind.rstrip("!")[:-1] or base))
    result = row.result
    if any(kind == "file" for _, kind in row.parameters):
        return "str | None" if result == "bool" else "str"
    if outs and "text!" in [kind for _, kind in row.parameters]:
        return ("str | None" if result == "bool" else "str" if result in ("int", "text", "text!")
                else "tuple[%s, str]" % of.got(result))
    if result in ("status", "-") and row.name != "failed" or result == "bool" and outs:
        all_ = "None" if not outs else outs[0] if len(outs) == 1 else "tuple[%s]" % ", ".join(outs)
        return all_ + " | None" if result == "bool" and outs else all_
    if result.endswith("*") and result[:-1] in _library._structs and len(outs) == 1:
        return "list[%s]" % of.got(result[:-1])
    own = of.got("text*" if result.startswith("text*") else result)
    own = "str | None" if result == "text!" else own
    return "tuple[%s]" % ", ".join([own, *outs]) if outs else own


# ---- what functions of Python say ----

def written(default):
    """A default of Python as text."""
    if isinstance(default, np.dtype):
        return "..."
    if isinstance(default, str):
        return '"%s"' % default
    return repr(default) if default is None or isinstance(default, (bool, int, float, tuple)) else "..."


def type_of(who, name, default):
    """The type of an argument of Python's function `who`."""
    if isinstance(default, bool):
        return "bool"
    found = (of.NAMES.get("%s.%s" % (who, name)) or of.NAMES.get("%s.%s" % (who.rpartition(".")[2], name))
             or of.NAMES.get(name))
    if found is None and default is not None and isinstance(default, (bool, int, float, str)):
        found = type(default).__name__
    if found is None:
        of.LACKS.append("the type of %s.%s in NAMES" % (who, name))
    return found or "Any"


def of_function(who, f, own=0):
    """The arguments of a function of Python. own: so many of the first are left out."""
    params, how = [], PLACE
    listed = list(inspect.signature(f).parameters.values())[own:]
    for p in listed:
        if p.kind == p.VAR_KEYWORD or p.name in getattr(f, "keywords", ()):
            continue
        how = NAMED if p.kind == p.KEYWORD_ONLY else how
        if p.name[0] == "_" and p.default is not p.empty:
            continue
        if p.kind == p.VAR_POSITIONAL:
            params.append(Param(p.name, type_of(who, "*" + p.name, None), None, REST))
            how = NAMED
        else:
            empty = p.default is p.empty
            params.append(Param(p.name, type_of(who, p.name, None if empty else p.default),
                                None if empty else written(p.default), how))
    return with_options(who, params) if any(p.kind == p.VAR_KEYWORD for p in listed) else params


def behind_name(in_c):
    return next(n for n, f in _names._builders.items() if builder_of(f) is in_c)


def with_options(who, params):
    """The arguments, and those that a function hands on by **options."""
    name = who.rpartition(".")[2]
    to = of.HANDS_ON.get(who, of.HANDS_ON.get(name, name if name in _names._builders else None))
    if to is None:
        of.LACKS.append("who gets the options of %s in HANDS_ON" % who)
        return params
    more = handed_on(to)
    rest = [p for p in params if p.how == REST and p.name in ("given", "g")]
    if rest:  # what a builder takes by place
        params = [p for p in params if p not in rest]
        at = next((i for i, p in enumerate(params) if p.how != PLACE), len(params))
        places = [p for p in more if p.how == PLACE and p.default is not None]
        mine = {p.name: p for p in params}
        taken = [mine.get(p.name, p) for p in places]
        for p in taken:
            p.how = PLACE
        params = params[:at] + taken + [p for p in params[at:] if p not in taken]
    names = {p.name for p in params}
    later = [Param(p.name, p.type, p.default, p.how if p.how == OPTIONS else NAMED) for p in more
             if p.name not in names and p.default is not None or p.how == OPTIONS]
    return params + later


def handed_on(to):
    """The options of a call, of a struct of the table, or of a text: "name: type = default, ..."."""
    out = []
    for part in to.split(" + "):
        if part in _names._builders:
            out += of_builder(part, builder_of(_names._builders[part]))[0]
        elif part in _library._structs:
            out += options_of(part)
        elif ":" in part:
            for text in part.split("; "):
                name, type_, default = re.match(r"(\**\w+): (.*?)(?: = (.*))?$", text).groups()
                out.append(Param(name.strip("*"), type_, default, OPTIONS if name[0] == "*" else NAMED))
    return out


def of_pytorch(who, row):
    """The arguments of a row. One that is refused has its default alone."""
    refused, _ = _signatures.marks(row)
    params, how = [], PLACE
    for p in _signatures.signature(row).parameters.values():
        how = NAMED if p.kind == p.KEYWORD_ONLY else how
        if p.kind == p.VAR_POSITIONAL:
            params.append(Param(p.name, type_of(who, "*" + p.name, None), None, REST))
            how = NAMED
            continue
        empty = p.default is p.empty
        type_ = ("None" if p.default is None else "Literal[%s]" % written(p.default)
                 if not isinstance(p.default, float)
                 else "float") if p.name in refused else type_of(who, p.name, None if empty else p.default)
        params.append(Param(p.name, type_, None if empty else written(p.default), how))
    return params


def of_python(who, f):
    """The arguments and the result of a function of Python, or of one that a row makes."""
    behind = builder_of(f)
    if behind:
        return of_builder(behind_name(behind), behind)
    return of_pytorch(who, f.row) if hasattr(f, "row") else of_function(who, f), result(who)


# What a value of one element of each of these types is, to see what a call makes of a matrix.
_X = wg.tensor([[0.5, 0.25], [0.125, 0.75]])
_SAMPLES = {"_Operand": _X, "float": 0.5, "int": 0}


def keeps_shape(f, params, given):
    """Whether a method of a value gives one of the same shape, where it can be called with samples."""
    needed = [_SAMPLES.get(p.type) for p in params if p.default is None and p.how == PLACE]
    if given != "Value" or any(x is None for x in needed) or any(p.how == REST for p in params):
        return False
    try:
        y = f(_X, *needed)
        return isinstance(y, wg.Value) and y.shape == _X.shape and len(y.numpy()) == 2
    except Exception:
        return False


# ---- text ----

def first_line(f, name=None):
    """The first sentence of a call's text."""
    text = "" if getattr(f, "keywords", None) else f.__doc__ or ""
    name = behind_name(builder_of(f)) if builder_of(f) else name
    if name in _library._rows and builder_of(f):
        text = _words._described(_library._row(name), "")
    lines = [line.strip() for line in text.strip().split("\n")]
    if lines and name and re.match(r"%s\([^:]*\)$" % re.escape(name), lines[0]):
        lines = lines[1:]
    whole = " ".join(" ".join(lines).split("  ")[0].split())
    whole = whole[:1].upper() + whole[1:] if re.match("[a-z]+ [a-z]", whole) else whole
    sentence = re.match(r".*?(?<!\.)\.(?= [A-Z(]|$)|.*", whole)[0].rstrip(":").strip()
    return sentence if len(sentence) < WIDTH - 14 else sentence[:WIDTH - 18].rpartition(" ")[0] + " ..."


def result(who):
    """What a function of Python returns."""
    owner, _, name = who.rpartition(".")
    found = of.RESULTS.get(who) or of.RESULTS.get(name if owner in ("", "Value") else "*." + name)
    if found or owner in ("", "Value", "Leaf", "Parameter", "linalg") or owner in vars(wg.distributions):
        return found or "Value"
    kind = getattr(getattr(wg, owner, None), "_kind", "")
    facts = dict(_library._pairs(_library._structs["check_facts"].split()))
    if kind == "check" and name.removesuffix("_of") in facts:
        return of.got(facts[name.removesuffix("_of")])
    if kind + "_" + name not in _library._rows:
        of.LACKS.append("what %s returns in RESULTS" % who)
        return "Value"
    return of_row(kind + "_" + name)[1]


def forms(name, params, own):
    """The signatures of a call that has several, as pairs (arguments, result); or the one that it has."""
    by, kinds = of.FORMS.get(name) or (of.GRADIENT if any(p.name == "requires_grad" and p.how == NAMED for p
                                                          in params)
                                       else ("", ()))
    return [([Param(p.name, type_, default, NAMED if default is None and p.how == NAMED else p.how)
              if p.name == by else p
              for p in params], result) for type_, default, result in kinds] or [(params, own)]


def of_nodes():
    """The names of calls of C whose first argument is a node, as methods of values."""
    return [n.removeprefix("node_") for n in _library._rows if n not in c.NOT_HERE and (
        n.startswith("node_") or c.is_for_users(n)) and _library._row(n).parameters[:1]
        and _library._row(n).parameters[0][1] == "node"]


def of_optimizer(name):
    return [Param("p", "Params")] + with_other_words(options_of(name + "_opts"))
