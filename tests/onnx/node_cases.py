#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The cases of ONNX's own test suite, read by the library: each folder has a model, inputs, and the outputs
that the reference implementation gives (libonnx-testdata). Prints how many are right, wrong, and refused.

    node_cases.py [--folder NAME] [--show] [--every N] [pattern ...]
"""
import collections
import fnmatch
import glob
import os
import re
import sys

import numpy as np
import onnx
from onnx import numpy_helper

import wengert as wg
from wengert._arrays import _numpy, _tensor
from wengert._library import _lib

BASE = "/usr/share/libonnx-testdata/data"
TYPES = {np.dtype(t) for t in ("float32", "float64", "int32", "int64", "bool")}


# Cases whose outputs are not those of their model.
UNTRUE = {"test_adam_multiple": "the outputs are those of epsilon = 0.01, which the model does not have"}


class Refused(Exception):
    pass


def read(path):
    with open(path, "rb") as f:
        t = onnx.TensorProto()
        t.ParseFromString(f.read())
    return numpy_helper.to_array(t)


def number_in(path):
    return int(re.findall(r"\d+", path)[-1])


def sets_of(folder):
    """Of each test_data_set the inputs and outputs, in order."""
    for d in sorted(glob.glob(os.path.join(folder, "test_data_set_*"))):
        yield [[read(p) for p in sorted(glob.glob(os.path.join(d, kind + "_*.pb")), key=number_in)]
               for kind in ("input", "output")]


def run(folder):
    """Raises Refused, or AssertionError where an output is not as it should be."""
    if os.path.basename(folder) in UNTRUE:
        raise Refused(UNTRUE[os.path.basename(folder)])
    if is_drawn(folder):
        raise Refused("the values are drawn at random")
    c = wg.Context(dtype="float32")
    look = lambda: c._look()
    try:
        q = _lib.wg_onnx_read(c._c, os.fsencode(os.path.join(folder, "model.onnx")))
        look()
        graph = onnx.load(os.path.join(folder, "model.onnx"), load_external_data=False).graph
        stored = {t.name for t in graph.initializer}
        names = [v.name for v in graph.input if v.name not in stored]
        for inputs, outputs in sets_of(folder):
            for i, a in enumerate(inputs[:len(names)]):
                if a.dtype not in TYPES:
                    raise Refused("type not there: %s" % a.dtype)
                a = np.array(a, order="C")
                _lib.wg_program_set(q, _lib.wg_program_name(q, i), _tensor(a))
            g, p = _lib.wg_graph_new(c._c), _lib.wg_params_new(c._c)
            _lib.wg_program_build(q, g, p, 1)
            look()
            for k, want in enumerate(outputs):
                node = _lib.wgx_program_last_part(q, k, None)
                got = _numpy(_lib.wg_value_at(b"", node))
                look()
                for a, b in ((got.shape, want.shape), (got.dtype, want.dtype)):
                    assert a == b, "%s: %s, should be %s" % (graph.output[k].name, a, b)
                np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-7)
            _lib.wg_graph_free(g)
    except wg.Error as e:
        raise Refused(reason(str(e))) from None


def is_drawn(folder):
    """Whether another generator of random numbers gives other outputs."""
    nodes = onnx.load(os.path.join(folder, "model.onnx"), load_external_data=False).graph.node
    return (any(n.op_type in ("Bernoulli", "Multinomial") or n.op_type.startswith("Random") for n in nodes)
            or "training_dropout" in folder and "zero_ratio" not in folder)


def reason(text):
    text = re.sub(r"^.*/model\.onnx: ", "", text)
    for kind in "operator", "type":
        m = re.match(r"\d+ %ss? (is|are) not there: (.*)" % kind, text)
        if m:
            return "%s not there: %s" % (kind, re.sub(r" \([^)]*\)", "", m[2]))
    return text


def main(args):
    folder = "node"
    show = "--show" in args
    if "--folder" in args:
        folder = args[args.index("--folder") + 1]
        args = [a for a in args if a not in ("--folder", folder)]
    every = 1
    if "--every" in args:
        every = int(args[args.index("--every") + 1])
        args = [a for a in args if a != "--every" and not a.isdigit()]
    patterns = [a for a in args if a != "--show"] or ["*"]
    cases = [d for d in sorted(os.listdir(os.path.join(BASE, folder)))
             if any(fnmatch.fnmatch(d, p) for p in patterns)]
    right, wrong, refused = [], {}, collections.defaultdict(list)
    for case in cases[::every]:
        try:
            run(os.path.join(BASE, folder, case))
            right.append(case)
        except Refused as e:
            refused[str(e)].append(case)
        except (AssertionError, TypeError, ValueError) as e:
            wrong[case] = " ".join(str(e).split())[:200]
    for case, why in wrong.items():
        print("wrong: %s: %s" % (case, why))
    for why, some in sorted(refused.items(), key=lambda item: -len(item[1])):
        print("%4d refused: %s%s" % (len(some), why[:200], " (%s)" % some[0] if show else ""))
    print("%s: %d cases: %d right, %d wrong, %d refused" % (
        folder, len(cases[::every]), len(right), len(wrong), sum(map(len, refused.values()))))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
