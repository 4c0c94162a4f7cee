/* kinds.c: right programs of many kinds, those of kinds.txt and solvers, each with many seeds. */
#include <stdlib.h>
#include <string.h>

#include "corpus/measured.h"

enum { SEEDS = 16 };

typedef struct place {
    const wgt_measuring *m;
    wgt_figures *f;
    const char *kind;
    int seed;
    wg_context *c;
    wg_graph *g;
    wg_params *p;
} place;

static void open_place(place *q)
{
    q->c = wg_start(.seed = 100 * q->m->seed + (uint64_t)q->seed + 1, .dtype = q->seed % 2 ? WG_F32 : WG_F64,
                    .threads = 1, .on_warning = wg_no_warnings);
    q->g = wg_graph_new(q->c), q->p = wg_params_new(q->c);
    wg_begin(q->g, WG_TRAIN);
}

static void judge(place *q, wg_node loss)
{
    char name[120];
    wg_check *r = wg_gradcheck(loss, q->p);
    const wg_verdict v = wg_check_verdict(r);
    snprintf(name, sizeof name, "%s, seed %d", q->kind, q->seed);
    if (wg_failed(q->c)) fprintf(stderr, "kinds.txt: %s: %s\n", q->kind, wg_message(q->c));
    q->f->kinds.all++, q->f->kinds.good += v != WG_FAIL;
    q->f->kinds_decided.all++, q->f->kinds_decided.good += v != WG_INCONCLUSIVE;
    if (v == WG_FAIL) wgt_list_case(q->m, r, "false FAIL: %s", name);
    if (v == WG_INCONCLUSIVE)
        wgt_list_case(q->m, r, "inconclusive: %s: %s", name, wg_check_facts_of(r)->reason);
    wgt_see_report(q->m, r, name, q->f);
    wg_check_free(r);
}

/* ---- programs ---- */

static void check_program(place *q, const char *lines)
{
    char text[2000];
    snprintf(text, sizeof text, "data = %d\n%s", q->seed + 10, lines);
    open_place(q);
    wg_program *program = wg_program_text(q->c, "kinds.txt", text);
    wg_program_build(program, q->g, q->p, WG_TRAIN);
    judge(q, wg_program_node(program, "loss"));
    wg_finish(q->c, NULL);
}

/* ---- solvers ---- */

static wg_node layer(wg_node z, wg_node W, wg_node x) { return wg_tanh(wg_add(wg_matmul(z, W), x)); }

typedef struct net {
    wg_node W, x;
} net;

static wg_node step_of(wg_node z, void *user) { return layer(z, ((net *)user)->W, ((net *)user)->x); }
static wg_node flow_of(wg_node t, wg_node y, void *user)
{
    (void)t;
    return wg_sub(layer(y, ((net *)user)->W, ((net *)user)->x), y);
}

static wg_node fixed_point(net *n, wg_node z) { return wg_fixed_point(z, step_of, n); }
static wg_node fixed_point_mixed(net *n, wg_node z) { return wg_fixed_point(z, step_of, n, .anderson = 4); }
static wg_node ode(net *n, wg_node z)
{
    return wg_odeint(z, flow_of, n, 0, 1, .method = WG_ODE_RK4, .steps = 10);
}
static wg_node ode_adjoint(net *n, wg_node z)
{
    return wg_odeint(z, flow_of, n, 0, 1, .method = WG_ODE_RK4, .steps = 40, .adjoint = true);
}

static const struct {
    const char *kind;
    wg_node (*solve)(net *n, wg_node z);
} solvers[] = { { "fixed point", fixed_point },
                { "fixed point, mixed", fixed_point_mixed },
                { "differential equation", ode },
                { "differential equation, adjoint", ode_adjoint } };
enum { SOLVERS = sizeof solvers / sizeof *solvers };

static void check_solver(place *q, wg_node (*solve)(net *n, wg_node z))
{
    open_place(q);
    net n = { .W = wg_param(q->g, q->p, "W", WG_SHAPE(3, 3), wg_normal(0, 0.3)),
              .x = wg_param(q->g, q->p, "x", WG_SHAPE(2, 3), wg_normal(0, 1)) };
    const wg_node z = solve(&n, wg_fill(q->g, 0.1, WG_SHAPE(2, 3)));
    judge(q, wg_sum(wg_square(z)));
    wg_finish(q->c, NULL);
}

/* ---- all ---- */

static void of_seeds(const wgt_measuring *m, wgt_figures *f, const char *kind, const char *lines, int *number)
{
    for (int seed = 0; seed < SEEDS && *lines; seed++)
        if ((*number)++ % m->every == 0) check_program(&(place){ m, f, kind, seed, NULL, NULL, NULL }, lines);
}

void wgt_measure_kinds(const wgt_measuring *m, wgt_figures *f)
{
    char line[500], kind[80] = "", lines[1900] = "";
    int number = 0;
    FILE *in = fopen("tests/corpus/kinds.txt", "r");
    if (!in) abort();
    while (fgets(line, sizeof line, in)) {
        if (!strncmp(line, "  ", 2)) {
            strcat(lines, line + 2);
        } else if (*line != '#' && *line != '\n') {
            of_seeds(m, f, kind, lines, &number);
            snprintf(kind, sizeof kind, "%.*s", (int)strcspn(line, "\n"), line);
            lines[0] = '\0';
        }
    }
    of_seeds(m, f, kind, lines, &number);
    fclose(in);
    for (int k = 0; k < SOLVERS; k++)
        for (int seed = 0; seed < SEEDS; seed++)
            if (number++ % m->every == 0)
                check_solver(&(place){ m, f, solvers[k].kind, seed, NULL, NULL, NULL }, solvers[k].solve);
}
