/* picture.h: what the tests of pictures share: graphs to draw, a folder for files, assertions about texts.
 * Texts that these functions return live until the test ends. */
#ifndef PICTURE_H
#define PICTURE_H

#include <string.h>
#include <sys/stat.h>

#include "wgtest.h"

/* Each of these parts is in the text, or none of them is. */
#define HAS(text, ...) pic_has(__FILE__, __LINE__, text, true, (const char *const[]){ __VA_ARGS__, NULL })
#define HAS_NOT(text, ...) \
    pic_has(__FILE__, __LINE__, text, false, (const char *const[]){ __VA_ARGS__, NULL })
void pic_has(const char *file, int line, const char *text, bool wanted, const char *const part[]);

/* Each part is in the text; one behind "!" is not. */
#define SHOWS(text, ...) pic_shows(__FILE__, __LINE__, text, (const char *const[]){ __VA_ARGS__, NULL })
void pic_shows(const char *file, int line, const char *text, const char *const part[]);

int pic_count(const char *text, const char *part);
/* Every tag that opens is closed in order, no raw ampersand breaks a text, no control character is there. */
void pic_expect_well_formed(const char *xml);
/* Removes the tags of the parts of texts: "<tspan>z</tspan> = 1" is "z = 1". Returns svg. */
char *pic_plain(char *svg);

char *pic_keep(char *text); /* frees it when the test ends; returns it */

/* ---- files ---- */

const char *pic_directory(void);  /* of this test's own, made at the first call */
void pic_clean_up(void);          /* removes it */
char *pic_path(const char *name); /* in it */
int pic_files(void);              /* how many are in it */
char *pic_read(const char *path); /* a whole file, zero-terminated; NULL if there is none */
void pic_write(const char *path, const char *text, mode_t mode);
bool pic_have_dot(void);
/* Skips a test that needs more than other formats have. */
#define PIC_NEEDS_DOT \
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("this build has no DOT")

/* ---- graphs ---- */

typedef struct pic_parts {
    wg_node x, w, b, y, z, a, L;
} pic_parts;

/* One logistic neuron on one example; z = 0.5·1 + (−0.3)·(−2) + 0 = 1.1. */
pic_parts pic_neuron(wg_context *c);
/* Declares a context c and a neuron n in it. */
#define PIC_NEURON                                 \
    wg_context *c = wgt_start(NULL, WG_F64, NULL); \
    pic_parts n = pic_neuron(c)
/* A test with a context c and a neuron n in it, or with a graph g; its folder is removed. */
#define PIC_TEST_OF(suite, name, type, what, make)           \
    static void name(wg_context *c, type what);              \
    Test(suite, name)                                        \
    {                                                        \
        wg_context *context = wgt_start(NULL, WG_F64, NULL); \
        name(context, make(context));                        \
        wgt_finish(context, NULL);                           \
        pic_clean_up();                                      \
    }                                                        \
    static void name(wg_context *c, type what)
#define NEURON_TEST(suite, name) PIC_TEST_OF(suite, name, pic_parts, n, pic_neuron)
#define GRAPH_TEST(suite, name)  PIC_TEST_OF(suite, name, wg_graph *, g, wg_graph_new)
/* Layers in scopes, nested, with repeated names; enough clusters to see an order. */
wg_node pic_layers(wg_context *c, int layers);
/* DOT text that outlives the context; NULL after an error. Skips the test with GRAPHVIZ=0. */
char *pic_dot(wg_node root, const wg_draw_opts *o);
/* What the program `dot` makes of it, as SVG. It has 20 seconds, and may say nothing. */
char *pic_by_dot(wg_node root, const wg_draw_opts *o);
/* The same in any format of texts; an error fails the test. */
char *pic_text(wg_node root, const char *format, wg_draw_opts o);

/* libcgraph reads the text, every label is HTML, and it has so many nodes, edges, and edges of class
 * backward. */
void pic_expect_counts(const char *dot, int nodes, int edges, int backward);
/* What libcgraph reads as an attribute of a node; NULL: there is no such node. */
const char *pic_attribute(const char *dot, const char *node, const char *name);
/* wg_draw_agraph, written by a program's own libcgraph when the context is gone. NULL after an error. */
const char *pic_agraph(wg_context *c, wg_node root, const wg_draw_opts *o);

#endif
