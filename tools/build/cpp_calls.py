# SPDX-License-Identifier: MIT
"""The functions and methods of C++, written from the table of the headers (table.py):
include/wengert/calls.hpp and methods.inc; words.hpp and option_names.hpp. Options are the structs of C, so
that names and defaults stand in the headers alone.

A call whose result is a node is a function in wg::, one whose name begins with nn_ in wg::nn::; where its
first operand is a node, it is a method too. What no rule tells is written by hand in values.hpp and
functions.hpp: BY_HAND.
"""
import glob
import os
import re
import subprocess

HEADS = ("functions ops losses contract arrange pick makers norms conv attention linear nn recurrent "
         "transformer grad implicit wgx/params schedule").split()
BY_HAND = set("""grad grads hessian slice einsum reshape eye arange cast backward backward_add extern
custom_vjp recompute recompute_chain odeint fixed_point sequential nn_sequential split param state zeros
fill""".split())
METHOD_BY_HAND = set("grad hessian reshape T".split())
NAMES = {"const": "constant"}
PLAIN = {"int": "int", "int64": "int64_t", "uint64": "uint64_t", "double": "double", "bool": "bool",
         "size": "size_t", "dtype": "wg_dtype", "init": "const wg_init &", "pattern": "wg_pattern"}
KEYWORDS = "if for while and or not xor union new delete default export nn optim".split()
TOP = ("/* SPDX-License-Identifier: MIT */\n/* Made of the headers of C by tools/build/cpp_calls.py "
       "(make): do not edit. */\n")
VALUES, TEXT = "const std::vector<value> &", "const text &"


def parts(field):
    name, _, kind = field.partition(":")
    return ({"file": "file_", "line": "line_"}.get(name, name)), kind or "node"


class Call:
    """A call of C as C++ has it."""

    def __init__(self, table, name, result, parameters, said):
        self.c, self.name, self.said = name, name.partition("@")[0], said
        self.result, self.table = result, table
        self.struct, self.options, self.places = None, [], 0
        self.operands, self.outs, self.graph = [], [], False
        fields = [parts(p) for p in parameters]
        for n, kind in fields:
            m = re.fullmatch(r"(\w+_(?:args|opts))\*", kind)
            if m:
                self.struct = m[1]
                operands, options, places = (table.structs[m[1]] + " ; ; ").split(";")[:3]
                self.operands += [parts(p) for p in operands.split()]
                self.options = [parts(p) for p in options.split()]
                self.places = int(places.strip() or 0)
            else:
                self.operands.append((n, kind))
        if self.operands and self.operands[0][1] == "graph*":
            self.graph = True

    def possible(self):
        return self.result in ("node", "states", "bool", "status", "init", "double") and all(
            self.parameter(n, k) for n, k in self.shown())

    def shown(self):
        """The operands that a user writes: no graph, no counts, no results."""
        out, nodes = [], any(k.startswith("node[]") for _, k in self.operands)
        for n, k in self.operands[1 if self.graph else 0:]:
            if not (k.startswith("node*!") or k == "node[]!" or nodes and n in ("n", "ny", "nx")):
                out.append((n, k))
        return out

    def parameter(self, n, kind):
        if kind == "node":
            return "const operand &" + n
        if kind in ("shape", "axes"):
            return "const wg::%s &%s" % (kind, n)
        if kind == "states":
            return "const states &" + n
        if kind == "node[]":
            return VALUES + n
        if kind == "text":
            return TEXT + n
        if kind in ("params*", "nn_cache*"):
            return "wg_%s%s" % (kind.replace("*", " *"), n)
        t = PLAIN.get(kind) or (kind in self.table.enums and "wg_" + kind)
        return t and (t + n if t.endswith("&") else t + " " + n)

    def given(self, n, kind):
        return {"node": n + ".n", "text": n + ".s", "node[]": n + "_.data()", "node[]!": n + "_.data()",
                "node*!": "&%s_" % n}.get(kind, n)


def line_of(text):
    text = re.sub(r"\s+", " ", text)
    text = re.split(r"(?<=[^.])\. ", text)[0].rstrip(".")
    return text if len(text) < 100 else text[:text.rfind(" ", 0, 96)] + " ..."


def function(c, graph):
    """The lines of a function, by its name and parameters."""
    shown = c.shown()
    params = [c.parameter(n, k) for n, k in shown]
    one = [k for _, k in shown].count("node") == 1
    if one:
        params = [p.replace("const operand &", "const value &") for p in params]
    before, nodes = [], [n + ("" if one else ".n") for n, k in shown if k == "node"][:3]
    vectors = [n for n, k in shown if k == "node[]"]
    for n, k in c.operands:
        if k == "node[]":
            before.append("const std::vector<wg_node> %s_ = detail::nodes(%s);" % (n, n))
        elif k == "node*!":
            before.append("wg_node %s_ = wg_node();" % n)
        elif k == "node[]!":
            before.append("std::vector<wg_node> %s_(%s.size());" % (n, vectors[0]))
    counts = {"n": vectors[:1], "nx": vectors[-1:], "ny": vectors[:1]}

    def value_of(n, k):
        if k == "graph*":
            return "detail::raw(g)" if graph else "detail::current_graph()"
        if n in counts and counts[n] and k == "int":
            return "static_cast<int>(%s.size())" % counts[n][0]
        return n if one and k == "node" else c.given(n, k)
    if c.struct:
        params.append("wg_%s o = wg_%s()" % (c.struct, c.struct))
        before += ["o.%s = %s;" % (n, value_of(n, k)) for n, k in c.operands]
        call = "wg_%s_at(WG_SITE, &o)" % c.name
    elif "@" in c.c:
        call = "wg_%s_at(%s)" % (c.name, ", ".join(["WG_SITE"] + [value_of(n, k) for n, k in c.operands]))
    else:
        call = "wg_%s(%s)" % (c.name, ", ".join(value_of(n, k) for n, k in c.operands))
    if graph:
        params.insert(0, "const graph &g")
    outs = [(n, k) for n, k in c.operands if k in ("node*!", "node[]!")]
    look = vectors[0] if vectors else ", ".join(nodes)
    if c.result == "node":
        result, last = "value", "return detail::made(%s);" % ", ".join([call] + [look] * bool(look))
    elif c.result == "states":
        result, last = "states", "const wg_nn_states s = %s; detail::made(s.h, %s); return s;" % (call, look)
    elif outs and outs[0][1] == "node*!":
        result = c.name + "_parts"
        last = "%s; detail::made(%s_, %s); return %s{ %s };" % (
            call, outs[0][0], look, result, ", ".join(n + "_" for n, _ in outs))
    elif outs:
        result = "std::vector<value>"
        out = outs[0][0]
        last = ("%s; for (wg_node made : %s_) { detail::made(made, %s); } return %s(%s_.begin(), %s_.end());"
                % (call, out, look, result, out, out))
    else:
        result, last = {"init": "wg_init", "double": "double"}[c.result], "return %s;" % call
    return result, params, before + [last]


def inline(head, body):
    """A definition: one line if it is short."""
    one = "%s { %s }" % (head, " ".join(body))
    if len(one) <= 108:
        return one
    lines, out = [], [head, "{"]
    if len(head) > 108:
        at = head.index("(") + 1
        out = [head[:at], *wrapped(head[at:], "    "), "{"]
    for b in body:
        if lines and len(lines[-1]) + len(b) < 104:
            lines[-1] += " " + b
        else:
            lines.append("    " + b)
    return "\n".join(out + [x for line in lines for x in wrapped(line, "    ", line[:4] == "    ")] + ["}"])


def wrapped(text, indent, first=False):
    """Lines of at most 108 letters. first: the text has its own indent."""
    out, line, words = [], "" if first else indent, text.split(" ")
    if first:
        words = [text[:4] + text[4:].split(" ")[0]] + text[4:].split(" ")[1:]
    for word in words:
        if len(line) + len(word) > 107:
            out.append(line.rstrip())
            line = indent * 2
        line += word + " "
    return out + [line.rstrip()]


def names(params):
    return [re.search(r"(\w+)(?: = .*|;)?$", p)[1] for p in params]


def bare(params):
    return [p.split(" = ")[0] for p in params]


def overloads(c, result, params):
    """More ways to give the arguments: without the last operands, if they may be left out; the first options
    by position; behind axes also keepdims."""
    if c.name in c.table.needed:
        yield params[:c.table.needed[c.name]] + [params[-1]], [], ""
    if not c.places or not c.struct:
        return
    options = c.options[:c.places]
    several = len(c.options) > 1 and options == [("axis", "int")] and c.options[1] == ("axes", "axes")
    first = [("axes", "axes")] if several else options
    placed = ["const wg::%s &%s" % (k, n) if k in ("shape", "axes") else c.parameter(n, k) for n, k in first]
    sets = ["o.%s = %s;" % (n, n) for n, _ in first]
    front = params[:-1]
    yield front + placed + [params[-1]], sets, "class = void"
    for k in range(len(placed) - 1, 0, -1):
        if c.options[k][0] == "axis":
            yield front + placed[:k] + [params[-1]], sets[:k], "class = void"
    if several and ("keepdims", "bool") in c.options:
        sets = ["%s o;" % params[-1].split()[0]] + sets + ["o.keepdims = keepdims;"]
        yield front + placed + ["B keepdims"], sets, "class B, class = if_bool<B>"


def words(top, rows, calls):
    """words.hpp: names of other libraries, whose use says the line to write, by src/language/words/names.txt.
    They have a namespace of their own, so that they are no rivals of your functions."""
    told = subprocess.run(
        ["awk", "-f", "tools/build/names.awk", "-", "src/language/words/names.txt"], cwd=top, input=rows,
        capture_output=True, text=True, check=True).stdout
    known = calls + "".join(open(f, encoding="utf-8").read() for f in glob.glob(
        os.path.join(top, "include/wengert/*.hpp")) if not f.endswith("/words.hpp"))
    called = set(re.findall(r"(\w+) *\(", known))
    called.update(re.findall(r"(?:class|struct|using) (\w+)", known))
    lower, upper = [], []
    for word, kind, rest in re.findall(r'\{ "(\w+)", WG_WORD_(\w+), \{ (.*) \} \},', told):
        line = re.findall(r'"((?:\\.|[^"\\])*)"|NULL', rest)[2]
        if kind == "CALL" and line.startswith("write ") and word not in KEYWORDS and word not in called:
            (lower if word[0].islower() else upper).append('WG_WORD_(%s, "%s")' % (word, line))
    refusal = "{ static_assert(sizeof...(A) > 99, line); "
    return "\n".join([
        TOP + "/* Names of other libraries: a call of one is an error that says the line to write. */",
        "#ifndef WENGERT_WORDS_HPP", "#define WENGERT_WORDS_HPP", "", '#include "calls.hpp"', "",
        "namespace wg", "{", "namespace not_here", "{", "#define WG_WORD_(name, line) \\",
        "    template <class... A> value name(const A &...) " + refusal + "return value(); }"] + lower + [
        "#undef WG_WORD_", "} // namespace not_here", "using namespace not_here;", "",
        "namespace nn", "{", "#define WG_WORD_(name, line) \\",
        "    struct name { template <class... A> name(const A &...) " + refusal + "} };"] + upper + [
        "#undef WG_WORD_", "} // namespace nn", "} // namespace wg", "#endif", ""])


def option_names(table):
    """option_names.hpp: the names of all options, for WG_WITH in C++11."""
    out = ["#define WG_OPTION_NAMES(X)"]
    for n in sorted({name for _, options in table.lists.values() for _, name, _ in options}):
        if len(out[-1]) + len(n) > 100:
            out.append("   ")
        out[-1] += " X(%s)" % n
    return "\n".join([
        TOP + "/* The names of all options: fields.hpp uses them. */", "#ifndef WENGERT_OPTION_NAMES_HPP",
        "#define WENGERT_OPTION_NAMES_HPP", " \\\n".join(out), "#endif", ""])


def written(table, top_of_project):
    """The texts of methods.inc and calls.hpp, and the names of the calls that no rule can write."""
    methods, calls, later, structs, layers, unable = [], [], [], [], [], []
    rows = [(h, Call(table, n, r, p, s)) for h, n, r, p, s in table.calls if h in HEADS]
    for head, c in sorted(rows, key=lambda x: HEADS.index(x[0])):
        if c.name in BY_HAND or "@" in c.c and not c.c.endswith("@") or "@" not in c.c and c.result not in (
                "init", "double"):
            continue
        if not c.possible() or c.result in ("bool", "status") and not any(
                k in ("node*!", "node[]!") for _, k in c.operands):
            if c.result in ("node", "states"):
                unable.append(c.name)
            continue
        name = NAMES.get(c.name, c.name)
        layer = name.startswith("nn_")
        name = name[3:] if layer else name
        out = layers if layer else calls
        if c.said and line_of(c.said):
            out.append("/* %s */" % line_of(c.said))
        result, params, body = function(c, False)
        site = ["WG_CALLER"] if "@" in c.c else []
        if result.endswith("_parts"):
            structs.append("struct %s {\n    value %s;\n};" % (result, ", ".join(
                n for n, k in c.operands if k == "node*!")))
        worse = "class = void" if c.name in table.needed else ""
        head = "template <%s> " % worse if worse else ""
        out.append(inline("%sinline %s %s(%s)" % (head, result, name, ", ".join(params + site)), body))
        if c.graph:
            _, with_graph, its = function(c, True)
            out.append(inline("inline %s %s(%s)" % (result, name, ", ".join(with_graph + site)), its))
        method = (not layer and c.result == "node" and c.shown() and c.shown()[0][1] == "node"
                  and name not in METHOD_BY_HAND)
        forms = [(params, None, worse)] + list(overloads(c, result, params))
        for parameters, sets, template in forms:
            head = "template <%s> " % template if template else ""
            if sets is not None:
                given = names(parameters + sets) + ["o"]
                all_of_them = [n if n in given else "operand()" for n in names(params)]
                call = "return %s(%s);" % (name, ", ".join(all_of_them + ["at"]))
                out.append(inline("%sinline %s %s(%s)" % (head, result, name, ", ".join(parameters + site)),
                                  sets + [call]))
            if not method:
                continue
            rest = parameters[1:]
            methods.append("%s%s %s(%s) const;" % (head, result, name, ", ".join(rest + ["WG_CALLER"])))
            head = re.sub(" = (if_bool<B>|void)", "", head)
            later.append(inline("%sinline %s value::%s(%s) const" % (
                head, result, name, ", ".join(bare(rest) + ["call_site at"])),
                ["return wg::%s(%s);" % (name, ", ".join(["*this"] + names(rest) + ["at"]))]))
    declared = ["    " + m if len(m) < 104 else "\n".join(wrapped(m, "    ")) for m in methods]
    inside = TOP + "/* Methods of wg::value: included in the class. calls.hpp defines them. */\n"
    said = "/* Functions in wg:: and layers in wg::nn::. wengert.hpp includes it. */"
    outside = [TOP + said, "#ifndef WENGERT_CALLS_HPP", "#define WENGERT_CALLS_HPP", ""]
    outside += ['#include "objects.hpp"', "", "namespace wg", "{", ""] + structs + [""] + calls
    outside += ["", "/* ---- methods ---- */", ""] + later + ["", "namespace nn", "{", ""] + layers
    outside += ["", "} // namespace nn", "} // namespace wg", "#endif", ""]
    outside = "\n".join(outside)
    told = words(top_of_project, table.python(), outside)
    return (inside + "\n".join(declared) + "\n", told, option_names(table), outside), unable
