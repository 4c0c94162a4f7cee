/* page_script.c: the style and the scripts that are built into the library, and which blocks of them a page
 * needs. */
#include <string.h>

#include "draw/page.h"
#include "wengert/op.h"

#include "page_text.h" /* page_css, page_js, page_block: made from page.css and page*.js */

enum { BLOCKS = sizeof page_block / sizeof *page_block };

size_t wgi_page_blocks(void) { return BLOCKS; }

static void use(int i, unsigned char *used)
{
    if (used[i]) return;
    used[i] = 1;
    for (const short *k = page_block[i].needs; *k >= 0; k++) use(*k, used);
}

/* A user's op may have the name of a block. */
bool wgi_page_use(const wg_op *op, unsigned char *used)
{
    if (op->library != op) return false;
    for (int i = 0; i < BLOCKS; i++)
        if (strcmp(page_block[i].op, op->name) == 0) {
            use(i, used);
            return true;
        }
    return false;
}

static void put_lines(wgi_strbuf *b, const char *const line[])
{
    for (; *line; line++) wgi_strbuf_put(b, *line);
}

void wgi_page_put_style(wgi_strbuf *b) { put_lines(b, page_css); }

void wgi_page_put_script(const unsigned char *used, wgi_strbuf *b)
{
    put_lines(b, page_evaluator);
    for (int i = 0; i < BLOCKS; i++)
        if (used[i]) wgi_strbuf_put(b, page_block[i].text);
    put_lines(b, page_js);
}
