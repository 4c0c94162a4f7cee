/* test_meant.c: what is said of words of other libraries. Each line that the table of
 * src/language/words/names.txt tells to write is built in .wg, run in Python, and compiled in C and C++. A
 * word is no name of Wengert that means something else, and stands once. Words that mean nothing here get no
 * guess. */
#include <stdio.h>
#include <string.h>

#include "wglang.h"
#include "wgshell.h"

TestSuite(meant, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const struct {
    const char *word;
    wgx_word_kind kind;
    const char *text[WG_IN_LANGUAGES];
} rows[] = {
#include "names_table.h"
};
enum { ROWS = sizeof rows / sizeof *rows };

/* The line of row i; NULL: it has a sentence or nothing, or the row before has the same line. */
static const char *line_of(int i, wgx_language in)
{
    const char *text = rows[i].text[in], *before = i ? rows[i - 1].text[in] : NULL;
    if (!text || strncmp(text, "write ", 6) != 0 || rows[i].kind > WG_WORD_NAME) return NULL;
    return before && !strcmp(before, text) ? NULL : text + 6;
}

/* ---- each line is right ---- */

static const char names_of_wg[] =
    "x = normal(4, 4, seed=1)\na = normal(4, 4, seed=2)\nb = normal(4, 4, seed=3)\nv = normal(4, 4, seed=4)\n"
    "q = normal(4, 4, seed=5)\nk = normal(4, 4, seed=6)\nlogits = normal(4, 4, seed=7)\nn = 2\nm = 4\n"
    "A = 2 * eye(4)\nu = [1, 2, 3, 4]\nmask = x > 0\nrows = cast([0, 2, 1, 3], dtype=i64)\n"
    "indices = cast(zeros(4, 4), dtype=i64)\nlabels = rows\ntokens = rows\nimage = normal(2, 8, 8, 3, "
    "seed=8)\n"
    "xs = normal(2, 5, 8, seed=9)\nys = xs\nloss = sum(x^2) + sum(a^3)\n";

static void build(const char *line)
{
    char text[2000];
    const bool binds = strstr(line, " = ") && strchr(line, ' ') == strstr(line, " = ");
    const bool is_statement = binds || !strncmp(line, "check ", 6), is_leaf = !strncmp(line, "x = ", 4);
    snprintf(text, sizeof text, "%s%s\n%s%s%s", is_leaf ? "" : names_of_wg,
             is_leaf                     ? ""
             : strstr(line, "(xs, ys)")  ? "f(s, t) = s + t\ny = 1"
             : strstr(line, "grad(y, x") ? "y = sum(x^2)"
                                         : "f(s) = s\ny = uniform(4, 4, seed=10)",
             is_statement ? "" : "made = ", line, is_leaf ? "\nx" : "");
    wgt_run r = wgt_build(text, WG_TRAIN);
    cr_expect_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    wgt_drop(r.c, NULL);
}

Test(meant, lines_of_wg)
{
    for (int i = 0; i < ROWS; i++)
        if (line_of(i, WG_IN_WG)) build(line_of(i, WG_IN_WG));
}

static const char head_of_c[] =
    "#include <math.h>\n#include \"wengert/wengert.h\"\n"
    "wg_node slope(wg_node t, wg_node x, void *user);\n"
    "wg_node f(wg_node x, void *user);\n"
    "void rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]);\n"
    "void all(wg_context *c, wg_graph *g, wg_params *p, wg_optim *o, wg_data *d, double t);\n"
    "void all(wg_context *c, wg_graph *g, wg_params *p, wg_optim *o, wg_data *d, double t)\n{\n"
    "    wg_node x = wg_none, y = x, a = x, b = x, v = x, q = x, k = x, logits = x, A = x, u = x, mask = x, "
    "rows = x,\n"
    "            indices = x, labels = x, tokens = x, image = x, xs = x, data = x, loss = x, w = x,\n"
    "            s = x, vt = x, parts[2], to[2];\n"
    "    double n = 2, values[4] = { 0 };\n    const char *path = \"\";\n    wg_nn_states state = { x, x, x "
    "};\n"
    "    (void)w, (void)state;\n";
static const char head_of_cpp[] =
    "#include <cmath>\n#include \"wengert/wengert.hpp\"\n"
    "wg::value slope(wg::value t, wg::value x);\nwg::value f(wg::value x);\n"
    "std::vector<wg::value> rule(const std::vector<wg::value> &x, wg::value y, wg::value gy);\n"
    "void all(wg::context c, wg::graph g, wg::params p, wg::optimizer o, wg::data d, double t, const char "
    "*path)\n{\n"
    "    wg_node x = wg_none, a = x, v = x, data = x, s = x, vt = x, u = x, parts[2], to[2], w;\n"
    "    wg::value y, b, q, k, logits, A, mask, rows, indices, labels, tokens, image, xs, loss;\n"
    "    double n = 2, values[4] = { 0 };\n    wg_nn_states state = { x, x, x };\n";

/* A file of the folder with all lines of a language, each in a block of its own. */
static void write_lines(const char *name, const char *head, wgx_language in, const char *before,
                        const char *behind)
{
    FILE *f = fopen(wgt_in_folder(name), "w");
    cr_assert(f);
    fputs(head, f);
    for (int i = 0; i < ROWS; i++)
        if (line_of(i, in)) fprintf(f, "%s%s%s", before, line_of(i, in), behind);
    if (in != WG_IN_PYTHON) fputs("}\n", f);
    fclose(f);
}

Test(meant, lines_of_c)
{
    write_lines("all.c", head_of_c, WG_IN_C, "    { ", "; }\n");
    cr_expect_str_eq(wgt_shell("$compile -std=gnu17 -w -Werror=incompatible-pointer-types "
                               "-Werror=int-conversion -fsyntax-only -Iinclude \"$in/all.c\""),
                     "");
}

Test(meant, lines_of_cpp)
{
    write_lines("all.cpp", head_of_cpp, WG_IN_CPP, "    { ", "; }\n");
    wgt_shell_or_skip("need g++; g++ -std=c++20 -w -fsyntax-only -Iinclude \"$in/all.cpp\"");
}

static const char head_of_python[] =
    "import numpy as np, wengert as wg\n"
    "c = wg.Context(); g = wg.graph(); p = wg.Params()\n"
    "def make(*shape): return wg.input(None, 0.1 + np.random.RandomState(1).rand(*shape))\n"
    "x, y, a, b, v, q, k, logits = (make(4, 4) for _ in range(8))\n"
    "A = wg.input('A', 2 * np.eye(4)); u = make(4); n = 2; mask = x > 0.5\n"
    "rows = labels = tokens = wg.input('rows', np.array([0, 2, 1, 3]))\n"
    "indices = wg.input('indices', np.zeros((4, 4), np.int64)); data = make(3, 4, 4)\n"
    "image, xs = make(2, 8, 8, 3), make(2, 5, 8); loss = wg.sum(x * x) + wg.sum(a * a * a)\n"
    "W = p.param('w0.W', [2], wg.he()); loss = loss + wg.sum(W * W); o = wg.sgd(p); loss.backward(p)\n"
    "X, Y = np.zeros((6, 2)), np.zeros(6); d = wg.Data(X, Y); path = 'f.csv'\n"
    "f, slope, rule = lambda x: x * x, lambda t, x: -x, lambda y, gy, x: [gy]\n"
    "open(path, 'w').write('a,b\\n1,2\\n3,4\\n')\n"
    "def line(text):\n"
    "    if 'load(path)' in text or 'save(path)' in text: text = text.replace('path', '\"w.safetensors\"')\n"
    "    try: exec(compile(text, text, 'exec'), globals())\n"
    "    except Exception as e: print('%s: %s: %s' % (text, type(e).__name__, e))\n";

Test(meant, lines_of_python)
{
    write_lines("all.py", head_of_python, WG_IN_PYTHON, "line(r\"\"\"", "\"\"\")\n");
    const char *said = wgt_shell_or_skip(
        "export WENGERT_LIBRARY=\"$(cd \"$build\" && pwd)/libwengert.so\" PYTHONPATH=\"$PWD/python\"\n"
        "export PYTHONDONTWRITEBYTECODE=1\n"
        "python=$(tests/python.sh) || { echo 'skipped: no python3 with NumPy here'; exit 0; }\n"
        "cd \"$in\" && $python all.py");
    cr_expect_str_eq(said, "");
}

/* ---- the words ---- */

static bool is_word_of_wg(const char *word)
{
    const wg_op *op = wg_op_find(word);
    for (int i = 0; i < wgx_builtin_count(); i++)
        if (!strcmp(wgx_builtin_at(i).name, word)) return true;
    return op && op->kind != WG_LEAF && !wgx_op_is_internal(op);
}

Test(meant, words_stand_once_and_are_no_others)
{
    int calls = 0;
    for (int i = 0; i < ROWS; i++) {
        char call[80];
        calls += rows[i].kind == WG_WORD_CALL;
        for (int j = 0; j < i; j++)
            cr_expect(rows[i].kind != rows[j].kind || strcmp(rows[i].word, rows[j].word) != 0,
                      "%s stands twice", rows[i].word);
        cr_expect_str_eq(wgx_meant(rows[i].word, rows[i].kind, WG_IN_C)
                             ? wgx_meant(rows[i].word, rows[i].kind, WG_IN_C)
                             : "",
                         rows[i].text[WG_IN_C] ? rows[i].text[WG_IN_C] : "",
                         "%s is another word but for its case", rows[i].word);
        snprintf(call, sizeof call, "%s(", rows[i].word);
        if (rows[i].kind == WG_WORD_CALL && rows[i].text[WG_IN_WG] && is_word_of_wg(rows[i].word))
            cr_expect(strstr(rows[i].text[WG_IN_WG], call), "%s is a word of the language: %s", rows[i].word,
                      rows[i].text[WG_IN_WG]);
    }
    cr_expect_geq(calls, 210);
    cr_expect_str_eq(wgx_meant("torch.nn.Linear", WG_WORD_CALL, WG_IN_WG), "write dense(x, 64)");
    cr_expect_null(wgx_meant(NULL, WG_WORD_CALL, WG_IN_WG));
    cr_expect_null(wgx_meant("t", WG_WORD_NAME, WG_IN_WG));
    cr_expect_null(wgx_meant("cat", WG_WORD_CALL, WG_IN_LANGUAGES));
}

/* None of them is one letter from a word. */
static const char *const nothing[] = {
    "foo",      "bar",     "baz",      "qux",     "quux",     "banana",   "apple",    "orange",
    "cherry",   "river",   "mountain", "window",  "table",    "chair",    "garden",   "kitchen",
    "bottle",   "pencil",  "paper",    "coffee",  "sugar",    "butter",   "bread",    "cheese",
    "horse",    "tiger",   "rabbit",   "pigeon",  "salmon",   "village",  "bridge",   "castle",
    "hammer",   "ladder",  "mirror",   "pillow",  "pocket",   "ribbon",   "saddle",   "ticket",
    "wallet",   "yellow",  "purple",   "violet",  "monday",   "friday",   "winter",   "summer",
    "autumn",   "january", "hello",    "world",   "student",  "teacher",  "homework", "answer",
    "question", "result1", "temp",     "myvar",   "tmp1",     "helper",   "do_stuff", "process",
    "handle",   "manager", "factory",  "visitor", "observer", "iterator", "wrapper",  "buffer",
    "cursor",   "socket",  "thread",   "mutex",   "alpha1",   "thing",    "stuff",    "item2",
    "total",    "amount",  "price",    "weight",  "height",   "color",    "distance", "station",
    "planet",   "galaxy",  "comet",    "rocket",  "engine",   "motor",    "xyzzy",    "plugh",
    "asdf",     "qwerty",  "zxcv",     "lorem",   "ipsum",    "dolor",    "amet",     "my_function"
};

Test(meant, nothing_is_guessed_for_words_that_mean_nothing)
{
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        char text[100];
        for (int kind = WG_WORD_CALL; kind <= WG_WORD_COMMAND; kind++)
            cr_expect_null(wgx_meant(nothing[i], (wgx_word_kind)kind, WG_IN_WG), "%s", nothing[i]);
        snprintf(text, sizeof text, "%s(1)", nothing[i]);
        wgt_run r = wgt_build(text, WG_EVAL);
        cr_expect(strstr(wg_message(r.c), "; `wengert ops` lists them"), "%s", wg_message(r.c));
        wgt_drop(r.c, NULL);
    }
    cr_expect_geq(sizeof nothing / sizeof *nothing, 100);
}
