# SPDX-License-Identifier: MIT
"""The gradient check, and what it found."""
import ctypes
from ctypes import byref, c_size_t, c_void_p

import numpy as np

from ._arrays import _real
from ._context import _now
from ._ctrl_c import HeldCtrlC
from ._graph import Graph
from ._library import _CHECKED, _Node, _PROGRESS, _lib, _libc
from ._options import _opts
from ._params import Params
from ._things import _OfTable, _finalize
from ._trees import _is_tree, _leaves, _leaves_of, _tree
from ._value import Value, _of_value, _values_of
from ._way import _here
from ._words import _as_python

class Report(_OfTable):
    """What wg.check found. True if it passed; str() is the report."""
    _kind = "check"

    def __init__(self, r):
        self._r = r
        self._free = _finalize(self, _lib.wg_check_free, r)

    verdict = property(lambda r: _lib.wg_verdict_name(_lib.wg_check_verdict(r._r)).decode())
    ratio = property(lambda r: r.facts_of().ratio)
    reason = property(lambda r: r.facts_of().reason)

    def gaps(self):
        """How often a function had no finite value; the first: where, and why."""
        return self.facts_of().gaps, self.facts_of().first_gap

    def __bool__(self):
        return _lib.wg_check_verdict(self._r) == 0

    def __str__(self):
        text, size = c_void_p(), c_size_t()
        stream = _libc.open_memstream(byref(text), byref(size))
        _lib.wg_check_print(self._r, stream)
        _libc.fclose(stream)
        try:
            return _as_python(ctypes.string_at(text, size.value).decode().rstrip("\n"))
        finally:
            _libc.free(text)

    def __repr__(self):
        """One line, as `assert wg.check(...)` shows it: what is wrong first, its remedy, the verdict."""
        lines = str(self).split("\n")
        said = [k for k, line in enumerate(lines[:-1]) if line.startswith("  FAIL") or " FAIL" in line][:1]
        said += [k + 1 for k in said if lines[k + 1].startswith("       ")]
        said = said or [k for k, line in enumerate(lines) if "  inconclusive: " in line][:1]
        return "<%s>" % "; ".join(" ".join(lines[k].split()) for k in said + [-1])

    def _repr_pretty_(self, printer, cycle):
        printer.text(str(self))

def _fact(name):
    """A method of reports that gives this fact."""
    def fact(self):
        return getattr(self.facts_of(), name.removesuffix("_of"))
    fact.__name__, fact.__qualname__ = name, "Report." + name
    fact.__doc__ = "One of the facts that the report has: %s." % name.removesuffix("_of")
    return fact

for _name in ("value floor eps noise evaluations gradients seed name where why stopped findings inputs "
              "points unreached rules_of second_of").split():
    setattr(Report, _name, _fact(_name))

class _CheckOptions:
    """Options of a check as C has them. progress=f: f(stage, share) is called now and then; False stops."""

    def __init__(self, options):
        self._raised, watch = None, options.pop("progress", None)
        if watch:
            self._progress = _PROGRESS(lambda user, stage, share: self._watched(watch, stage.decode(), share))
            options["progress"] = ctypes.cast(self._progress, c_void_p)
        self._opts = _opts("gradcheck_opts", "gradcheck", options)
        self.struct = byref(self._opts)

    def _watched(self, watch, stage, share):
        try:
            return self._raised is None and watch(stage, share) is not False
        except BaseException as e:
            self._raised = e
            return False

    def done(self, report):
        if self._raised:
            raise self._raised
        return report

@_of_value("check")
def _check_value(self, p=None, *more, **options):
    """Compares the gradients by the parameters p, or by these values, with measured slopes."""
    o = _CheckOptions(options)
    if p is None or isinstance(p, Params):
        r = Report(_lib.wg_gradcheck_at(_here(), self._node, p and p._p, o.struct))
    else:
        x = _values_of([p, *more] if isinstance(p, Value) else p)
        nodes = (_Node * len(x))(*(self.graph._node(v) for v in x))
        r = Report(_lib.wg_gradcheck_nodes_at(_here(), self._node, nodes, len(x), o.struct))
    self.graph.context._look()
    return o.done(r)

def _applied(f, arguments):
    g = Graph(mode="eval")
    x = [g.input(n, _real(a, "the argument %s" % n, g.context.dtype)) for n, a in _leaves_of(f, arguments)]
    at = iter(x)
    return f(*[_tree(a, at) for a in arguments]), x

def _value_and_gradient(f, grad, of_values):
    """both() of _check_arrays: of f and its gradient, or of f that returns the pair. of_values: why f is no
    function of values."""
    asked = []
    def both(new, wants):
        if grad is not None:
            # at later points before f: a gradient that needs what f has stored there depends on the order
            early = wants and bool(asked)
            d = grad(*new()) if early else None
            y = f(*new())
            asked.append(True)
            if isinstance(y, tuple) and len(y) == 2 and np.size(y[0]) == 1:
                raise TypeError("wengert.check: f returns the pair (value, gradient) and has a gradient "
                                "beside it: wengert.check(f, x) without grad=, or grad= with a function that "
                                "returns one number")
            if y is None or isinstance(y, tuple) or np.size(y) != 1:
                raise TypeError("wengert.check: f must return one number, and returns %s" % (
                    "None" if y is None else "a %s of several" % type(y).__name__))
            return y, grad(*new()) if wants and not early else d
        y = f(*new())
        if y is None:
            raise TypeError("wengert.check: f returned None")
        if not (isinstance(y, tuple) and len(y) == 2):
            raise TypeError("wengert.check: f returns no value of Wengert and no pair (value, gradient): "
                            "give its gradient, grad=") from of_values
        return y
    return both

def check(f, *arrays, grad=None, **options):
    """Compares a gradient with measured slopes at the given point.

    f: a value, with a Params or the values by which its gradient is checked: wg.check(loss, p). Or a function
    of values that returns a scalar value; or a NumPy function, whose gradient `grad` computes or is, as
    numbers at the given point, or which returns the pair (value, gradient). The gradient of several arguments
    is a list of arrays. An argument may be a dict or a list of arrays; then so is its gradient.
    Options: help(wengert.c.gradcheck) lists them. intended="W, b" names arguments of a NumPy function whose
    gradient is another one on purpose; of a function of values, ops or named nodes. progress=g:
    g(stage, share) is called now and then; False stops.
    """
    if isinstance(f, Value):
        return f.check(*arrays, **options)
    if callable(f) and any(callable(a) and not isinstance(a, Value) for a in arrays):
        raise TypeError("wengert.check: the gradient's function goes by its name: wengert.check(f, x, "
                        "grad=g)")
    if not callable(f) or not arrays or any(a is None for a in arrays):
        raise TypeError("wengert.check: a function and its point are expected, an array for each argument: "
                        "wengert.check(f, x, grad=g)")
    if grad is None:
        before = getattr(_now, "graph", None)
        try:
            y, x = _applied(f, arrays)
            if isinstance(y, Value):
                nodes = (_Node * len(x))(*(v._node for v in x))
                o = _CheckOptions(options)
                r = Report(_lib.wg_gradcheck_nodes_at(_here(), y._node, nodes, len(x), o.struct))
                y.graph.context._look()
                return o.done(r)
        except (TypeError, ValueError, AttributeError) as e:  # NumPy's functions do not take values
            of_values = e
        else:
            of_values = None
        finally:
            _now.graph = before
    else:
        of_values = None
    options.setdefault("name", getattr(f, "__name__", "f"))
    given = None if grad is None or callable(grad) else _flat_gradient(grad, arrays)
    both = _value_and_gradient(f, grad, of_values)
    return _check_arrays(both, arrays, _leaves_of(f, arrays), options, given)

def _elements(x):
    """How many numbers x has: an array, a number, or a tree of them."""
    if x is None:
        return 0
    return sum(map(_elements, x.values() if isinstance(x, dict) else x)) if _is_tree(x) else np.size(x)

def _look_at_gradient(d, arguments):
    """Says what is expected instead of a gradient whose parts are not those of the arguments."""
    many = len(arguments) > 1
    line = ("return [%s]" % ", ".join("g%d" % i for i in range(len(arguments))) if many
            else "return g, an array like x")
    if d is None:
        raise TypeError("wengert.check: the gradient is None: its function must " + line)
    sizes = [_elements(a) for a in arguments]
    if (isinstance(d, tuple) and len(d) == 2 and np.size(d[0]) == 1
        and _elements(d) != sum(sizes) == _elements(d[1])):
        raise ValueError("wengert.check: the gradient's function returns the pair (value, gradient): "
                         "wengert.check(g, x) without grad=, or grad=lambda x: g(x)[1]")
    if many and isinstance(d, (list, tuple)):
        if any(part is None for part in d):
            raise TypeError("wengert.check: the gradient by argument %d is None: zeros are expected where f "
                            "does not depend on it" % [part is None for part in d].index(True))
        if [_elements(part) for part in d] != sizes and _elements(d) != sum(sizes):
            raise ValueError("wengert.check: the parts of the gradient have %s elements, the arguments %s: "
                             "%s" % (
                " and ".join(str(_elements(part)) for part in d), " and ".join(map(str, sizes)), line))

def _flat_gradient(d, arguments):
    """The gradient by all arguments as one list of numbers."""
    _look_at_gradient(d, arguments)
    if len(arguments) == 1 and (_is_tree(arguments[0]) or not isinstance(d, (list, tuple))):
        d = [d]
    if any(_is_tree(a) for a in arguments):
        d = [leaf for part, a in zip(d, arguments) for _, leaf in _leaves(part, a, "the gradient")]
    elif not isinstance(d, (list, tuple)):
        d = [d]
    return np.concatenate([np.ravel(_real(p, "the gradient")) for p in d])

def _names_of(named, arrays):
    """What x is made of, as C reads it: "W[3,4], b[4], s"."""
    names = ["".join("_" if c in "[], " else c for c in n)[-59:] for n, _ in named]
    return ", ".join("%s[%s]" % (n, ",".join(map(str, a.shape))) if a.ndim else n
                     for n, a in zip(names, arrays))

def _check_arrays(both, arguments, named, options, given=None):
    """both(new, wants): the value, and the gradient if it is wanted; new() are the arguments, anew for each
    function. named: the leaves of arguments. given: a gradient as numbers. What they raise at the given point
    is raised. At a moved point they have no value then."""
    arrays = [_real(a, "the argument %s" % n) for n, a in named]
    ends = np.cumsum([a.size for a in arrays])
    # Which are no arrays, and cannot be written to.
    numbers = [np.ndim(a) == 0 and not isinstance(a, np.ndarray) for _, a in named]
    failed = []

    def one(n, x, g, user):
        if failed:
            return float("nan")
        here, handed = np.ctypeslib.as_array(x, (n,)), []
        is_given = here.tobytes() == start
        try:
            def new():
                handed.append(here.copy())
                parts = np.split(handed[-1], ends[:-1])
                at = iter([part[0] if number else part.reshape(a.shape)
                           for part, a, number in zip(parts, arrays, numbers)])
                return [_tree(a, at) for a in arguments]
            y, d = both(new, bool(g))
            if g:
                d = _flat_gradient(d, arguments)
                if d.size != n:
                    raise ValueError("wengert.check: the gradient has %d elements, x has %d: one for each is "
                                     "expected" % (d.size, n))
                np.ctypeslib.as_array(g, (n,))[:] = d
            for x in handed:  # what was written into an argument is shown to the check, which says so
                if x.tobytes() != here.tobytes():
                    here[:] = x
                    break
            is_given = True  # what the handler of a signal raises is not f's
            ctrl_c.look()
            is_given = here.tobytes() == start
            return float(_real(y, "the value of the function"))
        except BaseException as e:
            if is_given or not isinstance(e, (Exception, SystemExit)) or isinstance(e, MemoryError):
                failed.append(e)
            if g:
                np.ctypeslib.as_array(g, (n,))[:] = np.nan
            return _lib.wg_check_no_value(("%s: %s" % (type(e).__name__, e)).encode())

    options.setdefault("names", _names_of(named, arrays))
    x = np.concatenate([np.ravel(a) for a in arrays])
    start = x.tobytes()
    o = _CheckOptions(options)
    if given is not None and given.size != x.size:
        raise ValueError("wengert.check: the gradient has %d elements, x has %d: one for each is expected" % (
            given.size, x.size))
    with HeldCtrlC() as ctrl_c:
        r = Report(_lib.wg_gradcheck_fn_at(_here(), _CHECKED(one), x.size, x.ctypes.data, None, o.struct)
                   if given is None else
                   _lib.wg_gradcheck_values_at(_here(), _CHECKED(one), x.size, x.ctypes.data,
                                               given.ctypes.data, None, o.struct))
    if failed:
        raise failed[0]
    return o.done(r)
