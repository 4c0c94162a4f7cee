# SPDX-License-Identifier: MIT
"""Data for a training: rows x and y, and tables of files."""
import contextlib
import os
import re
from ctypes import byref, c_void_p

import numpy as np

from . import _tables
from ._arrays import _array, _numpy, _tensor, _unmasked
from ._context import default_context
from ._errors import Error
from ._library import _Batch, _Tensor, _lib
from ._options import _opts
from ._things import _OfTable
from ._way import _here
from ._words import _as_python, _near

class Data(_OfTable):
    """Rows x and y. for x, y in data.batches(64): one epoch, in another order each time."""
    _kind = "data"

    def __init__(self, x, y=None, context=None, _d=None):
        self.context = context or default_context()
        if _d is None:
            a = _array(x, self.context)
            b = None if y is None else np.ascontiguousarray(_unmasked(y))
            b = _Tensor() if b is None else _tensor(b)
            _d = _lib.wg_data_from_at(_here(), self.context._c, _tensor(a), b)
        self.context._look()
        self._d = _d

    def split(self, share):
        return _data(self.context, _lib.wg_data_split_at(_here(), self._d, share))

    def normalise(self, which="x"):
        _lib.wg_data_normalise_at(_here(), self._d, which.encode())
        self.context._look()

    x = property(lambda d: _numpy(_lib.wg_data_x(d._d)))
    y = property(lambda d: _numpy(_lib.wg_data_y(d._d)))

    def __str__(self):
        return re.sub("^/.*/table: ", "", _as_python(_lib.wg_data_about(self._d).decode()))

    def __repr__(self):
        x, y = _lib.wg_data_x(self._d), _lib.wg_data_y(self._d)
        return "<wengert.Data: x %s%s>" % (_numpy(x).shape, ", y %s" % (_numpy(y).shape,) if y.data else "")

    def batches(self, size):
        """One epoch of pairs x, y of at most so many rows. One that was left by `break` is at its end."""
        b, left = _Batch(), vars(self).get("_left")
        while left and _lib.wg_data_next_at(_here(), self._d, byref(b), max(len(self), 1)):
            pass
        self._left = True
        while _lib.wg_data_next_at(_here(), self._d, byref(b), size):
            yield _numpy(b.x), _numpy(b.y)
        self._left = False
        self.context._look()

    def __len__(self):
        return len(self.x)

def _data(context, d):
    context._look()
    return Data(None, context=context, _d=d)

def digits(context=None):
    """1,797 handwritten digits of the UCI repository."""
    context = context or default_context()
    return _data(context, _lib.wg_data_digits_at(_here(), context._c))

def _form(options):
    """Options of table_opts, with lists and dicts as texts."""
    for name, as_text in (("type", _tables.paired), ("fill", _tables.paired), ("missing", _tables.texts),
                          ("categories", _tables.listed)):
        if name in options:
            options[name] = as_text(options[name])
    return options

def csv(source, y=None, x=None, skip=None, like=None, context=None, **form):
    """Rows of a table: the path of a CSV file of any program, of an .npz or .mat file, a data frame, a dict
    of columns.

        d = wg.csv("kunden.csv", y="Tarif", fill="mean")
        new = wg.csv("neu.csv", like=d)

    Columns are a list of names or one text, "age,height" or "a:d"; x: all that are not in y or skip, and say
    something. str(d) says what was found. Options: those of wg.table."""
    context = context or default_context()
    lists = {name: _tables.listed(names) for name, names in (("y", y), ("x", x), ("skip", skip))}
    form = dict(_form(form), like=like)
    with _tables.as_file(source, form) as path:
        o = _opts("csv_opts", "csv", dict(form, like=like and c_void_p(like._d), **lists))
        with _in_memory(source, path):
            return _data(context, _lib.wg_data_csv_at(_here(), context._c, path, byref(o)))

@contextlib.contextmanager
def _in_memory(source, path):
    """Errors name no file that only the call has made."""
    try:
        yield
    except Error as e:
        if isinstance(source, (str, bytes, os.PathLike)):
            raise
        raise Error(str(e).replace(os.fsdecode(path), "the table")) from None

class Table(_OfTable):
    """What wg.table returns: columns of a file. t["age"] are its values, a text for a word, nan or None where
    there is none. print(t) says how the file is written, and what each column holds."""
    _kind = "table"

    def __init__(self, context, raw):
        self.context, self._t = context, raw
        self._freed = context._frees(self, _lib.wg_table_free, raw)

    columns = property(lambda t: [_lib.wg_table_column(t._t, k).name.decode()
                                  for k in range(_lib.wg_table_columns(t._t))])

    def __iter__(self):
        return iter(self.columns)

    def __getitem__(self, name):
        k = _lib.wg_table_find(self._t, name.encode()) if isinstance(name, str) else -1
        if k < 0:
            raise KeyError("wengert: there is no column %r%s" % (name, _near(str(name), self.columns)))
        a = _numpy(_lib.wg_table_values_at(_here(), self._t, k))
        self.context._look()
        if not _lib.wg_table_column(self._t, k).words:
            return a.copy()
        return [_lib.wg_table_word(self._t, k, int(i)).decode() if i >= 0 else None for i in a]

    def __len__(self):
        n = _lib.wg_table_rows(self._t)
        self.context._look()
        return n

    def __repr__(self):
        text = _as_python(_lib.wg_table_about(self._t).decode().rstrip("\n"))
        self.context._look()
        return re.sub("^/.*/table: ", "", text)  # of no file

def table(source, context=None, **form):
    """The columns of a file, or of what else wg.csv takes. Options: type={"zip": "word"}, missing=["-9"],
    fill="mean", separator, decimal, header (help(wengert.c.table_read) says what they do); what is not said
    is looked for."""
    context = context or default_context()
    form = _form(form)
    with _tables.as_file(source, form) as path:
        o = _opts("table_opts", "table", form)
        with _in_memory(source, path):
            raw = _lib.wg_table_read_at(_here(), context._c, path, byref(o))
            context._look()
            t = Table(context, raw)
            len(t)  # the file is read now
    return t
