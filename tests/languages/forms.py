"""forms.py: the lines "N LINE" of standard input, for forms.sh: "N [shape] elements", or "N refused: the
error"."""
import sys

import numpy as np

import wengert as wg

for row in sys.stdin:
    number, line = row.split(" ", 1)
    g, p = wg.Graph(), wg.Params()
    known = dict(np=np, wg=wg, p=p, v=g.input("v", [3, 1, 2]), A=g.input("A", [[1, 2, 3], [4, 5, 6]]),
                 S=g.input("S", [[1, 2], [3, 4]]), k=np.array([2, 0]))
    try:
        y = eval(line, known)
        y = np.asarray(y.numpy() if isinstance(y, wg.Value) else y).astype(float)
        print(number, "[%s]" % ",".join(map(str, y.shape)), *("%.9g" % e for e in y.flat))
    except Exception as e:
        print(number, "refused: %s: %s" % (type(e).__name__, str(e).replace("\n", " ")))
