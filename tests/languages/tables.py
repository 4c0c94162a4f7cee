"""Tables in Python: dicts, arrays, .npz, .mat and data frames are read as files are. Expectations are the
arrays themselves."""
import os
import sys
import tempfile
import warnings

import numpy as np
import wengert as wg
try:
    import pandas as pd
except ImportError:
    pd = None

warnings.simplefilter("ignore")
rng = np.random.default_rng(3)
bad = []


def expect(holds, *what):
    if not holds:
        bad.append("line %d: %s" % (sys._getframe(1).f_lineno, " ".join(map(str, what))))


def raised(kind, text, f):
    try:
        f()
    except kind as e:
        expect(text in str(e), e)
    else:
        expect(False, "nothing was raised:", text)


c = wg.Context(dtype="float64")
x = rng.standard_normal((7, 2)) * 10.0 ** rng.integers(-200, 200, (7, 2))
n = np.array([1, 2, 3, 4, 5, 6, 2**53 - 1])
words = ["a", "b, c", 'say "d"', "a", "line\nbreak", "ü", "b, c"]
columns = {"n": n, "word": words, "x": x}

# Each way in gives the same numbers to the bit.
with tempfile.TemporaryDirectory() as folder:
    ways = {"dict": columns, "lists": {"n": n.tolist(), "word": words, "x0": x[:, 0].tolist(),
                                       "x1": x[:, 1].tolist()}}
    if pd:
        ways["pandas"] = pd.DataFrame({"n": n, "word": words, "x0": x[:, 0], "x1": x[:, 1]})
    for way, source in ways.items():
        t = wg.table(source, context=c)
        expect(t.columns == ["n", "word", "x0", "x1"] and len(t) == 7, way, t)
        expect((t["n"] == n).all() and (t["x0"] == x[:, 0]).all() and (t["x1"] == x[:, 1]).all(), way,
               t["x0"] - x[:, 0])
        expect(t["word"] == words, way, t["word"])
        d = wg.csv(source, y="word", x=["x1", "n"], context=c)
        expect((d.x == np.stack([x[:, 1], n], 1)).all(), way, d.x)
        expect([d.class_(int(k)) for k in d.y] == words, way, d.y)
    path = os.path.join(folder, "a.npz")
    np.savez(path, x=x, n=n)
    t = wg.table(path, context=c)
    expect(t.columns == ["x0", "x1", "n"] and (t["x1"] == x[:, 1]).all() and (t["n"] == n).all(), t)
    try:
        from scipy.io import savemat
        path = os.path.join(folder, "a.mat")
        savemat(path, {"x": x, "n": n})
        t = wg.table(path, context=c)
        expect(t.columns == ["x0", "x1", "n"] and (t["x1"] == x[:, 1]).all() and (t["n"] == n).all(), t)
    except ImportError:
        pass

    # What has no value, in all its forms.
    none = {"a": [1.5, None, float("nan"), 4], "w": ["u", None, "v", ""],
            "when": [np.datetime64("2024-03-01"), np.datetime64("NaT"), None,
                                                                                np.datetime64(
                                                                                    "1970-01-02T12:00")]}
    t = wg.table(none, context=c)
    expect(np.array_equal(t["a"], [1.5, np.nan, np.nan, 4], equal_nan=True)
           and t["w"] == ["u", None, "v", None], t["a"], t["w"])
    expect(np.array_equal(t["when"], [19783, np.nan, np.nan, 1.5], equal_nan=True), t["when"])
    d = wg.csv(none, y="w", x=["a"], fill={"a": "mean"}, context=c)
    # rows without a word are left out first: 1.5 and nan are left
    expect(d.x.tolist() == [[1.5], [1.5]], d.x)
    raised(wg.Error, 'fill="a=mean"', lambda: wg.csv(none, x="a", context=c))

    # What Python knows of a column holds: no text is taken for a number, no row and no name for another
    # thing.
    t = wg.table({"zip": ["01067", "04109"], "n": ["1,5", "2,5"], "x": [1.234, 2.512], "tag": ["x;y", "z;w"],
                  "k": ["u", "Total"]}, context=c)
    expect(t["zip"] == ["01067", "04109"] and t["n"] == ["1,5", "2,5"] and t["x"].tolist() == [1.234, 2.512],
           t)
    expect(t["tag"] == ["x;y", "z;w"] and t["k"] == ["u", "Total"] and len(t) == 2, t)
    d = wg.csv(np.array([[1.0, 10], [2, 20], [3, 30]]), y=1, context=c)
    expect(d.x.tolist() == [[1], [2], [3]] and d.y.tolist() == [10, 20, 30], d.x, d.y)
    first = wg.csv({"a": [1.0, 2, 3], "k": ["u", "v", "v"]}, fill="mean", context=c)
    expect(wg.csv({"a": [1, None, 3], "k": ["u", None, "v"]}, like=first,
                  context=c).x.tolist() == [[1, 1, 0], [2, 0, 0], [3, 0, 1]])
    long = {"name": ["n%d" % k for k in range(30)], "id": list(range(30)),
            "a": [float(k % 7) for k in range(30)]}
    expect(wg.csv(long, context=c).x.shape == (30, 1)
           and wg.csv(long, x="id,a", context=c).x.shape == (30, 2))
    days = np.array([3600, 5400], "timedelta64[s]")
    expect(wg.table({"t": days}, context=c)["t"].tolist() == [1 / 24, 1.5 / 24])
    if pd:
        f = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
        expect(wg.table(f, context=c).columns == ["a", "a.1"]
               and wg.table(f, context=c)["a.1"].tolist() == [2, 4])
        f = pd.DataFrame({"i": pd.array([1, None], "Int64"), "s": pd.array(["u", None], "string"),
                          "b": pd.array([True, None], "boolean")})
        t = wg.table(f, context=c)
        expect(np.array_equal(t["i"], [1, np.nan], equal_nan=True) and t["s"] == ["u", None]
               and t["b"] == ["True", None], t)
        expect(wg.csv(pd.DataFrame(np.eye(3)), y=2, context=c).y.tolist() == [0, 0, 1])
    raised(wg.Error, "the table:3:", lambda: wg.csv(none, x="a", context=c))

    # Options as lists and dicts.
    path = os.path.join(folder, "t.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("size, m;zip;say\n1,5;01;yes\n-9;02;no\n2,5;01;yes\n")
    t = wg.table(path, type={"zip": "word"}, missing=[-9], fill={"size, m": 0.25}, context=c)
    expect(t.columns == ["size, m", "zip", "say"] and t["zip"] == ["01", "02", "01"], t)
    d = wg.csv(path, y="say", x=["size, m"], missing=["-9"], fill={"size, m": "median"}, context=c)
    expect(d.x.tolist() == [[1.5], [2.0], [2.5]], d.x)
    expect(wg.table(path, decimal=".", header=False, separator=";", context=c).columns == ["0", "1", "2"])
    raised(KeyError, "did you mean zip?", lambda: t["zipp"])

raised(TypeError, "columns of different lengths: a 2, b 1",
       lambda: wg.table({"a": [1, 2], "b": [1]}, context=c))
raised(TypeError, "a table is a path, a data frame, a dict of columns", lambda: wg.table(3, context=c))
raised(TypeError, "columns are a text or a list of texts", lambda: wg.csv({"a": [1]}, x=3.5, context=c))
print("\n".join(bad))
print("%d wrong" % len(bad))
sys.exit(bool(bad))
