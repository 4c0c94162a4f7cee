#!/usr/bin/env python3
"""Which mistakes of a list do the tests find?

    tests/score/edits.py FOLDER RESULT LIST...

A line of a list is JSON: room, file, old (it stands once in the file, else the code has changed), new,
shows. mistakes.jsonl has 314, written without a look at the tests. Each mistake is made in a copy of the
sources, FOLDER, which is built again, and the test programs of its room that reach the function run, until
one fails. Those that are not found there run with all other programs that reach them. RESULT gets a line
for each of them as soon as something is known: number, state, room, file, the program. The states are room
and elsewhere (where it was found), outside (not in its room; a second line follows), lives, unreached,
unbuilt. A run that was stopped goes on.
"""
import collections, json, os, queue, random, shutil, sys
import runs


def mark(text, old, new, k):
    """The places of `{` at which functions begin that the edit is in: all of the file where it is in none."""
    at = text.index(old) + len(os.path.commonprefix([old, new[:len(old) - 1]]))
    start = text.rfind("\n{\n", 0, at)
    if 0 <= start and at <= text.find("\n}", start) + 1: return [(start + 2, k)]
    starts = [i for i in range(len(text)) if text.startswith("\n{\n", i)]
    return [(i + 2, k) for i in starts]


def marked(text, places):
    for at, k in sorted(places, reverse=True): text = f"{text[:at]} wgm({k});{text[at:]}"
    return text


class Edits:
    def __init__(self, folder, lists):
        self.folder, self.all = folder, [json.loads(l) for path in lists for l in open(path)]
        self.texts, self.there, places = {}, [], collections.defaultdict(list)
        for k, m in enumerate(self.all):
            text = self.texts.setdefault(m["file"], open(m["file"]).read())
            if text.count(m["old"]) != 1: continue
            self.there.append(k)
            if m["file"].endswith(".c") and m["file"].split("/")[0] != "python":
                places[m["file"]] += mark(text, m["old"], m["new"], k)
        self.marked = {f: marked(text, places[f]) for f, text in self.texts.items()}
        self.without = set(range(len(self.all))) - {k for p in places.values() for _, k in p}

    def prepare(self):
        """Builds all, and sees which program reaches which mistake. What is known is kept in the folder."""
        runs.copy(self.folder)
        for file, text in self.marked.items(): runs.write(self.folder, file, text)
        kept = os.path.join(self.folder, "reach.json")
        runs.make(self.folder, "all", "tests", "examples")
        if not os.path.exists(kept):
            seconds, reached = runs.reach(self.folder, runs.programs())
            json.dump([seconds, {t: sorted(r) for t, r in reached.items()}], open(kept, "w"))
        self.seconds, reached = json.load(open(kept))
        self.reached = {t: set(r) for t, r in reached.items()}
        self.free = queue.Queue()
        for i in range(os.cpu_count()):
            folder = f"{self.folder}-{i}"
            if not os.path.exists(folder): shutil.copytree(self.folder, folder, symlinks=True)
            self.free.put(folder)

    def that_reach(self, k, inside):
        """The programs of the mistake's room, or of the others, that reach it."""
        file = self.all[k]["file"]
        every = k in self.without and (inside or file.startswith(("src/", "ops/")))
        room = runs.room_of(file)
        return [t for t, r in self.reached.items() if runs.own(room, t) == inside and (k in r or every)]

    def try_one(self, k, inside):
        m = self.all[k]
        tests = self.that_reach(k, inside)
        if not tests: return None
        folder = self.free.get()
        runs.write(folder, m["file"], self.texts[m["file"]].replace(m["old"], m["new"]))
        built, _ = runs.make(folder, "all", "tests", check=False)
        by = runs.killer(folder, tests, self.seconds) if built else "unbuilt"
        runs.write(folder, m["file"], self.marked[m["file"]])
        self.free.put(folder)
        return by

    def state(self, k, by, inside):
        if by: return "unbuilt" if by == "unbuilt" else "room" if inside else "elsewhere"
        if inside: return "outside"
        return "lives" if self.that_reach(k, True) + self.that_reach(k, False) else "unreached"


def main():
    folder, result, *lists = sys.argv[1:]
    edits = Edits(folder, lists)
    edits.prepare()
    known = {int(l.split()[0]): l.split()[1] for l in open(result)} if os.path.exists(result) else {}
    order = edits.there
    random.Random(1).shuffle(order)
    for inside in (True, False):
        def one(k):
            known[k] = edits.state(k, by := edits.try_one(k, inside), inside)
            m = edits.all[k]
            with open(result, "a") as out:
                print(k, known[k], runs.room_of(m["file"]), m["file"], os.path.basename(by or "-"), file=out)
        runs.in_turn(one, [k for k in order if known.get(k, "outside") == "outside" and
                           not (inside and k in known)])
    found = collections.Counter(known.values())
    print(f"{len(edits.all) - len(edits.there)} mistakes are in no file any more")
    print(f"{len(known)} mistakes: " + ", ".join(f"{n} {state}" for state, n in sorted(found.items())))


main()
