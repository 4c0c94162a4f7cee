"""Reads a site of lessons back: site.py FOLDER LESSONS. Prints what is wrong with it, then how much was
read."""
import collections
import html.parser
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree

folder, lessons = sys.argv[1:]
wrong = []
say = wrong.append


class Page(html.parser.HTMLParser):
    """The links, ids and loads of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.links, self.places, self.loads, self.texts, self.skip = [], [], [], [], 0
        self.rights = self.description = 0
        self.feed(text)
        self.ids = set(self.places)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.places += [a["id"]] if "id" in a else []
        if tag == "a" and "href" in a:
            self.links.append(a["href"])
        for name in ("src", "srcset", "data", "poster", "action"):
            if name in a:
                self.loads.append(a[name])
        if tag == "link" and a["rel"] == "license":
            self.rights += 1
        elif tag == "link":
            self.loads.append(a["href"])
        self.description += tag == "meta" and a.get("name") == "description" and len(a["content"]) > 50
        self.skip += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.skip -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.skip:
            self.texts.append(data)


def plain(text):
    return " ".join(text.split())


source = {n[:-3]: open(os.path.join(lessons, n), encoding="utf-8").read() for n in sorted(os.listdir(lessons))
          if n.endswith(".md")}
raw = {n: open(os.path.join(folder, n), encoding="utf-8").read() for n in sorted(os.listdir(folder))
       if n.endswith(".html")}
page = {n: Page(t) for n, t in raw.items()}

# Links lead somewhere, and nothing is loaded but the two files that all pages share.
links = 0
for name, p in page.items():
    for load in p.loads:
        if load not in ("lesson.css", "lesson.js", "edit.js") and not (name == "play.html"
                and load == "engine.js") and not load.startswith("data:"):
            say(f"{name} loads {load}")
    for style in re.findall(r"@import|url\((?!#|['\"]?data:)[^)]*\)|fetch\(", raw[name]):
        say(f"{name} loads by {style}")
    for link in p.links:
        links += 1
        if re.match(r"https?:", link):
            continue
        to, _, place = urllib.parse.unquote(link).partition("#")
        if to and not os.path.isfile(os.path.join(folder, to)):
            say(f"{name}: no file {to}")
        elif place and (to or name) in page and place not in page[to or name].ids:
            say(f"{name}: no place #{place} in {to or name}")

# Each page names the course and its licence; each place of a page has one name.
for name, p in page.items():
    for place, times in collections.Counter(p.places).items():
        if times > 1:
            say(f"{name}: #{place} stands there {times} times")
    if name == "play.html" or name.endswith("-graph.html"):
        continue
    if not re.search(r"<title>.*A course in deep learning.*</title>", raw[name]) or p.rights != 1:
        say(f"{name} does not name the course and its licence")
    if name[:-5] in source and not p.description:
        say(f"{name} has no description")

# A heading, a question, a picture, the rule and the exercises have an address.
for name, text in source.items():
    ids = page[name + ".html"].ids
    for kind, word in (("ask", "ask"), ("(?:plot|draw)", "figure")):
        for k in range(len(re.findall(f"^```{kind}", text, re.M))):
            if f"{word}-{k + 1}" not in ids:
                say(f"{name}.html: no place #{word}-{k + 1}")
    for heading in re.findall("^## (.*)", text, re.M):
        words = re.sub("[^a-z0-9]+", "-", heading.lower().replace("'", ""))
        if words.strip("-") not in ids:
            say(f"{name}.html: no place for the heading {heading}")
    if not {"rule", "exercises"} <= ids:
        say(f"{name}.html: no place #rule or #exercises")

# Search leads to places that are there, in all lessons.
with open(os.path.join(folder, "search.js"), encoding="utf-8") as f:
    sections = json.loads(f.read().partition(" = ")[2])["sections"]
for s in sections:
    to, _, place = s["page"].partition("#")
    if to not in page or (place and place not in page[to].ids):
        say(f"search.js: no place {s['page']}")
if {s["page"].partition("#")[0][:-5] for s in sections} < set(source):
    say("search.js lacks lessons")

# The package for learning management systems: its files are there, and each lesson is an item.
ims = {"": "http://www.imsproject.org/xsd/imscp_rootv1p1p2"}
manifest = xml.etree.ElementTree.parse(os.path.join(folder, "imsmanifest.xml")).getroot()
resource = {r.get("identifier"): r for r in manifest.iterfind(".//resource", ims)}
items = [i.get("identifierref") for i in manifest.iterfind(".//item", ims)]
if set(items) != set(source) or len(items) != len(source) or not set(items) < set(resource):
    say(f"imsmanifest.xml has {sorted(set(source) ^ set(items))}")
files = [f.get("href") for f in manifest.iterfind(".//file", ims)]
missing = [f for f in files if not os.path.isfile(os.path.join(folder, f))]
pages = {n + ".html" for n in source} | {"search.js", "index.html", "about.html"}
if missing or len(files) != len(set(files)) or not pages <= set(files):
    say(f"imsmanifest.xml: missing {missing}, or a file twice, or not all of them")
if {d.get("identifierref") for d in manifest.iterfind(".//dependency", ims)} != {"shared"}:
    say("imsmanifest.xml: a dependency of what is not there")

# The minutes of the first page are those that teachers read.
teaching = os.path.join(lessons, "..", "docs", "teaching.md")
minutes = dict(re.findall(r'<li value="\d+" id="([\w-]+)".*?about (\d+) minutes', raw["index.html"]))
with open(teaching, encoding="utf-8") as f:
    of_teachers = dict(re.findall(r"^\| `([\w-]+)` \| (\d+) \|", f.read(), re.M))
if minutes != of_teachers:
    say(f"minutes: {sorted(set(minutes.items()) - set(of_teachers.items()))} are others in teaching.md")

# The map: a box for each lesson; its edges say what `after:` says; none of them goes through a box.
after = {n: [a for a in re.split(r"[ ,]+", re.search(r"^after: *(.*)", s, re.M)[1]) if a in source]
         for n, s in source.items()}


def closure(edges):
    every = set()
    for start in source:
        todo = [start]
        while todo:
            for a, b in edges:
                if a == todo[0] and (start, b) not in every:
                    every.add((start, b))
                    todo.append(b)
            todo.pop(0)
    return every


box = {}
for name, x, y, w, h in re.findall(r'<a href="([\w-]+)\.html"><title>[^<]*</title><rect x="(\d+)" y="(\d+)" '
                                   r'width="(\d+)" height="(\d+)"', raw["index.html"]):
    box[name] = (int(x), int(y), int(x) + int(w), int(y) + int(h))
if set(box) != set(source):
    say(f"the map lacks {sorted(set(source) - set(box))}")


for n, b in box.items():
    for m, c in box.items():
        if n < m and b[0] < c[2] and c[0] < b[2] and b[1] < c[3] and c[1] < b[3]:
            say(f"the map: {n} and {m} stand over each other")


def points(d):
    """Points along a path of M, V and C, close to each other."""
    at, out = None, []
    for kind, numbers in re.findall(r"([MVC])([\d., ]+)", d):
        v = [float(x) for x in re.split("[, ]", numbers)]
        if kind == "V":
            v = [at[0], v[0]]
        if kind == "C":
            p = [at, (v[0], v[1]), (v[2], v[3]), (v[4], v[5])]
        else:
            p = [at or (v[0], v[1])] * 2 + [(v[0], v[1])] * 2
        for k in range(41):
            t = k / 40
            c = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            out.append(tuple(sum(q[axis] * f for q, f in zip(p, c)) for axis in (0, 1)))
        at = out[-1]
    return out


def touching(x, y, edge):
    return [n for n, b in box.items() if b[0] <= x <= b[2] and abs(y - b[edge]) < 1]


edges = []
for d in re.findall(r'<path d="(M[^"]*)"', raw["index.html"][: raw["index.html"].find("</figure>")]):
    way = points(d)
    start, end = touching(*way[0], 3), touching(*way[-1], 1)
    if len(start) != 1 or len(end) != 1:
        say(f"the map: a line from {start} to {end}")
        continue
    edges.append((start[0], end[0]))
    for n, b in box.items():
        if n not in (start[0], end[0]) and any(b[0] - 3 < x < b[2] + 3 and b[1] - 3 < y < b[3] + 3
                                               for x, y in way):
            say(f"the map: the line from {start[0]} to {end[0]} goes through {n}")
needed = closure([(a, n) for n, list_ in after.items() for a in list_])
if closure(edges) != needed:
    say(f"the map lacks {sorted(needed - closure(edges))}, and has {sorted(closure(edges) - needed)}")
for e in edges:
    if e in closure([x for x in edges if x != e]):
        say(f"the map: the line {e} says nothing new")

# Questions and exercises, once each, on paper; answers on the page of answers alone.
paper = plain(" ".join(page["print.html"].texts))
answers = plain(" ".join(page["answers.html"].texts)) if "answers.html" in page else None
questions = exercises = 0
for name, text in source.items():
    for block in re.findall(r"^```ask[^\n]*\n(.*?)^```", text, re.M | re.S):
        questions += 1
        words = plain(re.split(r"[{`_]|\b[A-Za-z]\w*\d", block[: block.find("\nanswer")])[0])
        if words not in paper:
            say(f"print.html lacks the question: {words}")
        then = plain(re.split(r"[{`_]|\b[A-Za-z]\w*\d|\n(?:wrong|hint)",
                              re.search(r"^then (.*)", block, re.M | re.S)[1])[0])
        if len(then) > 30 and then in paper:
            say(f"print.html has the answer: {then}")
        if answers is not None and then not in answers:
            say(f"answers.html lacks: {then}")
    for block in re.findall(r"^```try[^\n]*\n(.*?)^```", text, re.M | re.S):
        for line in filter(str.strip, block.splitlines()):
            if not line.startswith("then "):
                exercises += 1
                continue
            said = plain(re.split(r"[{`_\[]|\b[A-Za-z]\w*\d", line[5:])[0])
            if len(said) > 30 and said in paper:
                say(f"print.html has the answer: {said}")
            if answers is not None and said not in answers:
                say(f"answers.html lacks: {said}")
if raw["print.html"].count("class=\"blank\"") != questions:
    say("print.html: not a place to write for each question")
for n in ("print.html", "answers.html"):
    if n in raw and raw[n].count("<li>") < questions + exercises:
        say(f"{n} has {raw[n].count('<li>')} of {questions} questions and {exercises} exercises")

# Each lesson leads to the calls of its programs and to its graph; a call says in which header it is declared.
calls = 0
for name, text in source.items():
    of_ops = {x[9:] for x in page[name + ".html"].links if x.startswith("ops.html#")}
    calls += len(of_ops)
    code = " ".join(re.findall(r"^```wg[^\n]*\n(.*?)^```", text, re.M | re.S))
    for word in ("sigmoid", "tanh", "relu", "fit", "scan", "map", "softmax", "dropout", "digits"):
        is_called = (re.search(rf"(?<![\w.]){word}\(", re.sub("#.*", "", code))
                     and not re.search(rf"(?<![\w.]){word}\([^()]*\) = ", code))
        if bool(is_called) != (word in of_ops):
            say(f"{name}.html: {word} is {'not ' if is_called else ''}among its calls")
    if re.search("^graph:", text, re.M) and name + "-graph.html" not in page[name + ".html"].links:
        say(f"{name}.html does not lead to its graph")
for section in re.findall(r'<section id="(\w+)">(.*?)</section>', raw["ops.html"], re.S):
    for header in re.findall(r'href="(include/[^"]*)"', section[1]):
        if f"wg_{section[0]}_at(" not in open(os.path.join(folder, header), encoding="utf-8").read():
            say(f"{header} does not declare wg_{section[0]}")

print("\n".join(wrong) if wrong else f"{len(page)} pages, {links} links, {len(box)} boxes, "
      f"{len(edges)} lines, {questions} questions, {exercises} exercises, {calls} calls")
sys.exit(bool(wrong))
