# SPDX-License-Identifier: MIT
"""By names, with checks, fits and pictures. mypy --strict finds nothing here."""
import numpy as np

import wengert as wg


def loss(x: wg.Value, y: wg.Value, p: wg.Params) -> wg.Value:
    hidden = wg.relu(wg.nn_dense(x, p, "hidden", 8, W_init=wg.he()))
    return wg.softmax_cross_entropy(wg.nn_dense(hidden, p, "out", 2, bias=True), y, smoothing=0.1,
                                    reduction="mean")


def train(p: wg.Params, data: wg.Data) -> float:
    adam, last = wg.adam(p, lr=0.05), 0.0
    average = wg.average_new(p, decay=0.9)
    g = wg.Graph()
    for epoch in range(3):
        adam.lr = wg.lr_cosine(0.05, epoch, 3)
        for x, y in data.batches(8):
            g.begin("train")
            value = loss(g.input("x", x), g.input("y", y), p)
            value.backward(p)
            adam.clip_norm(1.0)
            adam.step()
            average.step()
            last = value.item()
    average.use(True)
    average.use(False)
    return last


def checks(p: wg.Params, data: wg.Data) -> list[bool]:
    wg.Graph(mode="eval")
    report = wg.check(loss(wg.input("x", data.x), wg.input("y", data.y), p), p, order=1)
    of_numpy = wg.check(lambda x: np.sum(x ** 3), [1.0, 2.0], grad=lambda x: 3 * x ** 2, tolerance=0.0)
    wrong: wg.Report = wg.check(lambda x: np.sum(x ** 3), [1.0, 2.0], grad=lambda x: x)
    print(report.verdict, report.ratio >= 0, wrong.verdict, str(wrong)[:4] != "")
    return [bool(report), bool(of_numpy), bool(wrong)]


def recurrent(p: wg.Params) -> tuple[int, ...]:
    states = wg.nn_lstm(wg.randn(2, 5, 3), p, "lstm", 4, bidirectional=False)
    again = wg.nn_gru_cell(wg.ones(2, 3), None, p, "cell", 4)
    return (*states.y.shape, *again.h.shape)


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(32, 2))
    data = wg.Data(x, (x[:, 0] > 0).astype(np.int64))
    p = wg.Params()
    print(train(p, data) > 0, p.names(), p["hidden.W"].shape, "out.b" in p, len(p))
    print(checks(p, data), recurrent(wg.Params()))
    fitted = wg.fit(p, lambda a, b: loss(a, b, p), data, epochs=2, print=False)
    print(fitted.epochs, fitted.loss > 0)
    x0 = wg.input("x0", 3.0)
    y0 = (x0 ** 2).named("y0")
    picture: str = y0.draw(format="svg", values=True, backward=True)
    plan = wg.plan_look(y0)
    print("svg" in picture, plan.steps >= 1, [step.ops for step in plan.step][0] >= 1)
    print(wg.plot(x0, y0).text("txt") != "", wg.grad(y0, x0).item(), y0.options)


main()
