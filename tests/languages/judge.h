/* judge.h: what the programs of judge.c are made of. */
#define NUMBER "%.17g"
#include "options_made.h"
#include "wgx/lang.h"

static wg_optim *made;
static wg_node x;
static wg_graph *into, *source;
static const char *now;
static wg_context *other;

static wg_graph *fresh; /* of one case of a builder or layer */
static wg_params *layers;
static wg_program *operands;
static char operands_text[1000];
static wg_node a, s, v, w, t, u, q, i, m, k, z;

static void label(const char *text)
{
    now = text, said[0] = 0;
    wg_graph_free(fresh);
    wg_params_free(layers);
    layers = wg_params_new(c);
    wg_begin(fresh = wg_graph_new(c), WG_TRAIN);
    wg_program_build(operands, fresh, layers, WG_TRAIN);
#define OPERAND(name) name = wg_program_node(operands, #name);
    OPERAND(a)
    OPERAND(s)
    OPERAND(v) OPERAND(w) OPERAND(t) OPERAND(u) OPERAND(q) OPERAND(i) OPERAND(m) OPERAND(k) OPERAND(z)
}

/* The shape and the elements. */
static void seen(wg_node y)
{
    wg_tensor all;
    memset(&all, 0, sizeof all);
    if (wg_node_ok(y)) all = wg_value(y);
    char text[1000] = "";
    size_t n = 0;
    for (int axis = 0; axis < all.shape.rank; axis++)
        n += (size_t)snprintf(text + n, 60, "%d ", (int)all.shape.dim[axis]);
    n += (size_t)snprintf(text + n, 60, "|");
    for (int64_t e = 0; e < (all.data ? wg_shape_size(all.shape) : 0) && n < 900; e++)
        n += (size_t)snprintf(text + n, 60, " " NUMBER, wg_tensor_item(&all, e) + 0.0);
    say("%s", text);
}

/* Of a refusal the words from the name of the option on. */
static void tell(void)
{
    char name[60] = " ";
    said[strcspn(said, "\n")] = 0;
    const char *refused = strstr(said, "must ") || strstr(said, "is needed") ? said : NULL;
    sscanf(now, "%*[^.].%58s", name + 1);
    if (strstr(said, "say its axis")) snprintf(said, sizeof said, "say its axis");
    if (refused && name[1]) refused = strstr(said, name);
    printf("%s: %s\n", now, refused && name[1] ? refused + 1 : said);
}

static wg_context *anew(void) { return other = wg_start(.threads = 1); }
static void alone(wg_group *all)
{
    if (wg_failed(other)) snprintf(said, sizeof said, "%s", wg_message(other));
    else snprintf(said, sizeof said, "%d of %d", wg_group_rank(all), wg_group_shards(all));
    wg_finish(other, NULL);
}

/* An optimizer and a set of the language. */
static void optimizer(const char *text)
{
    const wgx_optim_choice o = wgx_optim_choice_of(c, "", text);
    if (wg_failed(c)) say("");
    else steps(wg_optim_named_at(WG_HERE, p, o.name, o.setting, o.settings));
}
static void generated(const char *text)
{
    wg_program *q = wg_program_text(c, "judge.wg", text);
    wg_begin(g, WG_EVAL);
    wg_program_build(q, g, p, WG_EVAL);
    const wg_node y = wg_program_node(q, "x");
    wg_tensor t;
    memset(&t, 0, sizeof t);
    if (!wg_failed(c)) t = wg_value(y);
    say("%d rows of %d from " NUMBER, t.data ? (int)t.shape.dim[0] : 0, t.data ? (int)t.shape.dim[1] : 0,
        t.data ? wg_tensor_item(&t, 0) : 0);
    wg_program_free(q);
}
static void states(wg_nn_states all) { seen(all.y); }
static void built(const char *call)
{
    char text[2000];
    snprintf(text, sizeof text, "%s\ny = %s", operands_text, call);
    wg_program *all = wg_program_text(c, "judge.wg", text);
    wg_program_build(all, fresh, layers, WG_TRAIN);
    if (wg_failed(c)) say("");
    else seen(wg_program_node(all, "y"));
    wg_program_free(all);
}

static int judge(void (*cases)(void))
{
    static const double seven = 7;
    FILE *f = fopen("options.csv", "w");
    if (!f) return 1;
    fputs("a,b\nu,v\nw,x\n", f);
    fclose(f);
    started();
    operands = wg_program_file(c, "operands.wg");
    f = fopen("operands.wg", "r");
    if (!operands || !f || !fread(operands_text, 1, sizeof operands_text - 1, f)) return 1;
    fclose(f);
    into = wg_graph_new(c);
    wg_begin(into, WG_TRAIN);
    source = wg_graph_new(c);
    wg_begin(source, WG_TRAIN);
    x = wg_input(source, "x", wg_view_f64(&seven, WG_SCALAR));
    cases();
    return 0;
}
