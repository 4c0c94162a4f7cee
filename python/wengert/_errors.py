# SPDX-License-Identifier: MIT
"""The class Error, warnings, and the user's line at which they are."""
import os
import sys
import warnings

import numpy as np

from ._library import _WARNING
from ._words import _as_python

class Error(RuntimeError):
    """A mistake, as the library reports it: train.py:42: matmul: inner dimensions differ: ..."""

_sites = {}
# The folder whose files are nobody's call site, as those of NumPy, which calls it for np.f(x).
_PACKAGE = os.path.dirname(__file__) + os.sep
_NUMPY, _DISPATCH = os.path.dirname(np.__file__) + os.sep, "<__array_function__ internals>"

_between = {}  # files that stand between the user's line and the library

def _is_between(frame):
    file = frame.f_code.co_filename
    if file not in _between:
        _between[file] = file.startswith((_PACKAGE, _NUMPY)) or file == _DISPATCH
    return _between[file]

def of_torch():
    """Whether the file of the call says `import wengert as torch`: there a word that NumPy and PyTorch have
    with two meanings has PyTorch's."""
    frame = sys._getframe(1)
    while frame.f_back and _is_between(frame):
        frame = frame.f_back
    return frame.f_globals.get("torch") is sys.modules[__package__]

def _site(*key):
    """The call site at this file and line, as C has it. The library has its address: it is kept."""
    if key not in _sites:
        path = os.path.relpath(key[0]) if key[0].startswith(os.getcwd() + os.sep) else key[0]
        _sites[key] = ("\n%s:%d" % (path, key[1])).encode()
    return _sites[key]

def _warned(user, text):
    """A warning of the library, at the user's line."""
    frame, level = sys._getframe(), 1
    while frame.f_back and _is_between(frame):
        frame, level = frame.f_back, level + 1
    warnings.warn(_as_python(text.decode(errors="replace")), stacklevel=level)

_WARNED = _WARNING(_warned)
