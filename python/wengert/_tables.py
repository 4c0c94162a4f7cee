# SPDX-License-Identifier: MIT
"""Tables of Python for the reader of files: data frames, dicts of columns, .npz and .mat files are written as
CSV, with what they hold, so that one reader serves all (table.h)."""
import contextlib
import csv
import datetime
import os
import tempfile

import numpy as np


def _name(n):
    return str(n) if isinstance(n, (str, int, np.integer)) and not isinstance(n, bool) else None


def listed(names):
    """Names of columns as the library has them: ["a", "b, c"] is 'a,"b, c"'."""
    if names is None or isinstance(names, str):
        return names
    names = names if isinstance(names, (list, tuple)) else [names]
    if any(_name(n) is None for n in names):
        raise TypeError("wengert: columns are a text or a list of texts, not %r" % (names,))
    names = [_name(n) for n in names]
    return ",".join('"%s"' % n.replace('"', '""') if set(n) & set(',":=') or n.strip() != n else n
                    for n in names)


def paired(pairs):
    """{"age": "mean", "rooms": 0} is 'age=mean,rooms=0'."""
    if not isinstance(pairs, dict):
        return pairs
    return ",".join("%s=%s" % (listed(k), v) for k, v in pairs.items())


def texts(missing):
    return (missing if missing is None or isinstance(missing, str)
            else ",".join(str(m) for m in np.atleast_1d(np.asarray(missing, object))))


def _is_none(x):
    return (x is None or type(x).__name__ in ("NAType", "NaTType") or isinstance(x, (float, np.floating))
            and x != x)


def _written(x):
    """A value as a field: 17 digits give a float back, a duration is a number of days."""
    if isinstance(x, (np.datetime64, np.timedelta64)):
        if np.isnat(x):
            return ""
        return str(x) if isinstance(x, np.datetime64) else repr(float(x / np.timedelta64(1, "us")) / 86400e6)
    if _is_none(x):
        return ""
    if isinstance(x, datetime.timedelta):
        return repr(x.total_seconds() / 86400)
    if isinstance(x, (float, np.floating)):
        return repr(float(x))
    if hasattr(x, "isoformat"):
        return x.isoformat()
    return x.decode() if isinstance(x, bytes) else str(x)


def _type(values):
    """What a column holds by the types of Python: texts and truths are words. None: the reader looks."""
    kinds = {"word" if isinstance(x, (str, bytes, bool, np.bool_)) else
             "date" if isinstance(x, (np.datetime64, datetime.datetime, datetime.date)) else
             "number" if isinstance(x, (int, float, np.integer, np.floating, datetime.timedelta,
                                        np.timedelta64)) else None
             for x in values if not _is_none(x)}
    return kinds.pop() if len(kinds) == 1 else None


def _columns(source):
    """Pairs of a name and values; None: source is the path of a text."""
    if isinstance(source, (str, bytes, os.PathLike)):
        path = os.fsdecode(source)
        if path.endswith(".npz"):
            with np.load(path, allow_pickle=False) as z:
                return _flat({name: z[name] for name in z.files}, path)
        if path.endswith(".mat"):
            try:
                from scipy.io import loadmat
            except ImportError:
                raise TypeError("wengert: %s: .mat files are read by SciPy, which is not installed" %
                                path) from None
            return _flat({name: a for name, a in loadmat(path).items() if name[:1] != "_"}, path)
        return None
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):  # a data frame: pandas, polars
        at = (lambda k, name: source.iloc[:, k]) if hasattr(source, "iloc") else lambda k, name: source[name]
        return [(str(name), list(at(k, name))) for k, name in enumerate(source.columns)]
    if isinstance(source, dict):
        return _flat(source, "the dict")
    a = np.asarray(source)
    if a.ndim == 2:
        return [(str(k), list(a[:, k])) for k in range(a.shape[1])]
    raise TypeError("wengert: a table is a path, a data frame, a dict of columns or an array with two axes, "
                    "not %s" % type(source).__name__)


def _flat(arrays, what):
    """Arrays with two axes are several columns: x0, x1, ... All have the same number of rows."""
    columns = []
    rows = max((len(np.atleast_1d(a)) if not hasattr(a, "__len__") else len(a) for a in arrays.values()),
               default=0)
    for name, a in arrays.items():
        if not isinstance(a, list):
            a = np.asarray(a)
            if a.ndim == 2 and 1 in a.shape and a.size == rows and len(a) != rows:
                a = a.reshape(-1)  # MATLAB has no vectors
            if a.ndim == 2 and a.shape[1] == 1:
                a = a[:, 0]
            if a.ndim != 1 and (a.ndim != 2 or len(a) != rows):
                raise TypeError("wengert: %s: %s has the shape %s: rows are the first of at most two axes" %
                                (what, name, list(a.shape)))
            if a.ndim == 2:
                columns += [("%s%d" % (name, k), list(a[:, k])) for k in range(a.shape[1])]
                continue
        columns.append((str(name), list(a)))
    return columns


@contextlib.contextmanager
def as_file(source, options):
    """The path of a file that the library can read. Options get what is known of it: nothing is left to look
    for."""
    columns = _columns(source)
    if columns is None:
        yield os.fsencode(source)
        return
    if len({len(a) for _, a in columns}) > 1:
        raise TypeError("wengert: columns of different lengths: %s" %
                        ", ".join("%s %d" % (name, len(a)) for name, a in columns))
    known, seen = [], set()
    for name, a in columns:
        kind = None if name in seen else _type(a)
        seen.add(name)
        if kind:
            known.append("%s=%s?" % (listed(name) or '""', kind))
    if not options.get("like"):
        options["type"] = ",".join(known + [t for t in (options.get("type"),) if t]) or None
    for name, value in (("header", True), ("separator", ","), ("decimal", ".")):
        if options.get(name) is None:
            options[name] = value
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table")
        with open(path, "w", newline="", encoding="utf-8") as f:
            to = csv.writer(f, lineterminator="\n", quoting=csv.QUOTE_ALL)  # so a row without values is one
            to.writerow([name for name, _ in columns])
            to.writerows(zip(*([_written(x) for x in a] for _, a in columns)))
        yield os.fsencode(path)
