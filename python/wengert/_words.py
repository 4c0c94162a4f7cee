# SPDX-License-Identifier: MIT
"""What C says, in Python's words: sentences of headers and errors, and the texts for help()."""
import ctypes
import functools
import keyword
import re
from ctypes import POINTER, c_char_p

from ._library import _DTYPES, _calls, _enums, _lib, _pairs, _row, _rows, _structs, _table

def _described(row, call, options=None):
    """The text for help(): the call, what it does, its operands and options with defaults."""
    struct = next((kind[:-1] for _, kind in row.parameters if re.search("_(args|opts)[*]$", kind)), None)
    op = ctypes.cast(_lib.wg_op_find(row.name.encode()), POINTER(c_char_p))  # a wg_op begins with four texts
    summary, formula, adjoint = [op[k].decode() if op[k] else "" for k in (1, 2, 3)] if op else ("", "", "")
    lines = [call, ""] + [(s if s[1:2] in " [" else s[:1].upper() + s[1:]) + "." * (s[-1] not in ".:")
                          for s in (summary, _as_python(row.text)) if s] + [
        "%s: %s" % pair for pair in (("Formula", formula), ("Derivative", adjoint)) if pair[1]]
    if struct:
        notes = [line.split(" ", 1) for line in _table["OPERANDS"] if line.startswith(struct + ".")]
        lines += ["", "Operands:"] * bool(notes) + ["    %s: %s" % (n[len(struct) + 1:], _as_python(text))
                                                    for n, text in notes]
        rows = _lib.options(struct)
        mine = _of_python(struct)
        told = [_option_text(o) for o in (rows.option[i] for i in range(rows.count))
                if o.name.decode() in mine]
        lines += ["", "Options:"] * bool(told) + ["    " + text for text in told]
    return "\n".join(lines)

@functools.lru_cache(None)
def _of_python(struct):
    """The options of a struct that Python gives: no functions of C, and no numbers of elements, which follow
    from lists."""
    options = _pairs(_structs[struct].split(";")[1].split())
    names = [n for n, _ in options]
    return [n for n, kind in options if not (kind == "void*" or kind.endswith("()") and n != "progress"
                                             or kind in ("allocator*", "byte*", "node*!")
                                            or kind == "int" and (n == "count" or n.endswith("_count")
                                                and {n[:-6], n[:-6] + "s"} & set(names)))]

_DEFAULTS = {"false": "False", "true": "True", "NULL": "None", "WG_AUTO": "None"}

def _word(name):
    """A name of C as a keyword argument of Python: from_."""
    return name + "_" * keyword.iskeyword(name)

def _option_text(o):
    default, text, of = o.standard.decode(), _as_python(o.text.decode()), o.range.decode()
    words = [w for w in _enums.get(o.type.decode()[3:], ()) if default.lower().endswith("_" + w)]
    default = max(words, key=len) if words and "DEFAULT" not in default else _DEFAULTS.get(default, (
        "None" if re.match("WG_(NO|BY|INNER|ENDS|END)\\b|WG_(NO|BY|INNER|ENDS)_", default)
        or "DEFAULT" in default else default))
    return "%s=%s: %s%s" % (_word(o.name.decode()), default, text, ("; in " if of[0] in "[(" else "; ") + of
                            if of and of not in text else "")

# Variables of the environment, which Python has, too.
_ENVIRONMENT = frozenset("WG_ISA WG_NUM_THREADS WG_PLAN_BYTES WG_TRACE WG_WITHOUT".split())
# Objects of messages, by the class whose method a call is.
_OBJECT = dict(params="p", graph="g", optim="optimizer", data="data", figure="fig", check="report",
               nn_cache="cache", group="group", context="context", average="average")
# Calls of C for which Python has another word.
_SAID = dict(value="x.numpy()", item="x.item()", backward="backward", begin="g.begin", params_in="p.part",
             graph_of="x.graph",
             start="wg.Context", gradcheck="wg.check", gradcheck_fn="wg.check", none="None",
             no_warnings="a function that does nothing",
             keep="x.keep", save_with="C's save_with", save_end="C's save_end", input_borrow="wg.input with "
             "copy=False", hold="x.numpy")

@functools.lru_cache(None)
def _fields_of_c_names():
    """The names of all options and fields of C's structs."""
    return frozenset(field.partition(":")[0] for struct in _structs.values()
                     for field in struct.replace(";", " ").split())

@functools.lru_cache(None)
def _constants():
    """WG_EVAL is "eval" in Python; what says that nothing is said is None."""
    words = {"WG_" + w: "None" for w in "AUTO END INNER NO BY ENDS".split()}
    for line in _table["ENUMS"]:
        name, *all_ = line.split()
        words.update((c, '"%s"' % w) for c, w in zip(all_, _enums[name]))
    words.update(("WG_" + c, '"%s"' % t.name) for c, t in zip("F32 F64 I32 I64 BOOL U8 F16".split(),
        _DTYPES[1:]))
    return words

def _call_of_python(name):
    """What Python calls wg_NAME."""
    name = re.sub("_(at|args|opts)$", "", name)
    if name in _SAID:
        return _SAID[name]
    for kind, of in sorted(_OBJECT.items(), key=lambda pair: -len(pair[0])):
        first = name in _rows and _row(name).parameters[:1]
        if first and name.startswith(kind + "_") and first[0][1].rstrip("*!") == kind:
            return "%s.%s" % (of, _word(name[len(kind) + 1:]))
    return name if name not in _rows and (name in _enums or name in _structs) else "wg." + name

_CALL_OF_C = re.compile(r"\bwg_(\w+)(?:\(([^()]*)\))?")

def _call_in_python(m):
    """wg_average_use(a, false), as Python has it: a.use(False)."""
    call, given = _call_of_python(m[1]), m[2]
    if given is None:
        return call
    given = re.sub(r"\b(true|false)\b", lambda w: w[1].capitalize(), given)
    of, dot, method = call.rpartition(".")
    if m[1] == "graph_of":
        return given + ".graph"
    if dot and of != "wg":  # the object is the first argument
        first, _, rest = given.partition(",")
        return "%s.%s(%s)" % (first.strip(), method, "" if m[1] == "begin" else rest.strip())
    return "%s(%s)" % (call, given)

def _option_in_python(m):
    """.axis = 1, or .axis alone, as Python has it."""
    name, x = m[1], m[2]
    if name not in _fields_of_c_names():
        return m[0]
    return "%s=%s" % (_word(name), "" if x is None else {"true": "True", "false": "False",
                                                         "NULL": "None"}.get(x, x))

def _as_python(text):
    """A sentence of C, of its headers or its errors, in Python's words."""
    if "_" not in text and "." not in text:
        return text
    text = re.sub(r"\bWG_(?:SHAPE|AXES)\(([^()]*)\)", r"[\1]", text)
    text = re.sub(r"\b(wg_\w+) (?:it|the graph)\b", r"call \1", text)
    text = re.sub(r"(?<![\w.)/'\]])\.([a-z]\w*)\b(?!\()(?: = (\[[^]]*\]|\"[^\"]*\"|[-\w.]*\w))?",
                  _option_in_python, text)
    text = _CALL_OF_C.sub(_call_in_python, text)
    return re.sub(r"\bWG_[A-Z0-9_]+\b", lambda m: m[0] if m[0] in _ENVIRONMENT
                  else _constants().get(m[0], m[0][3:].lower()), text).replace(
        "NULL", "None")

_CALL, _OPTION, _IN_PYTHON = 0, 2, 3  # of wgx_word_kind and wgx_language

def _meant(word, kind):
    """What to write for a word of another library. None: it is no such word, or the language is not here."""
    try:
        return _lib.wgx_meant(word.encode(), kind, _IN_PYTHON)
    except NotImplementedError:
        return None

def _near(word, words, kind=None):
    """What to write for a word that is none of these: for one of another library its line, else the nearest
    of these."""
    words = [w for w in words if w[:1] != "_"]
    meant = kind is not None and _meant(word, kind)
    if meant:
        line = meant.decode()
        option = line.partition(" ")[2].partition("=")[0]
        if kind == _CALL or option in words or option == "axis" and "axes" in words:
            return ": " + line
    near = _lib.wgx_nearest(word.encode(), (c_char_p * len(words))(*(w.encode() for w in words)), len(words))
    return ": did you mean %s?" % near.decode() if near else ""

_explained = set()

def _explain(name, f):
    """Gives a function its text for help() when it is looked at for the first time: from the table, beside
    one of its own; of a word of another library what is meant by it."""
    _explained.add(name)
    own = None if f.__doc__ == type(f).__doc__ else f.__doc__
    if name in _rows:
        f.__doc__ = "\n\n".join(filter(None, (own, _described(_row(name), _calls().signature(_row(name))))))
    elif not own and callable(f) and not isinstance(f, type):
        meant = _meant(name, _CALL)
        f.__doc__ = meant and re.sub("^write ", "As ", meant.decode())

def _text_for(name, f):
    if name not in _explained:
        _explain(name, f)
    return f.__doc__
