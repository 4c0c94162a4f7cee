#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the public headers of C, and of include/wgx what is marked WGX_PYTHON, and writes what they say of
calls into python/wengert/_table.txt. `make docs` calls it. --check: changes nothing, and prints what would
change and what the headers leave out: sentences of calls, defaults of options. --cpp: writes the functions of
C++ (cpp_calls.py) into include/wengert; `make` calls it. --exported: the names that a library made of these
headers exports.

A call is a row NAME RESULT PARAMETERS | SENTENCE. NAME@ is wg_NAME_at, which takes a call site; NAME@2 is
wg_NAME, whose second parameter it is; below a head "wgx/..." it is wgx_NAME. A parameter is NAME:KIND, NAME
alone a node. KIND is the type of C without wg_ and const, and: text is a const char *; X[] an array, X* a
pointer; ! behind it: C writes there; X(): a function. A struct is a row NAME FIELDS, or of options NAME
OPERANDS ; OPTIONS ; how many of these also stand by position.
"""
import difflib
import glob
import os
import re
import sys

sys.dont_write_bytecode = True
import cpp_calls

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PYTHON, *CPP = (os.path.join(TOP, p) for p in (
    "python/wengert/_table.txt", "include/wengert/methods.inc", "include/wengert/words.hpp",
    "include/wengert/option_names.hpp", "include/wengert/calls.hpp"))
MARK = "\1(\\d+)\1"
WORDS = {"const char *": "text", "char *": "text!", "const char **": "text*!", "const char *const *": "text*",
         "const char *const []": "text[]", "size_t": "size", "unsigned": "uint",
         "const unsigned char *": "byte*", "FILE *": "file", "wg_site": "site", "void": "-"}


class Table:
    def __init__(self):
        self.calls, self.structs, self.enums, self.functions, self.lists, self.wrong = ([], {}, {}, set(), {},
                                                                                        [])
        self.numbers, self.operand_notes = {}, []
        self.written = {}  # the file and line of the headers in which each call stands
        # of each call: its comment, the one that stands behind it, and the heading above it
        self.comments, self.behind, self.headings = {}, {}, {}
        self.shared = set()  # the calls that have the comment of the call above them alone
        # Public headers, and what the command and Python share: of that the calls that are marked for Python.
        files = [f for folder in ("wengert", "wgx")
                 for f in sorted(glob.glob(os.path.join(TOP, "include", folder, "*.h")))]
        texts = [("wgx/" * ("/wgx/" in f) + os.path.basename(f)[:-2],)
                 + marked(open(f, encoding="utf-8").read()) for f in files]
        for _, text, _ in texts:
            self.functions.update(re.findall(r"typedef [^;{]*\(\*wgx?_(\w+)\)\(", text))
            for name, body in re.findall(r"typedef enum wgx?_(\w+) \{([^}]*)\}", text):
                made = re.match(r"\s*(WG_\w+_LIST)\(", body)
                words = (re.search(r"#define %s\(X\)((?:[^\n]*\\\n)*[^\n]*)" % made[1], text)[1] if made
                         else body)
                self.enums[name] = (re.findall(r"X\((\w+)", words) if made
                                    else [w.split("=")[0].strip() for w in bare(words).split(",")
                                          if w.strip()])
            self.numbers.update(re.findall(r"\b(WG_[A-Z_]+) = (\d+)\b", bare(text)))
        defined = [m for _, text, _ in texts for m in
                   re.finditer(r"#define (\w+)\(([^)]*)\)((?:[^\n]*\\\n)*[^\n]*)", text)]
        self.macros = {m[1]: m[3].replace("\\\n", " ") for m in defined}
        # of calls whose last operands may be left out: how many must be there
        self.needed = {m[1]: int(m[2]) for body in self.macros.values() for m in
                       re.finditer(r"WG_NAMED\(\s*wg_(\w+)_at, \w+, \([^)]*\), (\d)_\d,", body)}
        self.macro_words = {m[1]: split(m[2]) for m in defined}
        self.titles = {head: opening(notes) for head, _, notes in texts}
        for head, text, notes in texts:
            self.note_lists(text, notes)
        for head, text, notes in texts:
            for m in re.finditer(r"\ntypedef struct wgx?_(\w+) \{(.*?)\n\} wgx?_\1;", text, re.S):
                self.structs[m[1]] = " ".join(self.members(m[2]))
        places = {m[1]: m[2] for _, text, _ in texts for m in re.finditer(r"^WG_OPTIONS_BY_PLACE\(wg_(\w+), "
            r"(\d+)\)", text, re.M)}
        for name, (operands, options) in self.lists.items():
            self.structs[name] = (" ".join(self.operand(t, n) for t, n in operands) + " ; " + " ".join(
                self.field(t, n) for t, n, _ in options) + (" ; %s" % places[name] if name in places
                                                            else "")).strip()
        for head, text, notes in texts:
            self.note_calls(head, text, notes)

    def kind(self, c):
        c = re.sub(r"\bstruct ", "", " ".join(c.split()))
        if c in WORDS:
            return WORDS[c]
        if "(*" in c:
            return "()"
        if c == "...":
            return c
        const, c = (c.startswith("const "),
                    re.sub(r"\bwgx?_", "", c.replace("const ", ""))
                    .replace("nn_states", "states").replace(" *", "*"))
        c = re.sub(r"\b(u?int\d*)_t\b", r"\1", c)
        if c in self.functions or c in ("vjp_rule", "curve", "field"):
            return c + "()"
        array, base = c.endswith("[]"), c.rstrip("*[] ")
        return base + ("[]" if array else c[len(base):]) + ("!" if c != base and not const
                                                            and (array or self.is_value(base)) else "")

    def is_value(self, base):
        """Whether C writes a value where a pointer to it is given; what has no public fields is a thing that
        stays in C."""
        return (base in self.structs or base in self.enums
                or base in "int int64 uint64 double size bool float node tensor shape axes states "
                "batch".split())

    def field(self, c, name):
        kind = self.kind(c)
        return name if kind == "node" else name + ":" + kind

    def operand(self, c, name):
        """A field of a struct of arguments: an array of nodes stands before its number n."""
        return name + ":node[]" if c.split() == ["const", "wg_node", "*"] else self.field(c, name)

    def members(self, body):
        for line in bare(re.sub(MARK, " ", body)).split(";"):
            if "(*" in line:
                yield re.search(r"\(\*(\w+)\)", line)[1] + ":()"
            elif line.strip():
                first, *more = line.split(",")
                m = re.match(r"(.*?[ *])(\w+)((?:\[\w+\])*)$", first.strip())
                if not m:
                    raise SystemExit("table.py: cannot read the field " + first)
                base = m[1].strip()
                for name in [m[2] + m[3]] + more:
                    pointer = (base if name == m[2] + m[3]
                               else base.rstrip("* ") + (" *" if "*" in name else ""))
                    name, _, count = name.strip(" *]").partition("[")
                    count = self.numbers.get(count, count)
                    # of a pointer to values that C keeps, as those of a report: they are read
                    field = self.field(pointer, name).rstrip("!")
                    yield field + ((":node" * (":" not in field)) + "[%s]" % count if count else "")

    def note_lists(self, text, notes):
        """Lists of options: P(type, name) is an operand, X(type, name, default, range, text) an option. Lists
        are made of lists."""
        macros = self.macros
        def rows(body, of):
            for m in re.finditer(r"\b([A-Za-z_]\w*)\(((?:[^()\"]|\"(?:\\.|[^\"\\])*\"|\((?:[^()\"]|\"[^\"]*"
                                 r"\")*\)|'[^']*')*)\)\s*(%s)?" % MARK, body):
                word = split(m[2])
                if m[1] in ("P", "X"):
                    said = notes[int(m[4])] if m[4] else ""
                    yield m[1], word, said
                elif m[1] in macros and m[1].endswith("_"):
                    yield from rows(macros[m[1]], of)

        for name in re.findall(r"#define (wg_\w+_list)\(", text):
            operands, options = [], []
            for which, word, said in rows(macros[name], name):
                kind, what = word[0].strip(), word[1].strip()
                if which == "P":
                    operands.append((kind, what))
                    if said:
                        self.said_of(name[3:-5], what, said)
                else:
                    options.append((kind, what, "".join(re.findall(r'"((?:\\.|[^"\\])*)"', word[4]))
                                    if len(word) > 4 else ""))
                    self.look(name[3:-5], word)
            self.lists[name[3:-5]] = operands, options

    def said_of(self, struct, operand, text):
        self.operand_notes.append("%s.%s %s" % (struct, operand, " ".join(text.split())))

    def look(self, struct, word):
        """The sentence of an option, which says its default where the list cannot."""
        text = word[4].strip() if len(word) > 4 else ""
        if not text.strip('"'):
            self.wrong.append("%s.%s: an option without a sentence" % (struct, word[1].strip()))
        elif word[2].strip() == "WG_AUTO" and not re.search("default|needed where", text, re.I):
            self.wrong.append("%s.%s: WG_AUTO, and its sentence says no default" % (struct, word[1].strip()))

    def note_calls(self, head, text, notes):
        before = {}  # of a struct of arguments: the comment before its list
        for m in re.finditer(r"\n%s\n(?:#define wg_(\w+)_list|[^\n]*\n?)" % MARK, text):
            if m[2] and not notes[int(m[1])].startswith("----"):
                before[m[2]] = notes[int(m[1])]
        end, last = 0, ""
        for m in re.finditer(r"\n(?:WG_API|WGX_PYTHON)\s+([^;{]*?)\b(wgx?_\w+)\(([^;{]*?)\)"
                             r"(?:\s*WG_PRINTF\([^)]*\))?;(?:[ ]*%s)?" % MARK, text):
            above = re.search(r"\n%s$" % MARK, text[:m.start()])
            own = notes[int(above[1])] if above else ""
            own = "" if own.startswith("----") else own
            after = notes[int(m[4])] if m[4] else ""
            site, parameters = self.parameters(m[3])
            struct = [p.split(":")[1][:-1] for p in parameters if re.search(r":\w+_(args|opts)\*$", p)]
            together = m.start() == end and not own
            said = own or after or (last if together else "") or (before.get(struct[0], "") if struct else "")
            if own and after:
                said = own + " " + after
            if together and last and not after:
                self.shared.add(m[2])
            end, last = m.end(), said if not (after and not own) else ""
            self.comments[m[2]], self.behind[m[2]] = said, after
            self.headings[m[2]] = heading(text[:m.start()], notes)
            name = m[2].partition("_")[2]
            short = name.endswith("_at") and site == 1
            result = self.kind(m[1])
            owned = "const" not in m[1]  # a const thing belongs to another
            result = result.rstrip("!") + ("!" if result.endswith("*") and owned
                                           and result[:-1] not in self.structs
                                           else "") if result != "text!" else result
            self.calls.append((head, name[:-3] + "@" if short else name + "@%d" % site if site else name,
                               result, parameters, paragraph(said)))
            self.written[m[2]] = head

    def parameters(self, text):
        site, out = 0, []
        for k, p in enumerate(split(re.sub(MARK, " ", text))):
            p = " ".join(p.split())
            if p == "void":
                continue
            m = re.match(r"(.*?)\(\*(\w+)\)\(", p) or re.match(r"(.*?[ *])?(\w+)(\[\])?$", p)
            if p == "...":
                out.append("more:...")
            elif "(*" in p:
                out.append(m[2] + ":()")
            elif p == "wg_site here":
                site = k + 1
            else:
                out.append(self.field((m[1] or m[2]).strip() + (" []" if m[3] else ""), m[2]))
        return site, out

    def python(self):
        lines = ["# SPDX-License-Identifier: MIT", "# What the headers of C say of calls, structs and words. "
                 "tools/build/table.py says how it is written, and writes it: make docs.", "", "CALLS"]
        head = None
        for h, name, result, parameters, said in self.calls:
            if h != head:
                lines.append("# " + h)
                head = h
            lines.append(" ".join([name, result] + parameters) + " | " + said)
        lines += ["", "STRUCTS"] + ["%s %s" % x for x in sorted(self.structs.items())]
        lines += ["", "OPERANDS"] + self.operand_notes
        lines += ["", "ENUMS"] + ["%s %s" % (n, " ".join(w)) for n, w in sorted(self.enums.items())] + [""]
        return "\n".join(lines)

    def c_name(self, head, name):
        return ("wgx_" if head.startswith("wgx/") else "wg_") + name.partition("@")[0]

    def look_at_sentences(self):
        ops = set(re.findall(r"^\| `(\w+)` \|", open(os.path.join(TOP, "docs/ops.md"),
                                                     encoding="utf-8").read(), re.M))
        for head, name, _, _, said in self.calls:
            if not re.search("[A-Za-z]", said) and name.partition("@")[0] not in ops:
                self.wrong.append("include/%s.h: %s: a call without a sentence" %
                                  (head if "/" in head else "wengert/" + head, self.c_name(head, name)))
        return self.wrong


def marked(text):
    """The text with a mark in place of each comment, and the comments."""
    notes = []

    def note(m):
        notes.append(re.sub(r"\n\s*\* ?", "\n", m[0][2:-2]).strip())
        return "\1%d\1" % (len(notes) - 1)
    return re.sub(r"/\*.*?\*/", note, text, flags=re.S), notes


def opening(notes):
    """What a header says that it is: the first sentence of its opening comment."""
    said = paragraph(notes[1] if notes[0].startswith("SPDX") else notes[0])
    return re.split(r"\.(?: |$)", said.partition(": ")[2])[0]


def heading(text, notes):
    """The heading of the header above the end of the text; "" behind an #if."""
    for m in reversed(list(re.finditer(r"\n(?:#if|%s)" % MARK, text))):
        if not m[1] or notes[int(m[1])].startswith("----"):
            return notes[int(m[1])].strip("- ") if m[1] else ""
    return ""


def bare(text):
    return " ".join(re.sub(MARK, " ", text).split())


def split(text):
    """The parts between commas that are in no parentheses, braces or texts."""
    out, depth, start = [], 0, 0
    for m in re.finditer(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[({\[]|[)}\]]|,', text):
        if m[0] in "({[":
            depth += 1
        elif m[0] in ")}]":
            depth -= 1
        elif m[0] == "," and not depth:
            out.append(text[start:m.start()])
            start = m.end()
    return [p for p in out + [text[start:]] if p.strip()]


def paragraph(text):
    """The first paragraph of a comment, without its example."""
    out = []
    for line in text.split("\n"):
        if not line.strip() and out or line.startswith("    "):
            break
        out.append(line.strip())
    return " ".join(" ".join(out).split()).rstrip(":")


def main():
    table = Table()
    if "--exported" in sys.argv:
        print("\n".join(sorted(table.written)))
        return 0
    in_cpp, unable = cpp_calls.written(table, TOP)
    if "--cpp" in sys.argv:
        for path, text in zip(CPP, in_cpp):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        return 0
    text = table.python()
    old = open(PYTHON, encoding="utf-8").read() if os.path.exists(PYTHON) else ""
    different = old != text
    if different and "--check" in sys.argv:
        print("".join(difflib.unified_diff(old.splitlines(1), text.splitlines(1), os.path.relpath(PYTHON),
                                           "headers", n=0))[:2000])
    elif different:
        open(PYTHON, "w", encoding="utf-8").write(text)
    wrong = table.look_at_sentences() + ["%s: no rule makes a function of C++ of it" % n for n in unable]
    print("\n".join(wrong), end="\n" * bool(wrong))
    return "--check" in sys.argv and (different or bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
