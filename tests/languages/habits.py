"""habits.py: the blocks of habits.txt, each in a namespace of its own. A block works if it gives what stands
behind ->; it is refused well if an error of Wengert says what to write. The words `no hint` of a failure are
a wrong answer: the status is 1 if there is one, or if less than seven of eight blocks work. With the word
`words`, for words_jax.txt, a block may also be refused: all else is other, and the status is 1 if one is."""
import math
import sys

import numpy as np

import wengert as wg


def plain(y):
    if isinstance(y, wg.Value):
        return y.numpy()
    return type(y)(map(plain, y)) if type(y) in (list, tuple) else y


def same(y, wanted):
    if isinstance(wanted, dict):
        return (isinstance(y, dict) and list(y) == list(wanted)
                and all(same(y[k], w) for k, w in wanted.items()))
    if isinstance(wanted, (tuple, list)) and (WORDS or any(isinstance(w, np.ndarray) for w in wanted)):
        return isinstance(y, (tuple, list)) and len(y) == len(wanted) and all(map(same, y, wanted))
    if isinstance(wanted, (str, bool, tuple, list)):
        return plain(y) == wanted
    y, wanted = np.asarray(plain(y)), np.asarray(wanted)
    return y.shape == wanted.shape and np.allclose(y, wanted, rtol=1e-5, atol=1e-8)


WORDS = "words" in sys.argv


def outcome(block):
    lines, wanted = block.rsplit("\n-> ", 1)
    lines = lines.split("\n")
    known = dict(np=np, math=math, wg=wg, __name__="block")
    try:
        try:
            last = compile(lines[-1], "block", "eval")
        except SyntaxError:  # a statement
            lines, last = lines + [""], compile("None", "block", "eval")
        exec(compile("\n".join(lines[:-1]), "block", "exec"), known)
        y = eval(last, known)
        if wanted.startswith("runs") or wanted == "refused":
            return ("works" if wanted != "refused" else "wrong"), repr(y)
        if wanted.startswith("prints "):
            text = repr(y) + str(y)
            return ("works", "") if wanted[7:] in text else ("wrong", text)
        expected = eval(wanted, known)
        return ("works", "") if same(y, expected) else ("wrong", repr(y))
    except Exception as e:
        words = "%s: %s" % (type(e).__name__, e)
        said = (": " in str(e) and ("write " in str(e) or "wengert" in str(e)) or WORDS
                and ("wengert" in str(e) or isinstance(e, wg.Error)))
        return ("works" if wanted == "refused" else "refused") if said else "no hint", words


# Words of PyTorch that NumPy has for something else: here they are NumPy's.
OF_NUMPY = ("wg.equal(a, b)\n",)
counts = dict(works=0, refused=0, wrong=0)
counts["no hint"] = 0
for block in sys.stdin.read().strip("\n").split("\n\n"):
    block = "\n".join(line for line in block.split("\n") if line[:1] != "#")
    if not block or any(line in block for line in OF_NUMPY):
        continue
    wg.graph().begin()
    what, words = outcome(block)
    counts[what] += 1
    if what != "works" and (what != "refused" or "-v" in sys.argv):
        print("%s: %s\n    %s" % (what, block.replace("\n", "\n    "), words))
total = sum(counts.values())
print("%d blocks: %s" % (total, ", ".join("%d %s" % (n, k) for k, n in counts.items())))
sys.exit(bool(counts["wrong"] or counts["no hint"] or not WORDS and 8 * counts["works"] < 7 * total))
