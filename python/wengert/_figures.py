# SPDX-License-Identifier: MIT
"""Figures: plot, and what it returns."""
import ctypes
import os
import re
from ctypes import byref

import numpy as np

from ._arrays import _plain, _real, _tensor
from ._context import Context, default_context
from ._errors import Error
from ._library import _lib
from ._options import _opts
from ._things import _OfTable
from ._way import _here
from ._words import _near

class Figure(_OfTable):
    """What wg.plot returns. A notebook shows it. fig.save("a.svg"), or .html, .tex, .txt, .png, .pdf."""
    _kind = "figure"
    _formats = ("svg", "html", "tex", "txt")

    def __init__(self, context, title):
        self.context = context
        self._f = _lib.wg_figure_new_at(_here(), context._c, title, byref(_opts("figure_opts", "Figure", {})))
        context._look()
        self._freed = context._frees(self, _lib.wg_figure_free, self._f)

    def save(self, path, frame=None):
        o = _opts("figure_save_opts", "save", {"frame": frame})
        _lib.wg_figure_save_at(_here(), self._f, os.fsencode(path), byref(o))
        self.context._look()

    def text(self, format="svg", frame=None):
        """The same as a text: of an SVG, HTML, LaTeX, or for a terminal."""
        if format not in self._formats:
            raise TypeError("wengert: no format %r of a text%s" % (format, _near(format, self._formats)))
        o = _opts("figure_save_opts", "text", {"format": 1 + self._formats.index(format), "frame": frame})
        text = _lib.wg_figure_text_at(_here(), self._f, b"figure", byref(o))
        self.context._look()
        try:
            return ctypes.string_at(text).decode()
        finally:
            _lib.wg_free(self.context._c, text)

    def _repr_svg_(self):
        return self.text()

    def __str__(self):
        return self.text("txt")

def _statement(text, title):
    """The statement plot of the language. A text without the word plot is what stands in its braces."""
    if re.search(r"(^|[\n;])[ \t]*plot\b", text):
        if title is not None:
            raise TypeError("wengert: this text has its title itself: plot \"title\" { ... }")
        return text
    if title is not None and set(str(title)) & set('"\n'):
        raise TypeError("wengert: a title is a line without quotes")
    return "plot%s {%s\n}" % ("" if title is None else ' "%s"' % title, text)

def plot(what, *more, title=None, slide=None, context=None, **values):
    """A figure, of arrays or values:

        wg.plot(y)        wg.plot(x, y)        wg.plot(x, [y1, y2], title="Two curves")

    or of a text in the language (docs/language/claims.md, Plots), whose names are the keywords:

        wg.plot('line loss as "training"; line dev as "held out"; x "step"; y "loss" log', loss=a, dev=b)
        wg.plot("contour u^2 + 4*v^2 over u in -3:3, v in -2:2; path p", p=path)
        wg.plot("line a*sin(x) over x in 0:6", slide={"a": np.linspace(1, 3, 49)}).save("sine.html")

    slide: the figure for each value of a name; HTML has a slider."""
    if isinstance(what, str):
        if more:
            raise TypeError("wengert: what the text draws is given by name: wg.plot('line y over x', x=x, "
                            "y=y)")
        text = what
    else:
        if len(more) > 1 or values:
            raise TypeError("wengert: plot takes (y) or (x, y); more things are a text: wg.plot('line y over "
                            "x; points u, v', x=x, y=y, u=u, v=v)")
        x, y = (None, what) if not more else (what, more[0])
        if isinstance(y, (list, tuple)) and any(np.ndim(_plain(c)) for c in y):
            y = np.stack([_plain(c) for c in y], axis=-1)  # a column for each curve
        text, values = ("line y", {"y": y}) if x is None else ("line y over x", {"x": x, "y": y})
    slide = dict(slide or {})
    if len(slide) > 1:
        raise TypeError("wengert: a slider is over one name, slide={\"a\": [1, 2, 3]}")
    names = list(values) + [n for n in slide if n not in values]
    for name in names:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", name):
            raise TypeError("wengert: %r is no name of the language" % name)
    c = context or default_context()
    c = Context(dtype="float64") if c.dtype != np.float64 else c
    text = _statement(text, title)
    head = "; ".join("%s = 0" % n for n in names)
    try:
        return _figure(c, head + "\n" + text, values, slide)
    except Error as e:  # the text begins in the second line
        raise Error(re.sub(r"^plot:(\d+):", lambda m: "plot:%d:" % (int(m[1]) - 1), str(e))) from None

def _figure(c, text, values, slide):
    q = _lib.wg_program_text(c._c, b"plot", text.encode())
    g, p = _lib.wg_graph_new(c._c), _lib.wg_params_new(c._c)
    try:
        c._look()
        if _lib.wg_program_plots(q) != 1:
            raise TypeError("wengert: plot draws one statement plot at a time; this text has %d"
                            % _lib.wg_program_plots(q))
        f = Figure(c, _lib.wg_program_plot_title(q, 0))
        for name, sequence in slide.items() or [(None, [None])]:
            for v in sequence:
                for n, x in list(values.items()) + ([] if name is None else [(name, v)]):
                    a = np.ascontiguousarray(_real(_plain(x), n)).reshape(np.shape(_plain(x)))
                    _lib.wg_program_set(q, n.encode(), _tensor(a))
                _lib.wg_program_build(q, g, p, 1)
                if name is not None:
                    _lib.wg_figure_frame_at(_here(), f._f, ("%s = %.4g" % (name, v)).encode())
                _lib.wg_program_figure(q, 0, f._f)
                c._look()
        return f
    finally:
        _lib.wg_program_free(q)
        _lib.wg_params_free(p)
        _lib.wg_graph_free(g)
