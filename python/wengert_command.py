# SPDX-License-Identifier: MIT
"""The command `wengert` of a wheel: the program in the package. Where the system has no library of OpenMP it
uses the one beside Python's."""
import ctypes
import os
import sys

def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wengert")
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        before = os.environ.get("LD_LIBRARY_PATH")
        os.environ["LD_LIBRARY_PATH"] = before + ":" + here if before else here
    program = os.path.join(here, "bin", "wengert")
    os.execv(program, ["wengert"] + sys.argv[1:])
