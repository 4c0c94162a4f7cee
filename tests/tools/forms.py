"""The commands fit and predict on the tables of other programs: forms.py WENGERT TABLES FOLDER.

One table in many forms is one training: where a form has the same numbers, the net says the same of each row.
Predictions are read back by Python's csv module: each row of the file stands there as it was, with a class of
the largest probability. The hostile tables end with an error that names the place, and leave no folder that
looks trained."""
import csv
import io
import os
import subprocess
import sys

wengert, tables, folder = sys.argv[1:]
wrong = []


def run(*words):
    r = subprocess.run([wengert, *words], capture_output=True, timeout=120)
    return r.returncode, r.stdout, r.stderr.decode("utf-8", "replace")


def lines_of(name):
    with open(os.path.join(tables, name), encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip() and line[0] != "#"]


def said(table, answer, name):
    """The texts of the last columns of the predictions: what the net says, and its probabilities."""
    run_folder, out = os.path.join(folder, name), os.path.join(folder, name + ".out")
    status, _, text = run("fit", table, "--predict", answer, "-o", run_folder, "--epochs", "4", "--quiet")
    if status:
        return wrong.append("%s: fit ends with %d: %s" % (name, status, text))
    status, _, text = run("predict", run_folder, table, "-o", out, "--quiet")
    if status:
        return wrong.append("%s: predict ends with %d: %s" % (name, status, text))
    with open(out, "rb") as f:
        return f.read()


def rows_of(data, name, classes):
    text = data.decode("utf-8")
    if text[:1] == "\ufeff":
        text = text[1:]
    separator = next((s for s in "\t;|" if s in text.splitlines()[0]), "," if "," in text.splitlines()[0]
                     else " ")
    rows = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if r]
    last = 4 if classes else 1
    found = [[x.strip().replace(",", ".") if i or not classes else x.strip() for i, x in enumerate(r[-last:])]
             for r in rows]
    return [r for r in found if "predicted" not in r[0]]


classes = {"bronze", "gold", "silver"}
base = None
files = [["base.csv", "", "plan", "1", "", ""]] + lines_of("forms.txt")
exact = 0
for file, who, answer, head, columns, more in files:
    data = said(os.path.join(tables, file), answer, file)
    if data is None:
        continue
    of_class = not answer.lower().startswith(("sald", "balanc"))
    rows = rows_of(data, file, of_class)
    if len(rows) != 64:
        wrong.append("%s: %d rows of predictions" % (file, len(rows)))
        continue
    for k, r in enumerate(rows):
        numbers = [float(x) for x in (r[1:] if of_class else r)]
        if of_class and (r[0] not in classes or abs(sum(numbers) - 1) > 2e-4
                         or sorted(classes)[numbers.index(max(numbers))] != r[0]):
            wrong.append("%s: row %d says %s" % (file, k + 1, r))
    with open(os.path.join(tables, file), "rb") as f:
        first = f.read(2)
    if base is None:
        base = rows
        with open(os.path.join(tables, file), "rb") as f:
            for before, now in zip(f.read().splitlines(), data.splitlines()):
                if not now.startswith(before + b","):
                    wrong.append("%s: %r became %r" % (file, before, now))
    # The same numbers in the same order of columns and words: the same net.
    stands_for = [c.rsplit("=", 1)[1] for c in columns.split("; ")] if columns else []
    own = [c.rstrip("%") for c in stands_for if c[0] not in "-+"]
    same = (own in ([], "id date age income balance rate town member plan".split())
            and "+note" not in stands_for)
    same = (same and head != "0" and "ja, nein" not in more and "ja" not in more.split("; ")
            and "1, 0" not in more and "0, 1" not in more)
    if same and of_class:
        exact += 1
        if rows != base:
            wrong.append("%s: the net says something else than of base.csv: %s, %s" % (
                file, *next((a, b) for a, b in zip(rows, base) if a != b)))

# What --fill wrote in the training stands for a missing number in new rows: the median 1.5, and not the mean.
path, new = os.path.join(folder, "median.csv"), os.path.join(folder, "new.csv")
with open(path, "w") as f:
    f.write("a,k\n" + "".join("%s,%s\n" % (a, "xy"[i % 2])
                              for i, a in enumerate([1.5, 1.25, 100, 1.5, "", 1.75, 1.5, 1.25, 2, 2])))
with open(new, "w") as f:
    f.write("a\n1.5\nNA\n1.75\n")
run("fit", path, "--predict", "k", "--fill", "a=median", "-o", os.path.join(folder, "m"), "--epochs", "2",
    "--quiet")
said_of = [line.split(b",", 1)[1] for line in run("predict", os.path.join(folder, "m"), new,
                                                  "--quiet")[1].splitlines()[1:]]
if len(said_of) != 3 or said_of[0] != said_of[1] or said_of[0] == said_of[2]:
    wrong.append("--fill a=median: %s" % said_of)

refused = 0
for file, answer, what, line, column, value, more in lines_of("hostile.txt"):
    path = os.path.join(tables, "hostile", file)
    if not os.path.exists(path):
        path = os.path.join(folder, file)
        subprocess.run([sys.executable, os.path.join(tables, "make.py"), file.split("_")[0], path],
                       check=True)
    status, _, text = run("fit", path, "--predict", answer, "-o", os.path.join(folder, "h" + file),
                          "--epochs", "2", "--quiet")
    if what == "refuse" and status != 3:
        wrong.append("%s: fit ends with %d: %s" % (file, status, text))
    if status not in (0, 3):
        wrong.append("%s: fit ends with %d: %s" % (file, status, text))
    if status == 3:
        refused += 1
        if os.path.exists(os.path.join(folder, "h" + file, "weights.safetensors")):
            wrong.append("%s: refused, and weights are there" % file)
        if file not in text or "wengert: " not in text:
            wrong.append("%s: the message does not name the file: %s" % (file, text))
        if line not in ("0", "1", "") and not any(":%s:" % n in text for n in line.split()):
            wrong.append("%s: the message does not name line %s: %s" % (file, line, text))
print("\n".join(wrong))
print("%d forms, %d with the same numbers, %d hostile tables refused, %d wrong" %
      (len(files), exact, refused, len(wrong)))
sys.exit(bool(wrong) or len(files) != 32 or exact < 12 or refused < 15)
