# SPDX-License-Identifier: MIT
"""wengert.utils.data: batches under PyTorch's names."""
import importlib


def __getattr__(name):
    if name != "data":
        raise AttributeError("wengert.utils has data, and no %s" % name)
    return importlib.import_module("wengert.utils.data")
