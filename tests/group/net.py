"""Trains on the digits by Python, with as many processes as there are: net.py FILE. BAD=1: rank 1 has an
error."""
import os
import sys

import wengert as wg

context = wg.Context(seed=3, dtype="float32")
group = wg.Group()
data, p, g = wg.digits(), wg.Params(), wg.graph()
optimizer = wg.adam(p)
steps = 0
for x, y in data.batches(100):
    for x, y in group.parts(x, y):
        g.begin()
        h = wg.relu(wg.nn_batch_norm(wg.nn_dense(wg.input("x", x), p, "in", 64), p, "bn"))
        loss = wg.softmax_cross_entropy(wg.nn_dense(wg.dropout(h, drop=0.3), p, "out", 10), wg.input("y", y))
        if os.environ.get("BAD") == str(group.rank) and steps == 2:
            {}["x"]
        loss.backward(p)
        group.note(0, loss.item())
    optimizer.step()
    steps += 1
wg.save(sys.argv[1])
