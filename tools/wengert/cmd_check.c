/* cmd_check.c: the command check: a program's claims, then the library's gradients against differences. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "tool.h"

/* The ways of checking: a program, samples of ops (--op, --all), another program (--run), a gradient
 * from elsewhere (--grad), the claims alone (--claims). A flag that a way does not use is an error. */
enum { PROGRAM = 1, OPS = 2, RUN = 4, GIVEN = 8, CLAIMS = 16 };

#define CHECK_FLAGS(X)                                                                                       \
    X("of", "NAME",                                                                                          \
      "the scalar to check (default: y of a claim with grad(y, x), else the last one with a derivative; a "  \
      "tensor is summed with random weights)",                                                               \
      PROGRAM | GIVEN)                                                                                       \
    X("claims", NULL, "the claims alone, without differences of gradients", CLAIMS)                          \
    X("wrt", "NAMES", "the inputs, parameters and constants to check (default: all that it depends on)",     \
      PROGRAM)                                                                                               \
    X("eps", "E", "the step of the differences (default 1e-7)", PROGRAM | OPS | RUN)                         \
    X("tol", "D",                                                                                            \
      "allows differences of the share D of a component: of a solver that stops early (default 0)",          \
      PROGRAM | OPS | RUN)                                                                                   \
    X("accuracy", "D", "f is exact to the share D of its value: what that explains is no error (default 0)", \
      PROGRAM | OPS | RUN)                                                                                   \
    X("evaluations", "N",                                                                                    \
      "about N evaluations of f; the report says what could hide (default: as many as it takes)",            \
      PROGRAM | OPS | RUN)                                                                                   \
    X("one-sided", NULL, "(f(x + E) - f(x)) / E", PROGRAM | OPS | RUN)                                       \
    X("course", NULL,                                                                                        \
      "the check that Andrew Ng's course (DeepLearning.AI) teaches, alone: differences of every component "  \
      "with one step, and its scale",                                                                        \
      PROGRAM | OPS | RUN)                                                                                   \
    X("order", "N", "2: the second derivatives too (default 1)", PROGRAM | OPS)                              \
    X("components", "N", "at most N components of each (default: about 250 in all)", PROGRAM | OPS | RUN)    \
    X("grad", "NAME=VALUE", "a gradient from elsewhere, compared with that of autodiff", GIVEN)              \
    X("op", "NAME", "the samples of an op instead of a program", OPS)                                        \
    X("all", NULL, "the samples of every op", OPS)                                                           \
    X("run", "CMD", "a program that reads points and answers f and its gradient (--at)", RUN)                \
    X("at", "VALUE", "the point for --run, of any shape: [-1.2, 1] or @x.npy", RUN)                          \
    X("names", "LIST", "what the point is made of: 'W[3,4], b[4], s' (default: x, of the shape of --at)",    \
      RUN)                                                                                                   \
    X("timeout", "SECONDS", "for each answer of the program of --run (default 60)", RUN)                     \
    X("draw", "FILE", "a .svg, .png, .pdf or .dot: what is wrong is red, what it makes wrong orange",        \
      PROGRAM)                                                                                               \
    X("allow", "inconclusive", "exit status 0 also if the verdict is inconclusive",                          \
      PROGRAM | OPS | RUN | GIVEN | CLAIMS)
#define FLAG(name, value, help, ways) { 0, name, value, help },
#define WAYS(name, value, help, ways) ways,
static const flag flags[] = { CHECK_FLAGS(FLAG){ 0, NULL, NULL, NULL } };
static const int ways_of_flags[] = { CHECK_FLAGS(WAYS) }; /* in the order of flags */
enum { FLAGS = sizeof ways_of_flags / sizeof *ways_of_flags };

static int ways_of(const flag *f)
{
    for (int i = 0; i < FLAGS; i++)
        if (f == &flags[i]) return ways_of_flags[i];
    for (const flag *m = model_flags; m->name; m++)
        if (f == m) return PROGRAM | GIVEN | CLAIMS;
    return PROGRAM | OPS | RUN | GIVEN | CLAIMS;
}

/* Whether the flags go with what is checked. False: after a message that names the flag. */
static bool check_way(const args *a)
{
    static const char *const chooses[] = { "run", "op", "all", "grad", "claims" };
    static const int ways[] = { RUN, OPS, OPS, GIVEN, CLAIMS, PROGRAM };
    int k = 0;
    while (k < 5 && !args_has(a, chooses[k])) k++;
    if (k == 0 && !check_point(a)) return false;
    for (int i = 0; i < a->given_count; i++) {
        const flag *f = a->given[i].flag;
        if (k == 5 && !(ways_of(f) & PROGRAM))
            return tool_wrong(a, "--%s: only with --run CMD", f->name), false;
        if (!(ways_of(f) & ways[k]) || (!strcmp(f->name, "all") && ways[k] == OPS && args_has(a, "op")))
            return tool_wrong(a, "--%s: not with --%s", f->name, chooses[k]), false;
    }
    if (a->operands && !(ways[k] & (PROGRAM | GIVEN | CLAIMS)))
        return tool_wrong(a, "%s: no FILE with --%s", a->operand[0], chooses[k]), false;
    return true;
}

wg_verdict check_worst(wg_verdict a, wg_verdict b)
{
    if (a == WG_FAIL || b == WG_FAIL) return WG_FAIL;
    return a != WG_PASS ? a : b;
}

int check_exit(wg_verdict v) { return v == WG_PASS ? EXIT_DONE : v == WG_FAIL ? EXIT_CHECK : EXIT_UNSURE; }

/* Whether the name of the file ends in one of "svg|png", or there is none. */
static bool ends_in(const char *path, const char *endings)
{
    const char *end = path ? strrchr(path, '.') : NULL;
    const size_t n = end ? strlen(++end) : 0;
    for (const char *at = endings; *at; at += strcspn(at, "|"), at += *at == '|')
        if (n && strcspn(at, "|") == n && !strncasecmp(at, end, n)) return true;
    return !path;
}

bool check_opts(const args *a, wg_gradcheck_opts *o)
{
    long long components = WG_AUTO, order = 1, evaluations = WG_AUTO;
    if (!args_double(a, "tol", &o->tolerance) || !args_double(a, "accuracy", &o->accuracy) ||
        !args_double(a, "eps", &o->eps) || !args_long(a, "components", 1, &components) ||
        !args_long(a, "evaluations", 20, &evaluations))
        return false;
    if (!args_long(a, "order", 1, &order)) return false;
    if (order > 2) return tool_wrong(a, "--order %lld: 1 or 2", order), false;
    if (args_has(a, "eps") && !(o->eps > 0)) return tool_wrong(a, "--eps: a positive step"), false;
    if (!(o->tolerance >= 0 && o->tolerance < 1))
        return tool_wrong(a, "--tol: a share, from 0 to below 1"), false;
    if (!(o->accuracy >= 0 && o->accuracy < 1))
        return tool_wrong(a, "--accuracy: a share, from 0 to below 1"), false;
    o->components = components, o->evaluations = evaluations;
    if (!ends_in(args_value(a, "draw"), "svg|png|pdf|dot|gv|html|tex|txt|json"))
        return tool_wrong(a,
                          "--draw %s: a picture ends in .svg, .png, .pdf, .dot, .html, .tex, .txt or .json",
                          args_value(a, "draw")),
               false;
    o->order = (int)order;
    o->one_sided = args_has(a, "one-sided");
    o->course_only = args_has(a, "course");
    if (o->tolerance > 0 && (args_has(a, "eps") || o->one_sided || o->course_only))
        return tool_wrong(a, "--tol with --eps, --one-sided or --course: there the course's scale decides"),
               false;
    if (o->course_only && order > 1)
        return tool_wrong(a, "--order 2: not with --course, whose differences are of the first order"), false;
    return true;
}

/* ---- claims as JSON ---- */

static const json_row claim_rows[] = {
    JSON_ROW(claim_result, line),        JSON_ROW(claim_result, text),    JSON_ROW(claim_result, verdict),
    JSON_ROW(claim_result, index),       JSON_ROW(claim_result, left),    JSON_ROW(claim_result, right),
    JSON_ROW(claim_result, error),       JSON_ROW(claim_result, allowed), JSON_ROW(claim_result, wrong),
    JSON_AS("reason", claim_result, why)
};

static void claims_json(json *j, const claim_result *c, int n)
{
    json_array(j, "claims");
    for (int i = 0; i < n; i++) json_record(j, NULL, claim_rows, &c[i]);
    json_end(j);
}

/* ---- claims ---- */

static void claims_text(const model *m, const claim_result *c, int n)
{
    static const char *const words[] = { "holds", "FAILS", "OPEN" };
    const char *file = model_place(m);
    int width = 0, digits = 1;
    for (int i = 0; i < n; i++) {
        int w = (int)strlen(c[i].text), d = snprintf(NULL, 0, "%d", c[i].line);
        width = w > width && w <= 60 ? w : width;
        digits = d > digits ? d : digits;
    }
    for (int i = 0; i < n; i++) {
        printf("%s:%-*d  %-*s  %-5s  ", file, digits, c[i].line, width, c[i].text, words[c[i].verdict]);
        if (c[i].verdict != WG_PASS || isnan(c[i].error)) printf("%s\n", c[i].why);
        else printf("%.0e%s%s\n", c[i].error, *c[i].why ? "  " : "", c[i].why);
    }
}

/* The last line if some claim does not hold: the verdict printed above is that of the gradients alone. r:
 * NULL if no gradient was checked. */
static void summary_text(const claim_result *c, int n, const wg_check *r)
{
    static const char *const verdict[] = { "PASS", "FAIL", "INCONCLUSIVE" };
    int holds = 0, fails = 0;
    for (int i = 0; i < n; i++) {
        holds += c[i].verdict == WG_PASS;
        fails += c[i].verdict == WG_FAIL;
    }
    if (holds == n) return;
    printf("claims: ");
    if (holds) printf("%d hold%s", holds, holds == 1 ? "s" : "");
    if (fails) printf("%s%d FAIL%s", holds ? ", " : "", fails, fails == 1 ? "S" : "");
    if (holds + fails < n) printf("%s%d OPEN", holds + fails ? ", " : "", n - holds - fails);
    if (r) printf("; gradients %s", verdict[wg_check_verdict(r)]);
    putchar('\n');
}

static claim_result *judge_claims(model *m, wg_verdict *all)
{
    int n = wgx_program_claims(m->q);
    claim_result *c = wg_alloc(m->c, (size_t)n + 1, sizeof *c);
    wgx_program_keep(m->q, WG_KEEP_CLAIMS);
    for (int i = 0; c && i < n; i++) {
        if (!claim_judge(m, i, &c[i])) return NULL;
        *all = check_worst(*all, c[i].verdict);
    }
    return model_ok(m) ? c : NULL;
}

/* ---- the library against differences ---- */

/* NULL: after an error, or with m->status 0 if there is nothing to check. */
static wg_check *against_differences(model *m, check_target *of)
{
    wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts);
    name_list x;
    if (!check_opts(m->a, &o)) return model_ends(m, EXIT_FLAGS), NULL;
    if (wgx_program_claims(m->q) && wg_is_none(wg_program_last(m->q)) && !args_has(m->a, "of")) return NULL;
    if (!check_loss(m, of) || !check_leaves(m, of->loss, &x) || !x.count) return NULL;
    o.name = strcmp(of->name, "_") ? of->name : args_value(m->a, "expression");
    check_watch(&o);
    wg_check *r = wg_gradcheck_nodes_at(wg_node_site(of->loss), of->loss, x.node, x.count, &o);
    check_unwatch();
    return r;
}

/* Writes the picture of --draw. Why it cannot be written is printed to standard error, and with j it is the
 * member "error" of the report. Returns the exit status. r NULL: nothing was compared. */
static int draw(const args *a, const wg_check *r, wg_node loss, json *j)
{
    const char *path = args_value(a, "draw"), *why = "--draw: nothing was compared";
    if (!path) return EXIT_DONE;
    if (r && wg_node_ok(loss)) {
        wg_draw_opts o = WG_OPTS(wg_draw_opts, .legend = true);
        o.marks = wg_check_marks(r, wg_graph_of(loss), &o.mark_count);
        if (wg_draw_at(NULL, loss, path, &o) == WG_OK) return EXIT_DONE;
        why = wg_message(wg_graph_context(wg_graph_of(loss)));
    }
    fprintf(stderr, "wengert: %s\n", why);
    if (j) {
        json_object(j, "error");
        json_whole(j, "status", EXIT_OTHER);
        json_text(j, "message", why);
        json_end(j);
    }
    return EXIT_OTHER;
}

/* Prints the report, then writes the picture. Returns the exit status of the picture. */
static int report(const model *m, const claim_result *c, const wg_check *r, const check_target *of,
                  wg_verdict all)
{
    int n = wgx_program_claims(m->q);
    if (m->a->json) {
        json j = json_start(stdout);
        json_text(&j, "verdict", wg_verdict_name(all));
        json_text(&j, "mode", m->mode == WG_TRAIN ? "train" : "eval");
        if (r) json_whole(&j, "summed", of->summed), check_json(&j, r);
        claims_json(&j, c, n);
        const int drawn = draw(m->a, r, of->loss, &j);
        json_finish(&j);
        return drawn;
    }
    claims_text(m, c, n);
    if (r && of->summed)
        printf("%s has %lld elements: their sum with random weights is checked\n",
               strcmp(of->name, "_") ? of->name : "the value", (long long)of->summed);
    if (r) wg_check_print(r, stdout);
    else if (!n)
        printf(args_has(m->a, "claims")
                   ? "nothing to check: no claim. A claim is written: check LEFT == RIGHT\n"
                   : "nothing to check: no claim, and no float value that depends on an input, parameter or "
                     "constant\n");
    summary_text(c, n, r);
    fflush(stdout); /* a signal while a picture is made ends the command, and the report must not be lost */
    return draw(m->a, r, of->loss, NULL);
}

static void check_program(model *m)
{
    wg_verdict all = WG_PASS;
    claim_result *c = judge_claims(m, &all);
    check_target of = { .loss = wg_none };
    wg_check *r = c && !args_has(m->a, "claims") ? against_differences(m, &of) : NULL;
    if (!c || m->status) return;
    if (r) all = check_worst(all, wg_check_verdict(r));
    else if (!wgx_program_claims(m->q)) all = WG_INCONCLUSIVE;
    m->status = r && wg_check_facts_of(r)->stopped ? EXIT_INTERRUPTED : check_exit(all);
    const int drawn = report(m, c, r, &of, all);
    if (drawn) m->status = drawn;
    wg_check_free(r);
}

static int allowed(const args *a, int status)
{
    return status == EXIT_UNSURE && args_has(a, "allow") ? EXIT_DONE : status;
}

static int run_program(const args *a)
{
    model m;
    if (model_open(&m, a, WG_TRAIN)) {
        model_say_drawn(&m, wg_program_drawn(m.q));
        if (args_has(a, "grad")) m.status = check_given(&m);
        else check_program(&m);
    }
    return model_close(&m);
}

static int run(const args *a)
{
    const char *allow = args_value(a, "allow");
    if (allow && strcmp(allow, "inconclusive") != 0)
        return tool_wrong(a, "--allow %s: only inconclusive", allow);
    if (!check_way(a)) return EXIT_FLAGS;
    if (args_has(a, "run")) return allowed(a, check_process(a));
    if (args_has(a, "op") || args_has(a, "all")) return allowed(a, check_ops(a));
    return allowed(a, run_program(a));
}

const command cmd_check = {
    "check",
    "check FILE.wg | -e TEXT | --op NAME | --all | --run CMD --at VALUE [flags]",
    "The gradient check: a program's claims, and the gradients of autodiff against differences.\n"
    "The ratio ||numeric - analytic|| / (||numeric|| + ||analytic||): to 1e-7 great, to 1e-5 ok, to 1e-3\n"
    "worry, beyond: very likely a bug. Exit status: 0 all passed, 1 something failed, 5 inconclusive, 130\n"
    "interrupted (Ctrl-C reports what was found until then).",
    { flags, model_flags, table_flags },
    "  wengert check softmax.wg\n"
    "  wengert check -e 'theta^3' --set theta=1 --eps 0.01 --json\n"
    "  wengert check loss.wg --set x=@x.npy --grad W=@dW.npy\n"
    "  wengert check --op softmax\n"
    "  wengert check loss.wg --order 2\n"
    "  wengert check --run 'python3 mymodel.py' --at '[-1.2, 1]'\n",
    run,
};
