"""logistic_csv.c in Python: logistic regression of a CSV file by L-BFGS. Argument: the file (default: data/exam.csv)."""
import sys

import wengert as wg

d = wg.csv(sys.argv[1] if len(sys.argv) > 1 else "data/exam.csv", y="passed")
p = wg.Params()
o = wg.lbfgs(p)
g = wg.Graph()
for step in range(100):
    g.begin()
    x, y = wg.input("x", d.x), wg.input("y", d.y)
    w, b = p.param("w", (x.shape[1],), wg.zeros()), p.param("b", (), wg.zeros())
    L = wg.bce_with_logits(x @ w + b, y)
    L.backward(p)
    print("%3d  %.12f  |g| %.2e" % (step, L.item(), p.grad_norm()))
    if p.grad_norm() < 1e-8:
        break
    o.step()
for k, v in enumerate(p["w"]):
    print("%s %.12f" % (d.column(k), v))
print("b %.12f" % p["b"])
