/* dot.c: a picture as a graph of libcgraph, which is written as DOT text or given to programs that use
 * Graphviz. No other file includes cgraph.h, and no other writes DOT: tools/build/check.sh holds that.
 *
 * The library is loaded when it is first needed, as OpenBLAS is: programs that draw no DOT start without it,
 * and a build works on a machine that does not have it.
 * It has variables for the whole process: one lock stands around what is called here.
 *
 * It ends the program where it gets no memory. So DOT is written by a process of its own, which is forked for
 * one text. A graph that a program asks for is made in the program.
 *
 * Equal pictures give the same bytes. libcgraph writes subgraphs in the order of their numbers, and its own
 * numbers are addresses. So names get their numbers here, in the order in which they come.
 */
#include "draw/dot_labels.h"
#include "draw/page.h"
#include "draw/svg.h"

#if WG_WITH_GRAPHVIZ

#include <cgraph.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* ---- the library ---- */

#define CALLS(CALL) \
    CALL(agopen)    \
    CALL(agclose)   \
    CALL(agwrite)   \
    CALL(agsubg)    \
    CALL(agnode) CALL(agedge) CALL(agattr) CALL(agsafeset) CALL(agstrdup) CALL(agstrbind) CALL(agstrdup_html)
#define DECLARE(name) __typeof__(name) *name;
static struct {
    CALLS(DECLARE)
    Agiddisc_t ids; /* its members are NULL until the library is loaded */
} lib;
/* Recursive: an error that is recorded inside may call a function of the user that draws. */
static pthread_mutex_t lock;
static pthread_once_t lock_made = PTHREAD_ONCE_INIT;

static void make_lock(void)
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &kind);
    pthread_mutexattr_destroy(&kind);
}

/* Graphviz before 10 takes char * where it changes nothing. */
#define WORD(text) ((char *)(uintptr_t)(text))

/* ---- numbers for names ---- */

/* The names of a graph by their numbers, which begin at 1. They are texts of the graph, in which equal texts
 * have one address. An edge has a number and no name. */
typedef struct names {
    Agraph_t *g;
    char **name;
    size_t *slot; /* of a hash table: a number, or 0; twice as many as there is room for names */
    size_t count, room;
} names;

static size_t slot_of(const names *k, const char *name)
{
    const size_t mask = 2 * k->room - 1;
    size_t at = ((uintptr_t)name >> 3) * 0x9e3779b97f4a7c15u >> 20 & mask;
    while (k->slot[at] && k->name[k->slot[at]] != name) at = (at + 1) & mask;
    return at;
}

static bool grow(names *k)
{
    names more = { .g = k->g, .room = k->room ? 2 * k->room : 64 };
    more.name = calloc(more.room + 1, sizeof *more.name);
    more.slot = calloc(2 * more.room, sizeof *more.slot);
    if (!more.name || !more.slot) {
        free(more.name), free(more.slot);
        return false;
    }
    for (; more.count < k->count; more.count++) {
        char *name = more.name[more.count + 1] = k->name[more.count + 1];
        if (name) more.slot[slot_of(&more, name)] = more.count + 1;
    }
    free(k->name), free(k->slot);
    *k = more;
    return true;
}

static void *open_names(Agraph_t *g, Agdisc_t *with)
{
    names *k = calloc(1, sizeof *k);
    if (k) k->g = g;
    return k;
}

static void close_names(void *state)
{
    names *k = state;
    free(k->name), free(k->slot), free(k);
}

/* The number of a name; of NULL a new one. 0: it has none, and is not to get one. */
static long number_of(void *state, int kind, char *text, IDTYPE *number, int create)
{
    names *k = state;
    char *name = !text ? NULL : create ? lib.agstrdup(k->g, text) : lib.agstrbind(k->g, text);
    if (text && !name) return 0;
    if (k->room && name && (*number = k->slot[slot_of(k, name)])) return 1;
    if (!create || (k->count == k->room && !grow(k))) return 0;
    *number = ++k->count;
    k->name[*number] = name;
    if (name) k->slot[slot_of(k, name)] = *number;
    return 1;
}

/* A name keeps its number until the graph is closed. */
static void free_number(void *state, int kind, IDTYPE number) {}

static char *name_of(void *state, int kind, IDTYPE number)
{
    const names *k = state;
    return number <= k->count ? k->name[number] : NULL;
}

/* ---- loading ---- */

/* *why: what the loader says if it fails. What is missing today may be there at the next call. */
static bool load(const char **why)
{
    void *library = dlopen(WG_CGRAPH_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    const Agiddisc_t *ids = library ? dlsym(library, "AgIdDisc") : NULL;
    bool whole = ids;
#define FIND(name) whole = whole && (lib.name = (__typeof__(lib.name))dlsym(library, #name));
    CALLS(FIND)
    if (!whole && !(*why = dlerror())) *why = WG_CGRAPH_LIBRARY " is not that library";
    if (!whole) return false;
    lib.ids = *ids;
    lib.ids.open = open_names, lib.ids.close = close_names;
    lib.ids.map = number_of, lib.ids.free = free_number, lib.ids.print = name_of;
    return true;
}

/* ---- attributes ---- */

typedef struct painter {
    const wgi_picture *picture;
    Agraph_t *g, **frame; /* by frame */
    Agnode_t **node;      /* by box */
    wgi_strbuf text;      /* of the attribute that is being made, in the picture's pool */
} painter;

/* Nothing if the value is "". */
static void set(void *object, const char *name, const char *value)
{
    if (*value) lib.agsafeset(object, WORD(name), WORD(value), WORD(""));
}

/* p->text as HTML, if it is not empty. A graph has a text once, as HTML or not. All its HTML begins with
 * <table or <font, its other texts with something else. */
static void set_html(painter *p, void *object, const char *name)
{
    const char *html = wgi_strbuf_text(&p->text);
    if (*html) set(object, name, lib.agstrdup_html(p->g, WORD(html)));
}

/* ---- boxes ---- */

/* A name that is written as it is: no quote, no backslash, nothing that libcgraph or this file gives a
 * meaning. */
static bool is_plain(const painter *p, const char *name)
{
    enum { MOST = 100 };
    const bool numbered = name[0] == 'n' && name[1] && !name[1 + strspn(name + 1, "0123456789")];
    return *name && !strchr("<%", *name) && !numbered && !strpbrk(name, "\"\\") &&
           !strcmp(wgi_pool_clean(p->picture->pool, name, MOST), name);
}

/* The name that the program gave, if no other box has it; else n and the number of the box. */
static Agnode_t *add_node(painter *p, int64_t i)
{
    const wgi_box *x = &p->picture->box[i];
    const char *name = !wg_node_ok(x->node) ? "" : wg_node_name(x->node);
    if (!is_plain(p, name) || lib.agnode(p->g, WORD(name), 0))
        name = wgi_pool_format(p->picture->pool, "n%lld", (long long)i);
    return lib.agnode(x->frame < 0 ? p->g : p->frame[x->frame], WORD(name), 1);
}

/* What programs read: docs/drawing.md. */
static void set_data(painter *p, int64_t i)
{
    const wgi_box *x = &p->picture->box[i];
    wgi_strbuf shape = { .pool = p->picture->pool };
    if (!wg_node_ok(x->node)) return;
    wgi_json_shape(&shape, wg_node_shape(x->node));
    set(p->node[i], "wg_shape", wgi_strbuf_keep(&shape));
    set(p->node[i], "wg_site", x->site);
    if (!x->hidden_value) set(p->node[i], "wg_value", x->value_data);
    if (!x->hidden_gradient) set(p->node[i], "wg_grad", x->gradient_data);
}

static void paint_node(painter *p, int64_t i)
{
    const wgi_box *x = &p->picture->box[i];
    p->node[i] = add_node(p, i);
    set(p->node[i], "class", wgi_box_styles[x->kind].class);
    wgi_dot_box(&p->text, x), set_html(p, p->node[i], "label");
    wgi_dot_escape(&p->text, x->tip), set(p->node[i], "tooltip", wgi_strbuf_text(&p->text));
    set_data(p, i);
}

/* ---- frames, links ---- */

static void paint_frame(painter *p, int i)
{
    const wgi_frame *f = &p->picture->frame[i];
    char name[40];
    snprintf(name, sizeof name, "cluster_%d", i + 1);
    Agraph_t *g = p->frame[i] = lib.agsubg(f->parent < 0 ? p->g : p->frame[f->parent], name, 1);
    set(g, "class", "scope");
    wgi_dot_frame(&p->text, f), set_html(p, g, "label");
    set(g, "style", f->heavy ? "rounded,bold" : "rounded");
    set(g, "tooltip", wgi_frame_kind(p->picture));
}

/* Where a link meets a box: left to right at the row of the value or gradient if there is one, else at a
 * side. Gradients then meet corners, so that they do not cover the forward links. */
static void port(char *to, size_t size, const wgi_picture *picture, int box, bool back, bool tail)
{
    const wgi_box *x = &picture->box[box];
    bool down = picture->o->top_down, has_row = x->times > 1 || *(back ? x->gradient : x->value);
    const char *side = back == tail ? "w" : "e", *row = x->is_copy || down || !has_row ? ""
                                                        : back                         ? "g:"
                                                                                       : "v:";
    if (down) side = back ? (tail ? "ne" : "se") : (tail ? "s" : "n");
    else if (back && !*row) side = tail ? "sw" : "se";
    snprintf(to, size, "%s%s", row, side);
}

static void paint_link(painter *p, const wgi_link *l)
{
    char text[40];
    Agedge_t *e = lib.agedge(p->g, p->node[l->from], p->node[l->to], NULL, 1);
    port(text, sizeof text, p->picture, l->from, l->back, true), set(e, "tailport", text);
    port(text, sizeof text, p->picture, l->to, l->back, false), set(e, "headport", text);
    if (l->back) {
        set(e, "class", "backward");
        set(e, "color", "#d32f2f");
        set(e, "constraint", "false");
        set(e, "style", "dashed");
    }
    if (l->times > 1) {
        snprintf(text, sizeof text, "×%lld", (long long)l->times);
        set(e, "label", text);
    }
    if (!l->label) return;
    wgi_dot_escape(&p->text, l->label->text), set(e, "label", wgi_strbuf_text(&p->text));
    if (p->picture->o->hide && *p->picture->o->hide) return;
    wgi_strbuf_clear(&p->text), wgi_json_number(&p->text, l->label->derivative, true);
    set(e, "wg_local", wgi_strbuf_text(&p->text));
}

/* ---- all together ---- */

#define FONT "Helvetica,Arial,sans-serif"

/* All attributes, with what holds where nothing else is said. They are declared in the empty graph: later,
 * each object would need memory at once. */
static void paint_defaults(painter *p)
{
    static const struct {
        int kind;
        const char *name, *value;
    } row[] = {
        /* of the graph, and of its subgraphs */
        { AGRAPH, "bgcolor", "transparent" },
        { AGRAPH, "class", "" },
        { AGRAPH, "color", WGI_GREY },
        { AGRAPH, "fontcolor", WGI_GREY },
        { AGRAPH, "fontname", FONT },
        { AGRAPH, "label", "" },
        { AGRAPH, "labelloc", "t" },
        { AGRAPH, "linelength", "0" }, /* libcgraph breaks no texts */
        { AGRAPH, "nodesep", "0.3" },
        { AGRAPH, "outputorder", "edgesfirst" },
        { AGRAPH, "ranksep", "0.5" },
        { AGRAPH, "style", "" },
        { AGRAPH, "tooltip", "" },
        { AGNODE, "class", "" },
        { AGNODE, "fontname", FONT },
        { AGNODE, "label", "" },
        { AGNODE, "shape", "plain" },
        { AGNODE, "tooltip", "" },
        { AGNODE, "wg_grad", "" },
        { AGNODE, "wg_shape", "" },
        { AGNODE, "wg_site", "" },
        { AGNODE, "wg_value", "" },
        { AGEDGE, "arrowsize", "0.7" },
        { AGEDGE, "class", "forward" },
        { AGEDGE, "color", WGI_GREY },
        { AGEDGE, "constraint", "" },
        { AGEDGE, "fontcolor", WGI_GREY },
        { AGEDGE, "fontname", FONT },
        { AGEDGE, "fontsize", "11" },
        { AGEDGE, "headport", "" },
        { AGEDGE, "label", "" },
        { AGEDGE, "style", "" },
        { AGEDGE, "tailport", "" },
        { AGEDGE, "wg_local", "" },
    };
    for (size_t i = 0; i < WGI_COUNT(row); i++)
        lib.agattr(p->g, row[i].kind, WORD(row[i].name), WORD(row[i].value));
    set(p->g, "rankdir", p->picture->o->top_down ? "TB" : "LR");
    if (!p->picture->g) set(p->g, "newrank", "true");                                   /* a plan: by time */
    if (p->picture->boxes > 200) set(p->g, "nslimit", "2"), set(p->g, "nslimit1", "2"); /* few iterations */
    wgi_dot_title(&p->text, p->picture), set_html(p, p->g, "label");
}

/* NULL: no memory, in so far as libcgraph has lived on. */
static Agraph_t *make(const wgi_picture *picture)
{
    Agdisc_t with = { .id = &lib.ids };
    painter p = { .picture = picture, .text = { .pool = picture->pool } };
    p.frame = wgi_pool_take(picture->pool, picture->frames, sizeof(Agraph_t *));
    p.node = wgi_pool_take(picture->pool, picture->boxes, sizeof(Agnode_t *));
    if (!picture->pool->failed)
        p.g = lib.agopen(WORD("wengert"), (Agdesc_t){ .directed = 1, .maingraph = 1 }, &with);
    if (!p.g) return NULL;
    paint_defaults(&p);
    for (int i = 0; i < picture->frames; i++) paint_frame(&p, i);
    for (int64_t i = 0; i < picture->boxes; i++) paint_node(&p, i);
    for (int64_t i = 0; i < picture->links; i++) paint_link(&p, &picture->link[i]);
    if (!picture->pool->failed) return p.g;
    lib.agclose(p.g);
    return NULL;
}

/* In the child: it has a context of its own, as the allocator and on_error are the program's. */
static bool write_apart(void *with, FILE *to)
{
    wgi_picture picture = *(const wgi_picture *)with;
    wgi_pool pool = { .c = wg_start_at(NULL, &WG_OPTS(wg_start_opts, .threads = 1)) };
    picture.c = pool.c, picture.pool = &pool;
    Agraph_t *g = make(&picture);
    return g && lib.agwrite(g, to) != EOF;
}

static wg_status write_graph(wgi_picture *p, wgi_strbuf *out)
{
    Agraph_t *g = make(p);
    if (g) wgi_strbuf_add(out, (const char *)&g, sizeof(Agraph_t *));
    if (g && out->failed) lib.agclose(g);
    return g && !out->failed ? WG_OK : WG_ERROR_MEMORY;
}

/* Takes the lock, unless the library cannot be loaded: then it records the error. */
static wg_status enter(const wgi_picture *p)
{
    const char *why = NULL;
    pthread_once(&lock_made, make_lock);
    pthread_mutex_lock(&lock);
    errno = 0;
    if (lib.ids.map || load(&why)) return WG_OK;
    const bool memory = errno == ENOMEM;
    wg_fail(p->c, p->here, memory ? WG_ERROR_MEMORY : WG_ERROR_MISSING,
            "draw: libcgraph of Graphviz, which writes dot, cannot be loaded (apt-get install graphviz): %s; "
            "other formats do not need it",
            why);
    pthread_mutex_unlock(&lock);
    return memory ? WG_ERROR_MEMORY : WG_ERROR_MISSING;
}

static wg_status write(wgi_picture *p, wgi_strbuf *out)
{
    const wgi_child r = { .c = p->c,
                          .here = p->here,
                          .call = "draw: libcgraph of Graphviz, which writes dot" };
    wg_status s = enter(p);
    if (s != WG_OK) return s;
    s = p->format == &wgi_agraph_format ? write_graph(p, out) : wgi_work_apart(&r, write_apart, p, out);
    pthread_mutex_unlock(&lock);
    return s;
}

#else

static wg_status write(wgi_picture *p, wgi_strbuf *out)
{
    return WGI_DRAW_FAIL(
        p->c, p->here, WG_ERROR_MISSING,
        "draw: libcgraph of Graphviz, which writes dot, is no part of this build (GRAPHVIZ=0); "
        "other formats do not need it");
}

#endif

/* Readers of DOT take texts of up to 16,384 bytes. */
enum { MOST_DATA = 16000 };
const wgi_format wgi_format_dot = { .name = "dot", .write = write, .most_data = MOST_DATA };
const wgi_format wgi_agraph_format = { .name = "dot", .write = write, .most_data = MOST_DATA };
