/* dot_file.h: how a DOT file comes from libcgraph (dot.c) to a picture (dot_file.c). */
#ifndef WGI_DRAW_DOT_FILE_H
#define WGI_DRAW_DOT_FILE_H

#include "draw/draw_private.h"

typedef struct wgi_dot_source {
    const char *name; /* of the file, for messages */
    const char *text; /* `length` bytes, none of them zero */
    size_t length;
    int64_t most_nodes, most_links; /* of more, only the numbers are given */
} wgi_dot_source;

/* dot.c. Records: a letter and fields, each a text that ends with a zero. An attribute begins with < if it is
 * HTML, else with ". Nodes are known by a number of the file's own, clusters by their order.
 *
 *     E  what libcgraph says                                       there is no graph; no other record follows
 *     G  nodes, links, 1 if directed, name, label, rankdir         the first record of a graph
 *     M                                                            the file has more than this graph
 *     A  graph|node|edge, name                                     an attribute that is set somewhere
 *     C  cluster around it or -1, name, label                      a cluster
 *     N  number, cluster or -1, name, label, shape, style, tooltip a node
 *     L  number, number, label, dir, style                         a link
 */
wg_status wgi_dot_read(const wgi_picture *p, const wgi_dot_source *from, wgi_strbuf *out);

#endif
