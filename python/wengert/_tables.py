# SPDX-License-Identifier: MIT
"""Tables of Python for the reader of files: data frames, dicts of columns, .npz and .mat files are written as CSV, so that
one reader says what columns hold (table.h)."""
import contextlib
import csv
import os
import tempfile

import numpy as np


def listed(names):
    """Names of columns as the library has them: ["a", "b, c"] is 'a,"b, c"'."""
    if names is None or isinstance(names, str):
        return names
    if not isinstance(names, (list, tuple)) or not all(isinstance(n, str) for n in names):
        raise TypeError("wengert: columns are a text or a list of texts, not %r" % (names,))
    return ",".join('"%s"' % n.replace('"', '""') if set(n) & set(',"') or n.strip() != n else n for n in names)


def paired(pairs):
    """{"age": "mean", "rooms": 0} is 'age=mean,rooms=0'."""
    if not isinstance(pairs, dict):
        return pairs
    return ",".join("%s=%s" % (listed([str(k)]), v) for k, v in pairs.items())


def texts(missing):
    return missing if missing is None or isinstance(missing, str) else ",".join(str(m) for m in missing)


def _written(x):
    """A value as a field: 17 digits give a float back."""
    if x is None or type(x).__name__ == "NAType" or x != x:  # pandas.NA compares to itself as neither
        return ""
    if isinstance(x, np.datetime64):
        return "" if np.isnat(x) else str(x)
    if isinstance(x, (float, np.floating)):
        return repr(float(x))
    if hasattr(x, "isoformat"):
        return x.isoformat()
    text = x.decode() if isinstance(x, bytes) else str(x)
    return "" if text == "NaT" else text


def _columns(source):
    """{name: values}; None: source is the path of a text."""
    if isinstance(source, (str, bytes, os.PathLike)):
        path = os.fsdecode(source)
        if path.endswith(".npz"):
            with np.load(path, allow_pickle=False) as z:
                return _flat({name: z[name] for name in z.files}, path)
        if path.endswith(".mat"):
            try:
                from scipy.io import loadmat
            except ImportError:
                raise TypeError("wengert: %s: .mat files are read by SciPy, which is not installed" % path) from None
            return _flat({name: a for name, a in loadmat(path).items() if name[:1] != "_"}, path)
        return None
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):  # a data frame: pandas, polars
        return {str(name): source[name] for name in source.columns}
    if isinstance(source, dict):
        return _flat(source, "the dict")
    a = np.asarray(source)
    if a.ndim == 2:
        return {str(k): a[:, k] for k in range(a.shape[1])}
    raise TypeError("wengert: a table is a path, a data frame, a dict of columns or an array with two axes, not %s" % type(source).__name__)


def _flat(arrays, what):
    """Arrays with two axes are several columns: x0, x1, ... All have the same number of rows."""
    columns = {}
    rows = max((len(np.atleast_1d(a)) for a in arrays.values()), default=0)
    for name, a in arrays.items():
        a = a if isinstance(a, list) else np.asarray(a)
        if getattr(a, "ndim", 1) == 2 and 1 in a.shape and a.size == rows and len(a) != rows:
            a = a.reshape(-1)  # MATLAB has no vectors
        if getattr(a, "ndim", 1) == 2 and a.shape[1] == 1:
            a = a[:, 0]
        if getattr(a, "ndim", 1) > 2 or (getattr(a, "ndim", 1) == 2 and len(a) != rows):
            raise TypeError("wengert: %s: %s has the shape %s: rows are the first of at most two axes" % (what, name, list(np.shape(a))))
        if getattr(a, "ndim", 1) == 2:
            columns.update({"%s%d" % (name, k): a[:, k] for k in range(a.shape[1])})
        else:
            columns[name] = a
    return columns


@contextlib.contextmanager
def as_file(source, form):
    """The path of a file that the library can read. form: options, to which those are added that say how it is written."""
    columns = _columns(source)
    if columns is None:
        yield os.fsencode(source)
        return
    lengths = {name: len(a) for name, a in columns.items()}
    if len(set(lengths.values())) > 1:
        raise TypeError("wengert: columns of different lengths: %s" % ", ".join("%s %d" % pair for pair in lengths.items()))
    form.setdefault("header", 1)  # the names may be numbers
    form.setdefault("separator", ",")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.csv")
        with open(path, "w", newline="", encoding="utf-8") as f:
            # in quotes no row is taken for a title, a total or an empty line
            to = csv.writer(f, lineterminator="\n", quoting=csv.QUOTE_ALL)
            to.writerow(columns)
            to.writerows(zip(*([_written(x) for x in a] for a in columns.values())))
        yield os.fsencode(path)
