/* picture.c: what picture.h promises. */
#include "picture.h"

#include <ctype.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct kept {
    struct kept *next;
    char *text;
} kept;

/* A test is a process: its end frees the list, and until then no text in it is a leak. */
char *pic_keep(char *text)
{
    static kept *_Atomic all;
    kept *k = malloc(sizeof *k);
    *k = (kept){ .text = text };
    k->next = atomic_exchange(&all, k);
    return text;
}

static char made[64];

const char *pic_directory(void)
{
    if (!*made) {
        snprintf(made, sizeof made, "/tmp/wengert-draw-XXXXXX");
        cr_assert(mkdtemp(made), "no temporary directory: %s", strerror(errno));
    }
    return made;
}

void pic_clean_up(void)
{
    char command[128];
    if (!*made) return;
    snprintf(command, sizeof command, "rm -rf '%s'", made);
    cr_assert_eq(system(command), 0);
}

char *pic_path(const char *name)
{
    size_t size = strlen(pic_directory()) + strlen(name) + 2;
    char *path = malloc(size);
    snprintf(path, size, "%s/%s", pic_directory(), name);
    return pic_keep(path);
}

char *pic_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    size_t room = 1 << 24, n;
    char *text = malloc(room);
    n = fread(text, 1, room - 1, f);
    text[n] = 0;
    fclose(f);
    return pic_keep(realloc(text, n + 1));
}

void pic_write(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
    cr_assert_eq(chmod(path, mode), 0);
}

char *pic_plain(char *svg)
{
    char *to = svg;
    for (const char *from = svg; *from;)
        if (!strncmp(from, "<tspan", 6) || !strncmp(from, "</tspan", 7)) from = strchr(from, '>') + 1;
        else *to++ = *from++;
    *to = 0;
    return svg;
}

void pic_has(const char *file, int line, const char *text, bool wanted, const char *const part[])
{
    for (; *part; part++)
        cr_assert(text && !strstr(text, *part) != wanted, "%s:%d: \"%s\" is %s: %.3000s", file, line, *part,
                  wanted ? "not there" : "there", text ? text : "(no text)");
}

void pic_shows(const char *file, int line, const char *text, const char *const part[])
{
    for (; *part; part++)
        pic_has(file, line, text, **part != '!', (const char *const[]){ *part + (**part == '!'), NULL });
}

int pic_count(const char *text, const char *part)
{
    int n = 0;
    for (const char *s = text; (s = strstr(s, part)); s += strlen(part)) n++;
    return n;
}

void pic_expect_well_formed(const char *xml)
{
    char stack[64][32];
    int depth = 0;
    for (const char *s = xml; (s = strchr(s, '<')); s++) {
        const char *end = strchr(s, '>');
        cr_assert(end, "an open tag");
        if (s[1] == '?' || s[1] == '!') continue;
        size_t n = strcspn(s + 1 + (s[1] == '/'), " />\n");
        cr_assert(n > 0 && n < 32 && isalpha((unsigned char)s[1 + (s[1] == '/')]), "not a tag: %.40s", s);
        if (s[1] == '/') {
            cr_assert(depth > 0 && strncmp(stack[--depth], s + 2, n) == 0 && !stack[depth][n],
                      "%.20s closes <%s>", s, stack[depth]);
        } else if (end[-1] != '/') {
            cr_assert_lt(depth, 64);
            snprintf(stack[depth++], 32, "%.*s", (int)n, s + 1);
        }
    }
    cr_assert_eq(depth, 0);
    for (const char *s = xml; (s = strchr(s, '&')); s++)
        cr_assert(strcspn(s, ";") < 8, "a raw ampersand: %.20s", s);
    for (const unsigned char *s = (const unsigned char *)xml; *s; s++)
        cr_assert(*s >= 32 || *s == '\n', "byte %d", *s);
    /* Without its value a rule that names a variable paints black. */
    for (const char *s = xml; (s = strstr(s, "var(--")); s++) {
        char value[60];
        snprintf(value, sizeof value, "%.*s:", (int)strcspn(s + 4, ")"), s + 4);
        cr_assert(strstr(xml, value), "%s has no value", value);
    }
}

bool pic_have_dot(void) { return system("dot -V >/dev/null 2>&1") == 0; }

int pic_files(void)
{
    char command[128], text[32] = "";
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", pic_directory());
    FILE *f = popen(command, "r");
    cr_assert(f && fgets(text, sizeof text, f));
    pclose(f);
    return atoi(text);
}

/* ---- graphs ---- */

pic_parts pic_neuron(wg_context *c)
{
    static const double xs[] = { 1, -2 }, ws[] = { 0.5, -0.3 }, zero = 0, one = 1;
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    pic_parts n;
    n.x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(2)));
    n.w = wg_param(g, p, "w", WG_SHAPE(2), wg_values(ws));
    n.b = wg_param(g, p, "b", WG_SCALAR, wg_values(&zero));
    n.y = wg_input(g, "y", wg_view_f64(&one, WG_SCALAR));
    n.z = wg_name(wg_add(wg_sum(wg_mul(n.w, n.x)), n.b), "z");
    n.a = wg_name(wg_sigmoid(n.z), "a");
    wg_node right = wg_mul(n.y, wg_log(n.a));
    wg_node wrong = wg_mul(wg_sub(1, n.y), wg_log(wg_sub(1, n.a)));
    n.L = wg_name(wg_neg(wg_add(right, wrong)), "L");
    return n;
}

wg_node pic_layers(wg_context *c, int layers)
{
    static const double xs[] = { 1, 2, 3, 4, 5, 6 };
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node h = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(2, 3)));
    for (int i = 0; i < layers; i++) {
        char name[32];
        wg_scope_push_i(g, "layer", i);
        snprintf(name, sizeof name, "l%d.W", i);
        wg_node W = wg_param(g, p, name, WG_SHAPE(3, 3), wg_const(0.25));
        wg_scope_push(g, "activation");
        h = wg_tanh(wg_matmul(h, W));
        wg_scope_pop(g);
        wg_scope_pop(g);
    }
    return wg_name(wg_sum(h), "total");
}

char *pic_dot(wg_node root, const wg_draw_opts *o)
{
    PIC_NEEDS_DOT;
    wg_draw_opts with = o ? *o : WG_OPTS(wg_draw_opts);
    with.format = "dot";
    char *dot = wg_draw_text_at(WG_HERE, root, &with), *copy = dot ? pic_keep(strdup(dot)) : NULL;
    wg_free(wg_graph_context(wg_graph_of(root)), dot);
    return copy;
}

char *pic_by_dot(wg_node root, const wg_draw_opts *o)
{
    PIC_NEEDS_DOT;
    char *dot = pic_path("by.dot"), *svg = pic_path("by.svg"), *said = pic_path("by.txt"), command[400];
    cr_assert_eq(wg_draw_at(WG_HERE, root, dot, o), WG_OK, "%s",
                 wg_message(wg_graph_context(wg_graph_of(root))));
    snprintf(command, sizeof command, "timeout 20 dot -Tsvg '%s' >'%s' 2>'%s'", dot, svg, said);
    const int status = system(command);
    char *words = pic_read(said);
    cr_assert(status == 0 && !*words, "dot: status %d: %.300s", status, words);
    return pic_read(svg);
}

char *pic_text(wg_node root, const char *format, wg_draw_opts o)
{
    wg_context *c = wg_graph_context(wg_graph_of(root));
    if (!strcmp(format, "dot")) PIC_NEEDS_DOT;
    o.format = format;
    char *text = wg_draw_text_at(WG_HERE, root, &o), *copy;
    cr_assert(text, "%s", wg_message(c));
    copy = pic_keep(strdup(text));
    wg_free(c, text);
    return copy;
}

#if WG_WITH_GRAPHVIZ

#include <cgraph.h>

void pic_expect_counts(const char *dot, int nodes, int edges, int backward)
{
    Agraph_t *g = agmemread(dot);
    cr_assert(g, "libcgraph cannot read it: %s", dot);
    int back = 0;
    for (Agnode_t *n = agfstnode(g); n; n = agnxtnode(g, n)) {
        cr_assert(aghtmlstr(agget(n, (char[]){ "label" })), "the label of %s is not HTML", agnameof(n));
        for (Agedge_t *e = agfstout(g, n); e; e = agnxtout(g, e))
            back += strcmp(agget(e, (char[]){ "class" }), "backward") == 0;
    }
    cr_assert_eq(agnnodes(g), nodes, "%d nodes, not %d", agnnodes(g), nodes);
    cr_assert_eq(agnedges(g), edges, "%d edges, not %d", agnedges(g), edges);
    cr_assert_eq(back, backward, "%d backward edges, not %d", back, backward);
    agclose(g);
}

const char *pic_attribute(const char *dot, const char *node, const char *name)
{
    Agraph_t *g = agmemread(dot);
    Agnode_t *n = g ? agnode(g, (char *)(uintptr_t)node, 0) : NULL;
    const char *value = n ? agget(n, (char *)(uintptr_t)name) : NULL;
    value = value ? pic_keep(strdup(value)) : NULL;
    agclose(g);
    return value;
}

const char *pic_agraph(wg_context *c, wg_node root, const wg_draw_opts *o)
{
    char *text = NULL;
    size_t size = 0;
    Agraph_t *g = wg_draw_agraph_at(WG_HERE, root, o);
    wg_finish(c, NULL);
    if (!g) return NULL;
    FILE *f = open_memstream(&text, &size);
    cr_assert(f);
    agwrite(g, f);
    agclose(g);
    fclose(f);
    return pic_keep(text);
}

#else

void pic_expect_counts(const char *dot, int nodes, int edges, int backward) { PIC_NEEDS_DOT; }
const char *pic_attribute(const char *dot, const char *node, const char *name)
{
    PIC_NEEDS_DOT;
    return NULL;
}
const char *pic_agraph(wg_context *c, wg_node root, const wg_draw_opts *o)
{
    PIC_NEEDS_DOT;
    return NULL;
}

#endif
