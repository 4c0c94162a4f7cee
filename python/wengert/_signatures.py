# SPDX-License-Identifier: MIT
"""Signatures of PyTorch as rows: "relu(input, -inplace=False) = b.relu(input)". A row has each argument of
the original, by position, name and default. Before an argument - says: any other value is refused; ~ says: it
has no effect on numbers. Behind = stands what is computed. tests/ways/signatures.py compares the rows with
PyTorch's."""
import ast
import importlib
import inspect
import re

_MARKED = re.compile(r"(?:(?<=^)|(?<=, ))([-~])(\w+)=((?:\([^)]*\)|[^,])+)")
# What to write for an argument that is refused.
_INSTEAD = dict(
    size_average='it is of old versions: write reduction="mean" or "sum"',
    reduce='it is of old versions: write reduction="none" for the loss of each element',
    device="all runs on the processor: leave it out",
    maximize="write (-loss).backward()",
    lr_decay="write wg.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t * decay))",
    max_norm="leave it out, and scale the rows in wg.no_grad() behind each step",
    scale_grad_by_freq="leave it out",
    ceil_mode="leave it out, and write np.pad(x, widths, constant_values=-np.inf) before it",
    return_indices="leave it out: where the largest stood is not kept",
    divisor_override="leave it out, and multiply the result",
    padding_mode="leave it out, and write np.pad(x, widths, mode=\"reflect\") before it",
    out="leave it out: the result is the value",
    proj_size="leave it out, and write nn.Linear(hidden_size, n) behind the module",
    antialias="leave it out, and write F.avg_pool2d before it")


def marks(row):
    """The arguments of a row that are refused, and those without effect, with their defaults as text."""
    found = {"-": {}, "~": {}}
    for mark, name, default in _MARKED.findall(row):
        found[mark][name] = default
    return found["-"], found["~"]


def arguments(row):
    """The text of the arguments, without marks."""
    return _MARKED.sub(r"\2=\3", row)


def names(row):
    """The names of the arguments, in order; behind * they are given by name alone."""
    return re.findall(r"(?:^|, )\**(\w+)", arguments(re.sub(r"\([^)]*\)", "0", row)))


# Operands that may be arrays.
_ARRAYS = frozenset("input target weight query key value input1 input2 x1 x2 anchor positive negative var "
                    "logits".split())


class Words:
    """A class whose attributes that are not there are said in words."""

    def __getattr__(self, name):
        from ._words import _near
        known = [] if name[:1] == "_" else [n for n in (*vars(self), *dir(type(self))) if n[:1] != "_"]
        raise AttributeError("wengert: %s has no %s%s" % (type(self).__name__, name, _near(name, known)
                                                          if known else ""))


def by_place(row):
    """The names of the arguments that may be given by position."""
    return names(row.partition(", *,")[0])


def parted(row):
    """The defaults of the arguments of a row: of those that are refused, of those that are taken, of those
    that change nothing."""
    refused, ignored = ({n: ast.literal_eval(x) for n, x in d.items()} for d in marks(row))
    taken = {n: p.default for n, p in signature(row).parameters.items() if p.default is not p.empty
             and n not in refused and n not in ignored}
    return refused, taken, dict(refused, **ignored)


def signature(row):
    space = {}
    exec("def f(%s): pass" % arguments(row), space)
    return inspect.signature(space["f"])


def refuse(what, name, x):
    """An argument that would change the result, and is not here."""
    text = "%s=%r" % (name, x) if isinstance(x, (bool, int, float, str, type(None))) else name + "="
    raise TypeError("wengert: %s: %s is not here: %s" % (what, text, _INSTEAD.get(name, "leave it out")))


def device(x):
    """Refuses a device that is not the processor."""
    if x is not None and str(x).split(":")[0] != "cpu":
        raise TypeError("wengert: all runs on the processor, and %r is none: leave device out, or write "
                        "device=\"cpu\"" % (str(x),))


def unknown(what, row, options):
    raise TypeError("wengert: %s takes %s, and no %s" % (what, arguments(row), ", ".join(options)))


def _looked(what, row):
    """Lines of Python that look at the arguments which are refused. what: a text or an expression for it."""
    lines = ["if _options: _unknown(%s, %r, _options)" %
             (what, row)] + ["_device(device)"] * ("device" in names(row))
    lines += ["if %s %s %s: _refuse(%s, %r, %s)" % (n, "is not" if d in ("None", "True", "False") else "!=",
                                                    d, what, n, n)
              for n, d in marks(row)[0].items()]
    return "".join("    %s\n" % line for line in lines)


def made(what, name, row, body, space):
    """The function of this row whose body is `body`, in the names `space`."""
    space.update(_refuse=refuse, _device=device, _unknown=unknown)
    text = "def %s(%s, **_options):\n%s    %s\n" % (name, arguments(row),
                                                    _looked(what, row[4:] if row[:2] == "_0" else row), body)
    exec(compile(text, "%s: row of %s" % (__file__, what), "exec"), space)
    f = space.pop(name)
    of = inspect.signature(f)
    f.__signature__ = of.replace(parameters=list(of.parameters.values())[:-1])
    return f


class Begun:
    """__init__ of a class by its _row: an attribute for each argument, then self._begin(). It is made when it
    is first asked for."""

    def __init__(self, cls):
        self._cls = cls

    def __get__(self, x, of=None):
        cls, row = self._cls, self._cls._row
        taken = [n for n in names(row) if n not in marks(row)[0] and n != "device"]
        body = "vars(_0).update(%s); _0._begin()" % ", ".join("%s=%s" % (n, n) for n in taken)
        f = made("type(_0).__name__", "__init__", "_0" + ", " * bool(row) + row, body, {})
        f.__qualname__ = cls.__qualname__ + ".__init__"
        cls.__init__ = f
        return f if x is None else f.__get__(x)


class Rows:
    """The functions of a text of rows, each made when it is first asked for."""

    def __init__(self, text, space, *more):
        """space: the names of the bodies, Value as _Value and tensor as _tensor. more: modules with _rows of
        their own, which are read when a name is not here."""
        self._space, self._of, self._more = space, {}, more
        for line in text.strip().split("\n"):
            head, _, body = line.partition(" = ")
            name, _, row = head.partition("(")
            self._of[name] = row[:-1], body

    def _others(self):
        return (importlib.import_module(m)._rows for m in self._more)

    def names(self):
        return list(self._of) + [name for rows in self._others() for name in rows.names()]

    def row(self, name):
        """The arguments of a function, as its row has them."""
        return next(rows._of[name][0] for rows in (self, *self._others()) if name in rows._of)

    def arguments(self, name):
        return arguments(self.row(name))

    def get(self, name):
        """The function of this name. None: there is no such row."""
        if name not in self._of:
            return next(filter(None, (rows.get(name) for rows in self._others())),
                        None) if name[0] != "_" else None
        row, body = self._of[name]
        first = "".join("%s = %s if isinstance(%s, _Value) else _tensor(%s)\n    " % ((n,) * 4)
                        for n in row.split(", ") if n in _ARRAYS)
        body = ("y = %s\n    return input._in_place(y) if inplace else y" % body if "inplace" in names(row)
                else "return " + body)
        f = made(repr(name), name, row, first + body, self._space)
        f.__module__, f.__doc__ = self._space["__name__"], "%s(%s)" % (name, arguments(row))
        self._space[name] = f
        return f
