# SPDX-License-Identifier: MIT
"""numpy_signatures.py: each argument of NumPy's functions of arrays, by position and by name, at values that
are not the default: as m.f(x), as np.f(x) of a value, and as the method x.f(), for arrays of 0 to 3 axes,
sizes 0 and 1, and other dtypes.

    numpy_signatures.py         prints what is other; the status is 1 if a call is
    numpy_signatures.py WORD    calls with this word alone; -v: what is refused, too

The functions are those that NumPy has and that Wengert knows by the same name; NumPy itself says their
arguments and gives the right result. A call is the same, with shape and dtype, or refused: by an error of
Wengert, or of any kind where NumPy has one. The call without arguments is of all arrays, those with one more
are of the first six. float16, which is NumPy's for truths, is not compared."""
import ast
import inspect
import itertools
import re
import sys
import warnings

import numpy as np

import wengert as wg

warnings.simplefilter("ignore")
np.seterr(all="ignore")
sine = lambda *s: np.round(np.sin(np.arange(1, 1 + int(np.prod(s))) * 1.7), 3).reshape(s)
ARRAYS = {
    "sine(3, 4)": sine(3, 4), "sine(2, 3, 2)": sine(2, 3, 2), "whole": np.array([[3, -1, 2], [7, 0, 5]]),
    "sine(5)": sine(5),
    "sine()": sine(), "zeros((0, 3))": np.zeros((0, 3)), "sine(1, 2)": sine(1, 2),
    "float32": sine(2, 3).astype(np.float32),
    "truths": np.array([[True, False], [True, True]]), "wide": np.array([1e200, -np.inf, 3.0, np.nan]),
    "long": np.array([2**53 + 1, -7, 2**62]),
}
SQUARE = np.array([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 4.0]])

# What the first arguments are, by name; a function whose first argument is none of these has a line of its
# own.
FIRST = "a x ary arr m array arr1 x1 v p f object prototype obj".split()
SECOND = {"b": "a", "x2": "a", "y": "a", "v2": "a"}
# Arguments that must be given, and values that are tried, by FUNCTION ARGUMENT or * ARGUMENT.
NEEDED = {
    "* shape": "(2, -1)", "reshape newshape": "(-1,)", "* repeats": "2", "* reps": "2", "* shift": "1",
    "* axis1": "0", "* axis2": "-1",
    "* source": "0", "* destination": "-1", "expand_dims axis": "0", "* indices_or_sections": "1",
    "* indices": "[0]", "* a_min": "-0.5",
    "* a_max": "0.5", "* fill_value": "2.5", "* pad_width": "1", "broadcast_to shape": "(2, 3, 4)",
    "* q": "0.5", "* condition": "[True]",
    "* N": "3", "* start": "0.0", "* stop": "2.0", "* num": "5", "searchsorted v": "0.1",
    "digitize bins": "[0.0, 0.5]",
    "* choices": "[1.0]", "insert obj": "0", "insert values": "1.0", "delete obj": "0",
    "append values": "[1.0]",
}
VALUES = {
    "* axis": ["0", "-1", "1", "(0, 1)", "None", "5"], "* keepdims": ["True"],
    "* dtype": ["np.float32", "np.int64", "np.float64"],
    "* ddof": ["1", "2"], "* initial": ["2.0"], "* where": ["False"], "* order": ["'F'", "'C'"],
    "* k": ["1", "-1"],
    "* offset": ["1", "-1"], "* decimals": ["1", "2"], "* n": ["2"], "* prepend": ["0.0"],
    "* append": ["0.0"],
    "* weights": ["[1.0, 2.0, 0.5]"], "* returned": ["True"], "* repeats": ["3", "[1, 2, 1]"],
    "* reps": ["3", "(2, 1)", "(1, 2)"],
    "* shift": ["2", "-1", "(1, 1)"], "* side": ["'right'"],
    "* mode": ["'wrap'", "'clip'", "'edge'", "'reflect'"],
    "* fill_value": ["1", "-2.0"], "* nan": ["1.5"], "* posinf": ["9.0"], "* neginf": ["-9.0"],
    "* copy": ["False", "True"],
    "* subok": ["True"], "* ndmin": ["3"], "* endpoint": ["False"], "* retstep": ["True"], "* bias": ["True"],
    "* rowvar": ["False"],
    "* full_matrices": ["False", "True"], "* compute_uv": ["False"], "* ord": ["1", "np.inf", "'fro'", "3"],
    "* UPLO": ["'U'"],
    "* rcond": ["1e-3", "None"], "* axes": ["(1, 0)", "1", "0"], "* axis1": ["1"], "* axis2": ["0"],
    "* indices": ["[1, 0]", "-1"],
    "* a_min": ["0.0", "None"], "* a_max": ["0.25", "None"], "* equal_nan": ["True"], "* rtol": ["0.5"],
    "* atol": ["0.5"],
    "* return_index": ["True"], "* assume_unique": ["True"], "* out": ["None"], "* casting": ["'unsafe'"],
    "* shape": ["(4, 3)", "2"],
    "* newshape": ["(2, -1)", "-1"], "* source": ["1"], "* destination": ["0"], "* M": ["2"], "* num": ["4"],
    "* base": ["2.0"],
    "* kind": ["'stable'"], "* interpolation": ["'lower'"], "* method": ["'lower'"],
    "* overwrite_input": ["True"],
    "* indices_or_sections": ["3", "[1]"], "* like": ["None"], "* edge_order": ["2"], "* stat_length": ["1"],
    "* constant_values": ["1.5"],
    "* pad_width": ["2", "(1, 2)"], "* minlength": ["4"], "* increasing": ["True"], "* values": ["2.0"],
    "* optimize": ["True"],
}
OWN = {  # functions whose first argument is no array
    "concatenate": ["([x, x],)"], "stack": ["([x, x],)"], "vstack": ["([x, x],)"], "hstack": ["([x, x],)"],
    "where": ["(x > 0, x, 2.0)", "(x > 0, 1, x)", "(x > 0,)"], "einsum": ["('ij->ji', x)", "('...i->...', x)",
        "('ij,ij->i', x, x)"],
    "zeros": ["(3,)", "((2, 3),)"], "ones": ["(3,)", "((2, 3),)"], "full": ["((2, 3), 1.5)"],
    "arange": ["(3,)", "(1, 7, 2)", "(0.5, 3.0)"],
    "linspace": ["(0.0, 1.0)"], "eye": ["(3,)"], "identity": ["(3,)"], "tri": ["(3,)"], "meshgrid": ["(x,)"],
    "cross": ["(x[..., :3], x[..., :3])"], "tensordot": ["(x, x)"], "array": ["(x,)"], "asarray": ["(x,)"],
}
LINALG = {
    "inv": "(S,)", "det": "(S,)", "solve": "(S, S)", "cholesky": "(S,)", "svd": "(S[:2],)", "eigh": "(S,)",
    "qr": "(S,)", "norm": "(x,)",
    "lstsq": "(S, S)", "slogdet": "(S,)", "pinv": "(S,)", "matrix_rank": "(S,)", "eigvalsh": "(S,)",
    "matrix_power": "(S, 2)",
}
SKIPPED = frozenset("""
    load save savetxt loadtxt fromfile frombuffer memmap show_config info lookfor source test who deprecate
    einsum_path set_printoptions printoptions get_printoptions array2string array_repr array_str base_repr
    empty empty_like rand from_numpy copyto put place putmask putfn seterr geterr errstate may_share_memory
    shares_memory byte_bounds random nested_iters vectorize fromfunction apply_along_axis apply_over_axes
    piecewise select result_type can_cast common_type choose bmat
""".split())


# What is wider here, or said otherwise in python/calls.md: calls of sizes, and pairs of sort; NumPy's own
# errors of arguments by name and of empty means; whole numbers that stay whole, as in NumPy 2.
WIDER = (r"x\.size\(|m\.sort\(|x\.transpose\(axes=|linalg\.norm\(x, .*sine\(\)|average\(.*zeros\(|"
         r"\.(ceil|floor|rint|trunc|fabs)\(.*(whole|long)")


def functions():
    """Names of NumPy's functions that Wengert knows, by itself or as np.f(value), with their arguments."""
    for name in sorted(set(dir(np)) - SKIPPED):
        f = getattr(np, name)
        if not callable(f) or isinstance(f, type) or name[0] == "_":
            continue
        try:
            known = callable(getattr(wg, name))
        except AttributeError:
            known = False
        if isinstance(f, np.ufunc):
            args = [("x%d" % i, None) for i in range(1, f.nin + 1)] + [("where", "True"), ("dtype", "None")]
        else:
            try:
                args = [(q.name, None if q.default is q.empty else repr(q.default))
                        for q in inspect.signature(f).parameters.values()
                        if q.kind in (q.POSITIONAL_ONLY, q.POSITIONAL_OR_KEYWORD)] + [
                            ("*" + q.name, repr(q.default)) for q in inspect.signature(f).parameters.values()
                            if q.kind == q.KEYWORD_ONLY]
            except (ValueError, TypeError):
                args = []
        yield name, f, args, known


def tried(table, name, arg):
    return table.get("%s %s" % (name, arg), table.get("* " + arg, None))


def calls(name, args, first):
    """Texts of arguments: with each one at each of its values, by name and by position."""
    if first is None:
        given = []
        for k, (arg, default) in enumerate(args):
            if k == 0 and arg in FIRST or arg in SECOND or k == 1 and arg in ("x2", "b", "y"):
                given.append("x")
            elif default is None and not arg.startswith("*"):
                x = tried(NEEDED, name, arg)
                if x is None:
                    return
                given.append(x)
            else:
                break
        if not given or given[0] != "x":
            return
    else:
        given = [first[1:-1].rstrip(",")]
    yield ", ".join(given)
    place = len(given) if first is None else len(ast.parse("f" + first, mode="eval").body.args)
    for k, (arg, default) in enumerate(args):
        alone, arg = arg[:1] == "*", arg.lstrip("*")
        values = [v for v in tried(VALUES, name, arg) or ()]
        if first is not None and k < place:
            continue
        for v in values:
            if k < len(given) and first is None:
                if given[k] != "x":
                    yield ", ".join(given[:k] + [v] + given[k + 1:])
                continue
            yield ", ".join(given + ["%s=%s" % (arg, v)])
            between = [d for _, d in args[(len(given) if first is None else place):k]]
            if (not alone and None not in between and not any("<" in d for d in between)
                and not any(a[:1] == "*" for a, _ in args[:k])):
                yield ", ".join(given + between + [v])


def plain(y):
    if isinstance(y, wg.Value):
        return y.numpy()
    return [plain(e) for e in y] if isinstance(y, (tuple, list)) else y


def result(text, known):
    try:
        return plain(eval(text, known)), None
    except Exception as e:
        return None, e


def same(x, y, signless=False):
    """Whether they are the same; the signs of singular vectors are a choice."""
    if isinstance(x, (list, tuple)) or isinstance(y, (list, tuple)):
        return isinstance(x, (list, tuple)) and isinstance(y, (list, tuple)) and len(x) == len(y) and all(
            same(a, b, signless) for a, b in zip(x, y))
    try:
        x, y = np.asarray(x), np.asarray(y)
    except ValueError:
        return False
    if x.dtype == np.float16:
        return True
    if x.dtype.kind not in "fiub" or y.dtype.kind not in "fiub":
        return str(x) == str(y)
    if x.shape != y.shape or x.dtype != y.dtype and (x.shape or x.dtype.kind + y.dtype.kind != "ii"):
        return False
    x, y = (abs(x), abs(y)) if signless else (x, y)
    single = x.dtype.itemsize < 8 and x.dtype.kind == "f"
    return np.allclose(x, y, rtol=2e-6 if single else 1e-10, atol=1e-6 if single else 1e-12,
                       equal_nan=x.dtype.kind == "f")


def tell(what, form, label, right, y):
    right, y = (" ".join(repr(a).split())[:150] for a in (right, y))
    print("%s: %s, x %s\n  numpy    %s\n  wengert  %s" % (what, form, label, right, y))


def main():
    asked, counts, seen = [w for w in sys.argv[1:] if w != "-v"], dict(same=0, refused=0, other=0), set()
    taken = set()  # np.f of values that are something here

    def look(text, label, x):
        known = dict(np=np, S=SQUARE, x=x, m=np)
        right, no = result(text, known)
        wg.graph().begin()
        known.update(m=wg, x=wg.array(x), S=wg.array(SQUARE))
        y, e = result(text, known)
        if e and (no or "wengert" in str(e) or isinstance(e, wg.Error)):
            what = "refused"
        elif e is None and re.search(WIDER, "%s, %s" % (text, label)):
            what = "same"
        else:
            what = "other" if e or no or not same(right, y, ".svd(" in text or ".qr(" in text) else "same"
        counts[what] += 1
        return what, right if no is None else repr(no), y if e is None else repr(e)

    for name, f, args, known in functions():
        firsts = OWN.get(name, [None])
        for first, (label, x) in itertools.product(firsts, ARRAYS.items()):
            few = label not in list(ARRAYS)[:6]
            if label == "truths" and isinstance(f, np.ufunc):  # bytes in NumPy
                continue
            for k, call in enumerate(dict.fromkeys(calls(name, args, first))):
                if k and (few or not known and name not in taken):
                    break
                rest = call.partition(", ")[2] if call.startswith("x") else None
                forms = ["m.%s(%s)" % (name, call)] * known + ["np.%s(%s)" % (name, call)]
                if rest is not None and hasattr(np.ndarray, name) and call.split(", ")[0] == "x":
                    forms.append("x.%s(%s)" % (name, rest))
                for form in forms:
                    if "x" not in call and label != "sine(3, 4)" or not all(w in form for w in asked):
                        continue
                    what, right, y = look(form, label, x)
                    taken.update([name] * (what != "refused"))
                    key = (name, what, form[:2], call.replace("x", ""))
                    if (what == "other" and key not in seen) or what == "refused" and "-v" in sys.argv:
                        seen.add(key)
                        tell(what, form, label, right, y)
    for name, first in LINALG.items():
        f = getattr(np.linalg, name)
        args = [(q.name, None if q.default is q.empty else repr(q.default))
                for q in inspect.signature(f).parameters.values()]
        for call in dict.fromkeys(calls(name, args, first)):
            for form in ("m.linalg.%s(%s)" % (name, call), "np.linalg.%s(%s)" % (name, call)):
                for label, x in ARRAYS.items() if name == "norm" else [("sine(3, 4)", sine(3, 4))]:
                    what, right, y = look(form, label, x)
                    if all(w in form for w in asked) and (what == "other" or what == "refused"
                                                          and "-v" in sys.argv):
                        tell(what, form, label, right, y)
    print("numpy_signatures: " + ", ".join("%d %s" % (n, what) for what, n in counts.items()))
    return counts["other"] > 0


sys.exit(main())
