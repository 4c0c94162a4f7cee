/* judge.h: what the programs of judge.c are made of. */
#define NUMBER "%.17g"
#include "options_made.h"

static wg_optim *made;
static wg_node x;
static wg_graph *into, *source;
static const char *now;
static wg_context *other;

static void label(const char *text) { now = text, said[0] = 0; }

/* Of a refusal the words from the name of the option on. */
static void tell(void)
{
    char name[60] = "";
    said[strcspn(said, "\n")] = 0;
    const char *refused = strstr(said, "must be") ? said : NULL;
    sscanf(now, "%*[^.].%59s", name);
    if (refused && *name) refused = strstr(said, name);
    printf("%s: %s\n", now, refused ? refused : said);
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
    const wg_optim_choice o = wg_optim_choice_of(c, "", text);
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

static int judge(void (*cases)(void))
{
    static const double seven = 7;
    FILE *f = fopen("options.csv", "w");
    if (!f) return 1;
    fputs("1,2\n3,4\n5,6\n", f);
    fclose(f);
    started();
    into = wg_graph_new(c);
    wg_begin(into, WG_TRAIN);
    source = wg_graph_new(c);
    wg_begin(source, WG_TRAIN);
    x = wg_input(source, "x", wg_view_f64(&seven, WG_SCALAR));
    cases();
    return 0;
}
