#!/usr/bin/env python3
"""Which inputs take time that grows faster than their length?

    tests/tools/growth.py [WORD...]        shapes whose name contains a word; without words all of them

Files come from strangers, so a text of 1 MiB must not take minutes. This makes texts of many shapes, each of
n parts and of four times as many, until a text has 1 MiB or a run takes 20 processor seconds. It measures
what the command takes for each. A line is printed for each shape whose time grew by more than 6 where the
parts grew by 4, if that is more than 0.2 seconds. It also prints the shapes of which a text of 1 MiB takes
more than 10 seconds. ALL=1 prints all shapes. WENGERT names another command than build/wengert.

A new shape is a function below: it returns the arguments of the command and the files that it needs.
"""
import os, resource, struct, subprocess, sys, tempfile

COMMAND = os.path.abspath(os.environ.get("WENGERT", "build/wengert"))
MOST, SECONDS = 1 << 20, int(os.environ.get("SECONDS", 20))
SHAPES = {}


def shape(f):
    SHAPES[f.__name__] = f
    return f


def lines(n, line, joint="\n"):
    return joint.join(line.format(i, i + 1) for i in range(n)) + "\n"


def program(name, text, *command):
    """A shape whose text is a program. text(n) makes it."""
    SHAPES[name] = lambda n: (list(command or ("eval", "t.wg", "--quiet")), {"t.wg": text(n)})


def lesson(name, text, *command):
    head = "# Title\n\n"
    tail = "\n```check\n1 == 1    one\n```\n"
    SHAPES[name] = lambda n: (list(command or ("lesson", "./t.md")), {"t.md": head + text(n) + tail})
    SHAPES[name + "_page"] = lambda n: (["lesson", "./t.md", "--page", "-o", "t.html"],
                                        {"t.md": head + text(n) + tail})


def table(name, text, ending="csv", program="x = input(m, 1); mean(x)", mapped="x=a"):
    SHAPES[name] = lambda n: (["eval", "-e", program, "--data", "t." + ending] +
                              (["--map", mapped] if mapped else []),
                              {"t." + ending: text(n)})


# ---- programs ----

program("statements", lambda n: lines(n, "a{0} = {0}.5"))
program("computed", lambda n: "a0 = 1\n" + lines(n, "a{1} = a{0} + 1"))
program("short_names", lambda n: "a0 = 1\n" + lines(n, "z{1} = a0"))
program("values", lambda n: lines(n, "{0}"))
program("commands_values", lambda n: lines(n, "{0}", "; "))
program("again", lambda n: lines(n, "a = {0}"))
program("unknown_names", lambda n: lines(n, "q{0} + 1") + "x = input(3)\n")
program("unknown_in_file", lambda n: lines(n, "abc{0} = 1") + "abd + 1\n")
program("free_names", lambda n: lines(n, "v{0}", " + "), "eval", "-e", "@t.wg", "--quiet")
program("free_names_many", lambda n: lines(n, "v{0}; w{0} = 1"), "eval", "-e", "@t.wg", "--quiet")
program("inputs", lambda n: lines(n, "x{0} = input(m)"))
program("inputs_print", lambda n: lines(n, "x{0} = input(m)"), "check", "t.wg", "--quiet")
program("symbols", lambda n: lines(n, "x{0} = input(m{0})"))
program("long_line", lambda n: "a = 1" + " " * 100 * n + "+ 1\n")
program("quoted_blanks", lambda n: "x = [1]\na = (x" + " " * 50 * n + "+ x" * 10 * n + ")\n")
program("quoted_comments", lambda n: "x = [1]\na = (x\n" + "# c\n" * 10 * n + "+ x" * 10 * n + ")\n")
program("quoted_comment", lambda n: "x = [1]\na = (x\n# " + "c" * 50 * n + "\n" + "+ x" * 10 * n + ")\n")
program("long_number", lambda n: "a = 1." + "1" * 100 * n + "\n")
program("long_name", lambda n: "a" * 100 * n + " = 1\n")
program("long_text", lambda n: 'a = einsum("' + "i" * 100 * n + '", 1)\n')
program("sum", lambda n: "a = " + lines(n, "1", "+"))
program("sum_of_name", lambda n: "x = 2\na = " + lines(n, "x", "+"))
program("sum_of_values", lambda n: "x = normal(3)\na = " + lines(n, "x", "+"))
program("product_grad", lambda n: "x = 1.0000001\na = " + lines(n, "x", "*"), "grad", "t.wg", "--of", "a",
        "--wrt", "x")
program("sum_grad", lambda n: "x = 2\na = " + lines(n, "tanh(x)", "+"), "grad", "t.wg", "--of", "a", "--wrt",
        "x")
program("sum_check", lambda n: "x = 2\na = " + lines(n, "tanh(x)", "+") + "check a == a\n", "check", "t.wg")
program("sum_error", lambda n: "a = " + lines(n, "1", "+") + "+ (\n")
program("powers", lambda n: "a = " + lines(n, "1^1", "+"))
program("signs", lambda n: "a = " + "-" * n + "1\n")
program("brackets", lambda n: "a = " + "(" * n + "1" + ")" * n + "\n")
program("open_brackets", lambda n: "a = " + "(" * n)
program("open_lists", lambda n: "a = " + "[" * n)
program("close_brackets", lambda n: "a = 1" + ")" * n)
program("open_blocks", lambda n: "a = " + "{" * n)
program("bracket_groups", lambda n: "a = " + lines(n, "((1))", "+"))
program("blocks", lambda n: lines(n, "a{0} = {{ b = {0}; b + 1 }}"))
program("block_statements", lambda n: "a = {\n" + lines(n, "b{0} = {0}") + "b0 }\n")
program("block_chain", lambda n: "a = {\nb0 = 1\n" + lines(n, "b{1} = b{0} + 1") + "b0 }\n")
program("nested_blocks", lambda n: lines(n, "a{0} = {{ b = {{ c = {0}; c }}; b }}"))
program("texts", lambda n: lines(n, 'r{0} = sum([1], reduction="a{0}")'), "eval", "t.wg")
program("plot_texts", lambda n: "plot bars [1, 2] over " + lines(n, '"a{0}"', " "), "plot", "t.wg", "-o",
        "t.svg")
program("plot_names", lambda n: "plot line [1, 2] as " + lines(n, '"a{0}"', " "), "plot", "t.wg", "-o",
        "t.svg")
program("plot_bars", lambda n: "plot bars [" + lines(n, "{0}", ", ") + "] over " + lines(n, '"a{0}"', " "),
        "plot", "t.wg", "-o", "t.svg")
for kind in ("line", "bars", "histogram"):
    program("plot_" + kind + "s", lambda n, k=kind: "plot {\n" + lines(n, k + " [1, 2, 3]") + "}\n", "plot",
            "t.wg", "-o", "t.svg")
program("plot_lines_eval", lambda n: "plot {\n" + lines(n, "line [1, 2, 3]") + "}\n1\n")
program("plot_lines_txt", lambda n: "plot {\n" + lines(n, "line [1, 2, 3]") + "}\n", "plot", "t.wg")
program("plot_lines_html", lambda n: "plot {\n" + lines(n, "line [1, 2, 3]") + "}\n", "plot", "t.wg", "-o",
        "t.html")
program("plot_lines_tex", lambda n: "plot {\n" + lines(n, "line [1, 2, 3]") + "}\n", "plot", "t.wg", "-o",
        "t.tex")
program("plot_curves", lambda n: "plot {\n" + lines(n, "line x over x in 0:1") + "}\n", "plot", "t.wg", "-o",
        "t.svg")
program("plot_curves_as", lambda n: "plot {\n" + lines(n, 'line x over x in 0:1 as "a{0}"') + "}\n", "plot",
        "t.wg", "-o", "t.svg")
program("plot_points", lambda n: "plot {\n" + lines(n, "points [1, 2], [3, 4]") + "}\n", "plot", "t.wg", "-o",
        "t.svg")
program("plot_at", lambda n: "plot {\n" + lines(n, "at 1, 2") + "}\n", "plot", "t.wg", "-o", "t.svg")
program("plot_paths", lambda n: "plot {\n" + lines(n, "path [1, 2], [3, 4]") + "}\n", "plot", "t.wg", "-o",
        "t.svg")
program("plot_contours", lambda n: "plot {\n" + lines(n, "contour x*y over x in 0:1, y in 0:1") + "}\n",
        "plot", "t.wg", "-o", "t.svg")
program("plot_surfaces", lambda n: "plot {\n" + lines(n, "surface x*y over x in 0:1, y in 0:1") + "}\n",
        "plot", "t.wg", "-o", "t.svg")
program("plot_regions", lambda n: "plot {\n" + lines(n, "panel\nregions x>y over x in 0:1, y in 0:1") + "}\n",
        "plot", "t.wg", "-o", "t.svg")
program("plot_images", lambda n: "plot {\n" + lines(n, "image [[1, 2], [3, 4]]") + "}\n", "plot", "t.wg",
        "-o", "t.svg")
program("plot_panels", lambda n: "plot {\n" + lines(n, 'panel "a{0}"\nline [1, 2]') + "}\n", "plot", "t.wg",
        "-o", "t.svg")
program("plot_empty_panels", lambda n: "plot {\n" + lines(n, "panel") + "line [1, 2] }\n", "plot", "t.wg",
        "-o", "t.svg")
program("plot_axes", lambda n: "plot {\n" + lines(n, 'x "a{0}"') + "line [1, 2] }\n", "plot", "t.wg", "-o",
        "t.svg")
program("plots", lambda n: lines(n, "plot line [1, 2, {0}]"), "plot", "t.wg", "-o", "p")
program("plots_eval", lambda n: lines(n, "plot line [1, 2, {0}]") + "1\n")
program("plots_list", lambda n: lines(n, 'plot "t{0}" {{ line [1, 2, {0}] }}'), "plot", "t.wg")
program("plot_data", lambda n: "plot line [" + lines(n, "{0}", ", ") + "]\n", "plot", "t.wg", "-o", "t.svg")
program("plot_words", lambda n: "plot {\n" + lines(n, "bad{0} [1]") + "}\n", "plot", "t.wg", "-o", "t.svg")
program("claims", lambda n: "a = 1\n" + lines(n, "check a == 1"), "check", "t.wg", "--claims")
program("claims_all", lambda n: "a = param(init=1)\n" + lines(n, "check a == 1"), "check", "t.wg")
program("claims_block", lambda n: "a = 1\ncheck {\n" + lines(n, "a == {0} within 2") + "}\n", "check", "t.wg",
        "--claims")
program("claims_eval", lambda n: "a = 1\n" + lines(n, "check a + {0} == 1"))
program("claims_words", lambda n: "check " + lines(n, "check {{ 1 == 1", "\n"), "check", "t.wg", "--claims")
program("claims_fail", lambda n: "a = [1, 2, 3]\n" + lines(n, "check a == {0}"), "check", "t.wg", "--claims")
program("claims_fail_axes", lambda n: "a = ones(3, 3)\n" + lines(n, "check sum(a) == sum(a, axis=0)"),
        "check", "t.wg", "--claims")
program("claims_json", lambda n: "a = 1\n" + lines(n, "check a == 1"), "check", "t.wg", "--claims", "--json")
program("claims_values", lambda n: lines(n, "check {{ x = {0}; x }} == {0}"), "check", "t.wg", "--claims")
program("claims_grad", lambda n: "w = param(2, init=1)\nL = sum(w^2)\n" + lines(n, "check grad(L, w) == 2*w"),
        "check", "t.wg", "--claims")
program("functions", lambda n: lines(n, "f{0}(x) = x + {0}"))
program("functions_calls", lambda n: lines(n, "f{0}(x) = x + {0}\na{0} = f{0}(1)"))
program("function_chain", lambda n: "f0(x) = x + 1\n" + lines(n, "f{1}(x) = f{0}(x) + 1") + "f0(1)\n")
program("calls", lambda n: "f(x) = x + 1\n" + lines(n, "a{0} = f({0})"))
program("calls_in_sum", lambda n: "f(x) = x + 1\na = " + lines(n, "f({0})", " + "))
program("calls_of_block", lambda n: "f(x) = {{ y = x + 1; z = y * 2; z }}\n".format() +
        lines(n, "a{0} = f({0})"))
program("calls_param", lambda n: "f(x) = { W = param(2); x * sum(W) }\n" + lines(n, "a{0} = f({0})"))
program("calls_unknown", lambda n: lines(n, "f{0}(x) = x") + "fx(1)\n")
program("parameters", lambda n: "f(" + lines(n, "p{0}", ", ").strip() + ") = p0\n")
program("parameters_call", lambda n: "f(" + lines(n, "p{0}", ", ").strip() + ") = p0\nf(" +
        lines(n, "{0}", ", ").strip() + ")\n")
program("parameters_named", lambda n: "f(" + lines(n, "p{0}", ", ").strip() + ") = p0\nf(" +
        lines(n, "p{0}={0}", ", ").strip() + ")\n")
program("operands", lambda n: "a = concat(" + lines(n, "[{0}]", ", ").strip() + ")\n")
program("keywords", lambda n: "a = sum([1], " + lines(n, "axis=0", ", ").strip() + ")\n")
program("keywords_distinct", lambda n: "a = sum([1], " + lines(n, "axis{0}=0", ", ").strip() + ")\n")
program("list", lambda n: "a = [" + lines(n, "{0}", ", ") + "]\n")
program("list_of_lists", lambda n: "a = [" + lines(n, "[{0}, 2]", ", ") + "]\n")
program("list_computed", lambda n: "x = 1\na = [" + lines(n, "x + {0}", ", ") + "]\n")
program("list_names", lambda n: "x = 1\na = [" + lines(n, "x", ", ") + "]\n")
program("list_computed_rows", lambda n: "x = 1\na = [" + lines(n, "[x, {0}]", ", ") + "]\n")
program("list_grad", lambda n: "x = 1\na = sum([" + lines(n, "x * {0}", ", ") + "])\n", "grad", "t.wg",
        "--of", "a", "--wrt", "x")
program("lists", lambda n: lines(n, "a{0} = [1, 2, {0}]"))
program("index_list", lambda n: "x = arange(10)\na = x[[" + lines(n, "1", ", ") + "]]\n")
program("indices", lambda n: "x = arange(10)\na = " + lines(n, "x[1]", " + "))
program("index_chain", lambda n: "x = arange(10)\na = x" + "[:]" * n + "\n")
program("index_axes", lambda n: "x = arange(10)\na = x[" + lines(n, "0", ",") + "]\n")
program("slices", lambda n: "x = arange(10)\na = x" + "[0:9]" * n + "\n")
program("transposes_named", lambda n: "x0 = ones(2, 3)\n" + lines(n, "x{1} = x{0}.T"))
program("transposes", lambda n: "x = ones(2, 3)\na = x" + ".T" * n + "\n")
program("tuple", lambda n: "f(x) = (" + lines(n, "{0}", ", ").strip() + ")\n")
program("tuple_names", lambda n: "(" + lines(n, "a{0}", ", ").strip() + ") = (" +
        lines(n, "{0}", ", ").strip() + ")\n")
program("pairs", lambda n: "f(x) = (x, x + 1)\n" + lines(n, "(a{0}, b{0}) = f({0})"))
program("pairs_written", lambda n: lines(n, "(a{0}, b{0}) = ({0}, 1)"))
program("grads", lambda n: "x = 2\ny = x^2\n" + lines(n, "g{0} = grad(y, x)"))
program("grads_distinct", lambda n: "x = 2\n" + lines(n, "g{0} = grad(x^2 * {0}, x)"))
program("grad_of_chain", lambda n: "x = 2\ny0 = x\n" + lines(n, "y{1} = y{0} + x\ng{0} = grad(y{1}, x)"))
program("grad_expression", lambda n: "x = [1, 2]\ny = " + lines(n, "x[0]", " + ").strip() + "\ng = grad(y, "
        "x[0])\n")
program("grad_many", lambda n: lines(n, "x{0} = {0}") + "y = " + lines(n, "x{0}", " + ").strip() + "\n" +
        "g = grad(y, (" + lines(n, "x{0}", ", ").strip() + "))\n")
program("grad_each", lambda n: lines(n, "x{0} = {0}") + "y = " + lines(n, "x{0}", " + ").strip() + "\n" +
        lines(n, "g{0} = grad(x{0}, x{0})"))
program("grads_command", lambda n: lines(n, "x{0} = param(init={0})") + "y = " +
        lines(n, "x{0}", " + ").strip() + "\n", "grad", "t.wg", "--of", "y")
program("data_calls", lambda n: lines(n, "x{0}, y{0} = moons(10, seed={0})"))
program("data_same", lambda n: lines(n, "x{0}, y{0} = moons(10, seed=1)"))
program("data_splits", lambda n: "x, y = moons(10, seed=1)\n" + lines(n, "a{0}, b{0}, c{0}, d{0} = split(x, "
    "y, 0.8, 0.2, seed={0})"))
program("data_folds", lambda n: "x, y = moons(10, seed=1)\n" + lines(n, "a{0}, b{0}, c{0}, d{0} = fold(x, y, "
    "0, of=5)"))
program("split_parts", lambda n: "x, y = moons(10, seed=1)\na = split(x, y" + ", 0.1" * n + ")\n")
SHAPES["data_csv"] = lambda n: (["eval", "t.wg", "--quiet"], {"t.wg": lines(n, 'x{0} = csv("t.csv", "a")'),
    "t.csv": "a\n1\n2\n"})
SHAPES["csv_columns_call"] = lambda n: (["eval", "t.wg", "--quiet"],
    {"t.wg": "x = csv(\"t.csv\", " + lines(n, '"c{0}"', ", ").strip() + ")\n",
     "t.csv": lines(n, "c{0}", ",") + lines(n, "1", ",")})
program("comments", lambda n: lines(n, "# comment {0}") + "1\n")
program("comment_open", lambda n: "# " + "x" * 100 * n)
program("empty_lines", lambda n: "\n" * 50 * n + "1\n")
program("semicolons", lambda n: ";" * 50 * n + "1\n")
program("layers", lambda n: "x = input(2, 2)\n" + lines(n, "d{0} = dense(x, 2)"))
program("layers_unnamed", lambda n: "x = input(2, 2)\n" + lines(n, "dense(x, 2)"))
program("layers_in_sum", lambda n: "x = input(2, 2)\na = " + lines(n, "dense(x, 2)", " + "))
program("layers_chain", lambda n: "h0 = input(2, 2)\n" + lines(n, "h{1} = dense(h{0}, 2)"))
program("layers_function", lambda n: "f(x) = relu(dense(x, 2))\nh0 = input(2, 2)\n" +
        lines(n, "h{1} = f(h{0})"))
program("params", lambda n: lines(n, "w{0} = param(2)"))
program("params_grad", lambda n: lines(n, "w{0} = param(2)") + "L = " + lines(n, "sum(w{0})", " + "), "grad",
        "t.wg", "--of", "L")
program("params_check", lambda n: lines(n, "w{0} = param()") + "L = " + lines(n, "w{0}^2", " + "), "check",
        "t.wg", "--of", "L")
program("params_train", lambda n: lines(n, "w{0} = param()") + "L = " + lines(n, "w{0}^2", " + ") +
        "minimize(L, epochs=3)\n", "train", "t.wg", "--quiet")
program("params_l2", lambda n: lines(n, "w{0} = param(2, 2)\na{0} = l2(0.1)"))
program("params_layers", lambda n: "x = input(2, 2)\ny0 = x\n" + lines(n, "y{1} = dense(y{0}, 2)") +
        "L = mean(y0^2)\nminimize(L, epochs=2)\n", "train", "t.wg", "--quiet")
program("draws", lambda n: lines(n, "r{0} = normal(2)"))
program("draws_unnamed", lambda n: "a = " + lines(n, "normal(2)", " + "))
program("draws_seed", lambda n: "a = " + lines(n, "sum(normal(2, seed=1))", " + "))
program("warnings", lambda n: lines(n, "a{0} = log(0-{0})"), "eval", "t.wg")
program("scan_steps", lambda n: "f(h, x) = h + x\ns = scan(f, 0, arange(%d))\n" % n)
program("repeat_steps", lambda n: "f(h) = h + 1\ns = repeat(%d, f, 0)\n" % n)
program("repeat_blocks", lambda n: "f(h) = { z = h + 1; z }\ns = repeat(%d, f, 0)\n" % n)
program("repeat_layers", lambda n: "f(h) = dense(h, 2)\nx = input(2, 2)\ns = repeat(%d, f, x)\n" % n)
program("scans", lambda n: "f(h, x) = h + x\n" + lines(n, "s{0} = scan(f, 0, arange(3))"))
program("maps", lambda n: "f(x) = x + 1\n" + lines(n, "s{0} = map(f, arange(3))"))
program("trains", lambda n: "w = param()\n" + lines(n, "minimize(w^2, epochs=1)"), "train", "t.wg", "--quiet")
program("train_metrics", lambda n: "w = param()\nminimize(w^2, epochs=2, metrics=[" +
        lines(n, "w + {0}", ", ").strip() + "])\n", "train", "t.wg", "--quiet")
program("equations", lambda n: "a0 = 1\n" + lines(n, "a{1} = a{0} + 1"), "draw", "t.wg")
for kind in ("txt", "svg", "dot", "json", "html", "tex"):
    program("draw_" + kind, lambda n: "a0 = param(init=1)\n" + lines(n, "a{1} = tanh(a{0}) + 1"), "draw",
            "t.wg", "-o", "t." + kind)
    program("draw_wide_" + kind, lambda n: lines(n, "a{0} = param(init=1)") + "s = " +
            lines(n, "a{0}", " + "), "draw", "t.wg", "-o", "t." + kind)
    program("draw_blocks_" + kind, lambda n: "a0 = param(init=1)\n" +
            lines(n, "a{1} = {{ b = a{0} + 1; tanh(b) }}"), "draw", "t.wg", "-o", "t." + kind)
    program("draw_back_" + kind, lambda n: "a0 = param(init=1)\n" + lines(n, "a{1} = tanh(a{0}) + a0"),
            "draw", "t.wg", "-o", "t." + kind, "--values", "--backward")
program("draw_steps", lambda n: "a0 = param(init=1)\n" + lines(n, "a{1} = tanh(a{0}) + 1"), "draw", "t.wg",
        "--steps", "-o", "t.txt")
program("draw_plan", lambda n: "a0 = param(init=1)\n" + lines(n, "a{1} = tanh(a{0}) + 1"), "draw", "t.wg",
        "--plan")
program("draw_expression", lambda n: "x = param(init=1)\ny = " + lines(n, "tanh(x)", " + "), "draw", "t.wg",
        "-o", "t.txt")
program("draw_function", lambda n: "f(x) = tanh(x) + 1\na0 = param(init=1)\n" + lines(n, "a{1} = f(a{0})"),
        "draw", "t.wg", "-o", "t.txt")
program("draw_error", lambda n: "a0 = param(init=1)\n" + lines(n, "a{1} = tanh(a{0}) + 1") + "b = [1, 2] + "
        "[1, 2, 3]\n", "draw", "t.wg", "-o", "t.txt")
program("step", lambda n: "a0 = param(init=1)\n" + lines(n, "a{1} = tanh(a{0}) + 1"), "step", "t.wg")
program("printed", lambda n: lines(n, "a{0} = {0}"), "eval", "t.wg", "--json")
SHAPES["print_flag"] = lambda n: (["eval", "t.wg", "--print",
                                   ",".join("a%d" % i for i in range(min(n, 12000)))],
                                   {"t.wg": lines(n, "a{0} = {0}")})
SHAPES["wrt_flag"] = lambda n: (["grad", "t.wg", "--of", "y", "--wrt",
                                 ",".join("a%d" % i for i in range(min(n, 12000)))],
                                {"t.wg": lines(n, "a{0} = {0}") + "y = " + lines(n, "a{0}", " + ")})
SHAPES["print_dotted"] = lambda n: (["eval", "t.wg", "--print",
                                     ",".join("a%d.b" % i for i in range(min(n, 12000)))],
                                    {"t.wg": "f(x) = { b = x + 1; b * 2 }\n" + lines(n, "a{0} = f({0})")})
SHAPES["set_json"] = lambda n: (["eval", "t.wg", "--set", "@t.json"], {"t.wg": lines(n, "a{0} = {0}"),
    "t.json": "{" + lines(n, '"a{0}": 1', ",").strip() + "}"})
SHAPES["set_many"] = lambda n: (["eval", "t.wg", "--quiet"] + [x for i in range(min(n, 12000))
    for x in ("--set", "a%d=1" % i)], {"t.wg": lines(n, "a{0} = {0}")})
program("foreign", lambda n: "a = " + "²" * n + "\n")
program("foreign_word", lambda n: "a = " + lines(n, "lambda", " ") + "\n")
program("unclosed_text", lambda n: 'a = "' + "x" * 100 * n)
program("error_at_end", lambda n: lines(n, "a{0} = {0}") + "b = [1, 2] + [1, 2, 3]\n")
program("error_in_call", lambda n: lines(n, "a{0} = {0}") + "f(x) = x @ [1, 2]\nf([1, 2, 3])\n")
program("name_errors", lambda n: lines(n, "abcdefgh{0} = {0}") + "abcdefgj\n")
program("mathematics", lambda n: lines(n, "a{0} = pi + e{0}") , "eval", "-e", "@t.wg", "--quiet")
program("einsum", lambda n: 'a = einsum("' + "i," * n + '->", 1)\n')
program("sizes", lambda n: "x = input(" + lines(n, "m{0}", ", ").strip() + ")\n")
program("sizes_equal", lambda n: lines(n, "x{0} = input(m, {0})\ny{0} = sum(x{0})"))
program("one_options", lambda n: "a = 2\nv = [1]\n" + lines(n, "b{0} = leaky_relu(v, slope=a)"))
program("option_lines", lambda n: "a = 2\nv = [1]\n" + lines(n, "b{0} = leaky_relu(v, slope=a)\nc{0} = "
    "grad(sum(v), v)"))
program("claim_variants", lambda n: "x = ones(3)\n" + lines(n, "check sum(x)*{0} == mean(x)"), "check",
        "t.wg", "--claims")
program("ops_unknown", lambda n: lines(n, "a{0} = softmx([1])"))

# ---- lessons ----

lesson("lesson_blocks", lambda n: lines(n, "```wg\na{0} = {0}\n```\n"))
lesson("lesson_program", lambda n: "```wg\n" + lines(n, "a{0} = {0}") + "```\n")
lesson("lesson_formulas", lambda n: "```wg\na0 = 1\n" + lines(n, "a{1} = tanh(a{0}) + 1") + "```\n")
lesson("lesson_paragraphs", lambda n: lines(n, "Text {0}.\n"))
lesson("lesson_lines", lambda n: lines(n, "Text {0}."))
lesson("lesson_long_line", lambda n: "text " * 20 * n + "\n")
lesson("lesson_values", lambda n: "```wg\nx = 1\n```\n\n" + lines(n, "The value {{x}} here.\n"))
lesson("lesson_values_in_one", lambda n: "```wg\nx = 1\n```\n\n" + lines(n, "{{x + {0}}}", " "))
lesson("lesson_values_lines", lambda n: "```wg\nx = 1\n```\n\n" + lines(n, "the {{x + {0}}}"))
lesson("lesson_links", lambda n: lines(n, "[a](b{0})", " "))
lesson("lesson_open_links", lambda n: "[" * 50 * n + "\n")
lesson("lesson_half_links", lambda n: "[a]" * 50 * n + "\n")
lesson("lesson_half_links2", lambda n: "[a](" * 50 * n + "\n")
lesson("lesson_codes", lambda n: "`a` " * 20 * n + "\n")
lesson("lesson_open_values", lambda n: "a {" * 20 * n + "\n")
lesson("lesson_headings", lambda n: lines(n, "## Heading {0}\n"))
lesson("lesson_asks", lambda n: lines(n, "```ask\nWhat?\nanswer {0} within 1\nhint no\nthen yes\n```\n"))
lesson("lesson_ask_lines", lambda n: "```ask\nWhat?\n" + lines(n, "words {0}") + "answer 1 within 1\nhint "
       "no\nthen yes\n```\n")
lesson("lesson_ask_values", lambda n: "```wg\nx = 1\n```\n\n```ask\nWhat?\n" + lines(n, "words {{x}}") +
       "answer 1 within 1\nhint no\nthen yes\n```\n")
lesson("lesson_ask_answers", lambda n: "```ask\nWhat?\n" + lines(n, "answer 1 within 1") + "then yes\n```\n")
lesson("lesson_ask_within", lambda n: "```ask\nWhat?\nanswer 1" + " within 1" * n + "\nthen yes\n```\n")
lesson("lesson_draws", lambda n: "```wg\nx = param(init=1)\ny = tanh(x)\n```\n\n" +
       lines(n, "```draw\nTitle\ny wrt x\n```\n"))
lesson("lesson_draw_words", lambda n: "```wg\nx = param(init=1)\ny = tanh(x)\n```\n\n```draw\nTitle\ny wrt " +
       lines(n, "x,", " ") + "```\n")
lesson("lesson_plots", lambda n: lines(n, "```plot\nTitle\nline [1, 2]\n```\n"))
lesson("lesson_plot_lines", lambda n: "```plot\nTitle\n" + lines(n, "line [1, 2]") + "```\n")
lesson("lesson_tries", lambda n: "```try\n" + lines(n, "Do {0} => 1 == 1") + "```\n")
lesson("lesson_claims", lambda n: "```check\n" + lines(n, "{0} == {0}   note {0}") + "```\n")
lesson("lesson_claims_fail", lambda n: "```check\n" + lines(n, "{0} == 0   note {0}") + "```\n")
lesson("lesson_claim_blocks", lambda n: lines(n, "```check\n{0} == {0}   note {0}\n```\n"))
lesson("lesson_claim_gap", lambda n: "```check\n1 == 1" + " " * 100 * n + "within 1\n```\n")
lesson("lesson_free_names", lambda n: "```wg\n" + lines(n, "v{0}; w{0} = 1") + "```\n")
lesson("lesson_free_sum", lambda n: "```wg\na = " + lines(n, "v{0}", " + ") + "```\n")
lesson("lesson_near_names", lambda n: "```wg\na = [" + lines(n, "ab{0}v, ", " ") + "1]\n" +
       lines(n, "xy{0}w = 1") + "```\n")
lesson("lesson_many_draws", lambda n: "```wg\nx = param(init=1)\n" + lines(n, "y{0} = tanh(x)") + "```\n\n" +
       lines(40, "```draw\nTitle\ny0 wrt x\n```\n"))
lesson("lesson_long_claim", lambda n: "```check\n" + lines(n, "1", " + ").strip() + " == 1   note\n```\n")
lesson("lesson_claim_blanks", lambda n: "```check\n1 == 1" + "   within" * n + "\n```\n")
lesson("lesson_claim_signs", lambda n: "```check\n1" + " ==   " * n + "\n```\n")
lesson("lesson_slides", lambda n: "```wg\nx = 1\n```\n\n```slide\nx from 0 to 2 in 3\n```\n\n```check\n" +
       lines(n, "x*{0} == {0}*x    note") + "```\n")
lesson("lesson_slide_plots", lambda n: "```wg\nx = 1\n```\n\n```slide\nx from 0 to 2 in 3\n```\n\n" +
       lines(n, "```plot\nTitle\nline [1, x]\n```\n"))
lesson("lesson_open_fence", lambda n: lines(n, "```wg"))
lesson("lesson_words", lambda n: "```wg" + " f32" * n + "\nx = 1\n```\n")
lesson("lesson_empty_lines", lambda n: "\n" * 50 * n + "text\n")
lesson("lesson_tabs", lambda n: "a" + "\t \t " * 20 * n + "b\n")
lesson("lesson_blank_lines", lambda n: lines(n, " " * 40 + "\n"))
lesson("lesson_comments", lambda n: "```wg\n" + lines(n, "# comment {0}") + "x = 1\n```\n")
lesson("lesson_number", lambda n: "number: " + "1" * n + "\n\ntext\n")
SHAPES["lesson_check"] = lambda n: (["lesson", "./t.md", "--check", "t.wg"],
                                    {"t.wg": "x = 1\n", "t.md": "# T\n\n```try\n" +
                                     lines(n, "Do {0} => x == 1") + "```\n"})
SHAPES["lesson_json"] = lambda n: (["lesson", "./t.md", "--json"],
                                   {"t.md": "# T\n\n```check\n" + lines(n, "{0} == {0}   note {0}") +
                                    "```\n"})
SHAPES["lesson_all_errors"] = lambda n: (["lesson", "./t.md"],
                                         {"t.md": "# T\n\n```wg\n" + lines(n, "a{0} = 1") +
                                          "```\n\n```check\n[1, 2] == [1, 2, 3]    \n```\n"})

# ---- files ----

table("csv_rows", lambda n: "a,b\n" + lines(n, "{0},2"))
table("csv_columns", lambda n: lines(n, "a{0}", ",") + lines(n, "1", ","), mapped="x=a0")
table("csv_all_columns", lambda n: lines(n, "a{0}", ",") + lines(n, "1", ","), program="x = input(m, %s); "
      "mean(x)" % "k", mapped="x=a0:a9")
SHAPES["csv_range"] = lambda n: (["eval", "-e", "x = input(m, k); mean(x)", "--data", "t.csv", "--map",
                                  "x=a0:a%d" % (n - 1)],
                                 {"t.csv": lines(n, "a{0}", ",") + lines(n, "1", ",") * 2})
SHAPES["csv_listed"] = lambda n: (["eval", "-e", "x = input(m, k); mean(x)", "--data", "t.csv", "--map",
                                   "x=" + ",".join("a%d" % i for i in range(min(n, 12000)))],
                                  {"t.csv": lines(n, "a{0}", ",") + lines(n, "1", ",") * 2})
SHAPES["csv_inputs"] = lambda n: (["eval", "t.wg", "--data", "t.csv", "--quiet"],
                                  {"t.csv": lines(n, "a{0}", ",") + lines(n, "1", ",") * 2,
                                  "t.wg": lines(n, "a{0} = input(m)") + "1\n"})
SHAPES["csv_unknown"] = lambda n: (["eval", "-e", "x = input(m, 1); mean(x)", "--data", "t.csv", "--map",
                                    "x=b"], {"t.csv": lines(n, "a{0}", ",") + lines(n, "1", ",")})
table("csv_words", lambda n: "a,b\n" + lines(n, "w{0},2"))
table("csv_words_class", lambda n: "a,b\n" + lines(n, "w{0},2"), program="x = input(m, classes=k); mean(x)")
table("csv_words_few", lambda n: "a,b\n" + "cat,2\ndog,3\n" * n, program="x = input(m, classes=2); mean(x)")
table("csv_quotes", lambda n: 'a,b\n"' + '""' * 20 * n + '",2\n', program="x = input(m, classes=2); mean(x)")
table("csv_long_field", lambda n: "a,b\n" + "w" * 100 * n + ",2\n", program="x = input(m, classes=2); "
      "mean(x)")
table("csv_same_columns", lambda n: lines(n, "a", ",") + lines(n, "1", ","))
table("csv_empty_rows", lambda n: "a,b\n" + "\n" * 50 * n + "1,2\n")
table("csv_open_quote", lambda n: 'a,b\n"' + "x\n" * 50 * n)
SHAPES["csv_train"] = lambda n: (["train", "t.wg", "--data", "t.csv", "--quiet", "--epochs", "1"],
                                 {"t.csv": "a,b\n" + lines(n, "{0},w{0}"), "t.wg": "a = input(m)\nb = "
                                  "input(m, classes=k)\nw = param()\nminimize(mean((w*a*1e-6)^2))\n"})


def safetensors(entries):
    text = "{" + ",".join(entries) + "}"
    return struct.pack("<Q", len(text)) + text.encode()


@shape
def safetensors_entries(n):
    entry = ['"w%d":{"dtype":"F32","shape":[1],"data_offsets":[%d,%d]}' % (i, 4 * i, 4 * i + 4)
             for i in range(n)]
    return (["eval", "t.wg", "--load", "t.safetensors", "--quiet"],
            {"t.safetensors": safetensors(entry) + bytes(4 * n), "t.wg": lines(n, "w{0} = param(1)")})


@shape
def safetensors_more(n):
    entry = ['"w%d":{"dtype":"F32","shape":[1],"data_offsets":[%d,%d]}' % (i, 4 * i, 4 * i + 4)
             for i in range(n)]
    return (["eval", "t.wg", "--load", "t.safetensors", "--quiet"],
            {"t.safetensors": safetensors(entry) + bytes(4 * n), "t.wg": "w0 = param(1)\n"})


@shape
def safetensors_reversed(n):
    entry = ['"w%d":{"dtype":"F32","shape":[1],"data_offsets":[%d,%d]}' % (i, 4 * i, 4 * i + 4)
             for i in reversed(range(n))]
    return (["eval", "t.wg", "--load", "t.safetensors", "--quiet"],
            {"t.safetensors": safetensors(entry) + bytes(4 * n), "t.wg": lines(n, "w{0} = param(1)")})


@shape
def safetensors_metadata(n):
    entry = ['"__metadata__":{' + ",".join('"k%d":"v"' % i for i in range(n)) + "}",
             '"w0":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}']
    return (["eval", "t.wg", "--load", "t.safetensors", "--quiet"],
            {"t.safetensors": safetensors(entry) + bytes(4), "t.wg": "w0 = param(1)\n"})


@shape
def safetensors_twice(n):
    entry = ['"w0":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'] * n
    return (["eval", "t.wg", "--load", "t.safetensors", "--quiet"],
            {"t.safetensors": safetensors(entry) + bytes(4 * n), "t.wg": "w0 = param(1)\n"})


@shape
def safetensors_empty(n):
    entry = ['"w%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % i for i in range(n)]
    return ["eval", "t.wg", "--load", "t.safetensors", "--quiet"], {"t.safetensors": safetensors(entry),
        "t.wg": "w0 = param(1)\n"}


def npy(header, data, version=b"\x01\x00"):
    length = struct.pack("<H" if version == b"\x01\x00" else "<I", len(header))
    return b"\x93NUMPY" + version + length + header.encode() + data


@shape
def npy_blanks(n):
    return (["eval", "-e", "x = input(m, 1); mean(x)", "--data", "t.npy"],
            {"t.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }" + " " * 100 * n +
                          "\n", bytes(8), b"\x02\x00")})


@shape
def npy_keys(n):
    return (["eval", "-e", "x = input(m, 1); mean(x)", "--data", "t.npy"],
            {"t.npy": npy("{" + "'descr': '<f4', " * 6 * n + "'fortran_order': False, 'shape': (2, 1), }\n",
                          bytes(8), b"\x02\x00")})


@shape
def npy_shape(n):
    return (["eval", "-e", "x = input(m, 1); mean(x)", "--data", "t.npy"],
            {"t.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * n + "), }\n",
                          bytes(8), b"\x02\x00")})


@shape
def npy_rows(n):
    return (["eval", "-e", "x = input(m, 1); mean(x)", "--data", "t.npy"],
            {"t.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 1), }\n" % (20 * n),
                          bytes(80 * n))})


@shape
def idx_rows(n):
    return (["eval", "-e", "x = input(m, k); mean(x)", "--data", "d"],
            {"d/train-images-idx3-ubyte": struct.pack(">IIII", 0x803, 20 * n, 2, 2) + bytes(80 * n),
             "d/train-labels-idx1-ubyte": struct.pack(">II", 0x801, 20 * n) + bytes(20 * n)})


def claims_file(n, claims, program="w = param(2, init=1)\nL = sum(w^2)\n"):
    return ["check", "t.wg", "--given", "t.json"], {"t.wg": program, "t.json": claims(n)}


SHAPES["given_long_list"] = lambda n: claims_file(n, lambda n: '{"w": [' + ",".join("1" for i in range(n)) +
                                                  "]}")
SHAPES["given_names"] = lambda n: claims_file(n, lambda n: "{" +
                                              ",".join('"w%d": [1, 2]' % i for i in range(n)) + "}")
SHAPES["given_known"] = lambda n: claims_file(n, lambda n: "{" + ",".join('"w%d": 2' % i for i in range(n)) +
                                              "}",
                                              lines(n, "w{0} = param(init=1)") + "L = " +
                                              lines(n, "w{0}^2", " + "))
SHAPES["given_nested"] = lambda n: claims_file(n, lambda n: '{"w": ' + "[" * n + "]" * n + "}")


# ---- measuring ----

def run(make, n, folder):
    """Processor seconds, and the bytes of the text; None: there is no such text."""
    arguments, files = make(n)
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
    size = max(os.path.getsize(os.path.join(folder, name)) for name in files)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = subprocess.Popen([COMMAND] + arguments, cwd=folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL,
                             stderr=open(os.path.join(folder, "said"), "wb"),
                             env=dict(os.environ, OMP_NUM_THREADS="1"),
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU,
                                 (SECONDS, SECONDS + 1)))
    status = child.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(os.path.join(folder, "said"), "rb") as f:
        said = f.read(300).decode(errors="replace").strip().replace("\n", " | ")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, size, status, said


def measure(name, make):
    """The runs of one shape: n, bytes, seconds, status, what the command said."""
    rows, n = [], 250
    with tempfile.TemporaryDirectory() as folder:
        while not rows or (rows[-1][2] < min(1.5, SECONDS / 6) and rows[-1][1] * 4 < MOST * 1.5 and n < MOST):
            n *= 4
            seconds, size, status, said = run(make, n, folder)
            if size > MOST and rows:
                break
            rows.append((n, size, seconds, status, said))
            if seconds >= SECONDS:
                break
    return rows


def judge(rows):
    growth = [b[2] / max(a[2], 0.005) for a, b in zip(rows, rows[1:]) if b[2] > 0.2]
    worst = max(growth, default=0)
    n, size, seconds = rows[-1][:3]
    power = 2 if worst > 6 else 1
    # a short text says a large number
    return worst, seconds * (MOST / size if size > MOST / 100 else 1) ** power


def main():
    words, found = sys.argv[1:], 0
    for name, make in SHAPES.items():
        if words and not any(w in name for w in words):
            continue
        rows = measure(name, make)
        worst, whole = judge(rows)
        bad = worst > 6 or whole > 10
        found += bad
        if bad or os.environ.get("ALL"):
            print("%s %-22s x%-5.1f 1 MiB: %6.0f s   %s  [%d] %s" %
                  ("!" if bad else " ", name, worst, whole,
                   "  ".join("%d: %.2f s" % (r[0], r[2]) for r in rows), rows[-1][3], rows[-1][4][:90]),
                   flush=True)
    print("%d shapes of those measured grow faster than their length, or are slow" % found)
    return found > 0


if __name__ == "__main__":
    sys.exit(main())
