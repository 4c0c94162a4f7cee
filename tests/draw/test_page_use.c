/* How a page is used: the cases of page_use.txt, in Chromium. */
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "picture.h"
#include "wengert/draw.h"
#include "wengert/lang.h"

typedef struct page_case {
    char text[1000], script[6000], hide[20], edges[20], hash[20], answer[600], options[100];
    int line;
} page_case;

static const char helpers[] =
    "const place = () => document.querySelector('output').textContent;\n"
    "const key = k => (dispatchEvent(new KeyboardEvent('keydown', { key: k })), place());\n"
    "const line = () => document.querySelector('.line').textContent;\n";

/* What the script says in the page of the program. */
static char *told(const page_case *k)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_program *q = wg_program_text(c, "m.wg", k->text);
    cr_assert_eq(wg_program_build(q, g, wg_params_new(c), WG_TRAIN), WG_OK, "%s", wg_message(c));
    char *path = pic_path("u.html"), script[sizeof helpers + sizeof k->script];
    const wg_draw_opts o = WG_OPTS(wg_draw_opts, .backward = true, .values = true, .source = k->text,
                                   .hide = *k->hide ? k->hide : NULL, .edges = *k->edges ? k->edges : NULL);
    cr_assert_eq(wg_draw_at(WG_HERE, wg_program_last(q), path, &o), WG_OK, "%s", wg_message(c));
    wgt_finish(c, NULL);
    snprintf(script, sizeof script, "%s%s", helpers, k->script);
    return browser_answer(browser_document_with(path, k->hash, script, k->options));
}

static void run_case(page_case *k)
{
    if (!*k->answer) return;
    char *said = told(k);
    cr_expect_str_eq(said, k->answer, "tests/draw/page_use.txt:%d says:\n%s", k->line, said);
    free(said);
    *k->hide = *k->edges = *k->hash = *k->answer = *k->options = 0;
}

/* Appends the line to what the case has; its first one begins anew. */
static void append(char *to, bool first, const char *line)
{
    if (first) *to = 0;
    strcat(strcat(to, line), "\n");
}

Test(page_use, does_what_the_cases_say)
{
    static page_case k;
    char line[300], before = 0;
    FILE *f = fopen("tests/draw/page_use.txt", "r");
    cr_assert(f);
    for (int n = 1; fgets(line, sizeof line, f); before = *line, n++) {
        line[strcspn(line, "\n")] = 0;
        if (before == '>' && *line != '>') run_case(&k);
        if (*line == '<') append(k.text, before != '<', line + 2);
        if (*line == '$') append(k.script, before != '$', line + 2);
        if (*line == '>') append(k.answer, before != '>', line + 2), k.line = n;
        sscanf(line, "hide %19s", k.hide), sscanf(line, "edges %19s", k.edges),
            sscanf(line, "at %19s", k.hash);
        if (!strcmp(line, "dark")) strcat(k.options, BROWSER_DARK);
        if (!strcmp(line, "still")) strcat(k.options, BROWSER_STILL);
    }
    run_case(&k);
    fclose(f);
    pic_clean_up();
}
