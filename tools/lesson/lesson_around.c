/* lesson_around.c: what stands around the text of a page: its head, its licence, the addresses of its parts,
 * and the links to other pages. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"
#include "lesson_text.h"

#define COURSE  "A course in deep learning"
#define LICENCE "https://creativecommons.org/licenses/by/4.0/"

/* ---- addresses ---- */

/* The letters and digits of a heading, in small letters with hyphens between the words. */
void lesson_slug(span heading, char to[LESSON_ADDRESS])
{
    size_t n = 0;
    for (int i = 0; i < heading.n && n + 4 < LESSON_ADDRESS; i++) {
        const unsigned char c = (unsigned char)heading.at[i];
        if (c < 128 && isalnum(c)) to[n++] = (char)tolower(c);
        else if (n && to[n - 1] != '-' && c != '\'') to[n++] = '-';
    }
    while (n && to[n - 1] == '-') n--;
    to[n] = 0;
}

/* Without the number that tells it from an equal one. */
static void first_address(const lesson *l, const lesson_part *p, char to[LESSON_ADDRESS])
{
    static const char *const words[PART_KINDS] = { [PART_ASK] = "ask",
                                                   [PART_PLOT] = "figure",
                                                   [PART_DRAW] = "figure",
                                                   [PART_TRY] = "exercises",
                                                   [PART_RULE] = "rule" };
    *to = 0;
    if (words[p->kind]) snprintf(to, LESSON_ADDRESS, "%s", words[p->kind]);
    if (p->kind == PART_HEADING) lesson_slug(lesson_line(l, p->line), to);
    if (p->kind == PART_HEADING && !*to) snprintf(to, LESSON_ADDRESS, "section");
}

bool lesson_address(const lesson *l, const lesson_part *p, char to[LESSON_ADDRESS])
{
    char other[LESSON_ADDRESS];
    int equal = 0;
    const bool counted = p->kind == PART_ASK || p->kind == PART_PLOT || p->kind == PART_DRAW;
    first_address(l, p, to);
    for (const lesson_part *q = l->part; q < p; q++) {
        first_address(l, q, other);
        equal += !strcmp(other, to);
    }
    const size_t n = strlen(to);
    if (n && (counted || equal)) snprintf(to + n, LESSON_ADDRESS - n, "-%d", equal + 1);
    return n > 0;
}

/* ---- the head ---- */

/* Up to so many letters of the text, cut behind a word. */
static int cut(const char *text, int most)
{
    const int n = (int)strlen(text);
    if (n <= most) return n;
    while (most > 0 && text[most] != ' ') most--;
    return most;
}

/* What the first paragraph of a lesson says. */
static bool put_description(FILE *out, lesson *l)
{
    enum { MOST = 200 };
    char *text = NULL;
    size_t size = 0;
    int i = 0;
    while (i < l->parts && l->part[i].kind != PART_TEXT) i++;
    if (i == l->parts) return true;
    FILE *memory = tool_text_begin(&text, &size);
    bool fine =
        memory && lesson_text(l, 0, lesson_lines(l, l->part[i].line, l->part[i].lines), memory, false);
    if (!memory || !tool_text_end(memory, &text))
        fine = false, l->status = tool_fail(l->a, EXIT_OTHER, "out of memory");
    if (fine) {
        const int n = cut(text, MOST);
        fputs("<meta name=\"description\" content=\"", out), lesson_escape(out, text, n, true);
        fputs(text[n] ? " ...\">\n" : "\">\n", out);
    }
    free(text);
    return fine;
}

void lesson_topic(FILE *out, const lesson *l)
{
    fputc(toupper((unsigned char)*l->topic.at), out);
    lesson_escape(out, l->topic.at + 1, l->topic.n - 1, true);
}

static const char icon[] =
    "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 "
    "16'%3E"
    "%3Cpath d='M3 13 8 3l5 10' fill='none' stroke='%23777' stroke-width='1.5'/%3E%3Cg fill='%230072b2'%3E"
    "%3Ccircle cx='8' cy='3' r='3'/%3E%3Ccircle cx='3' cy='13' r='3'/%3E%3Ccircle cx='13' cy='13' r='3'/%3E"
    "%3C/g%3E%3C/svg%3E\">\n<title>";

static void begin_head(FILE *out, bool alone)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
          "content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" "
          "content=\"wengert " WG_VERSION "\">\n",
          out);
    fputs(alone ? "<title>" : icon, out);
}

/* Who wrote it, and what others may do with it. */
static void put_rights(FILE *out)
{
    fputs("<meta name=\"author\" content=\"The Wengert authors\">\n<link rel=\"license\" href=\"" LICENCE
          "\">\n",
          out);
}

static void end_head(FILE *out, bool alone)
{
    if (alone) fputs("<style>\n", out), put_lines(out, page_css), fputs("</style>\n", out);
    else
        fputs("<link rel=\"stylesheet\" href=\"lesson.css\">\n<script src=\"lesson.js\" defer></script>\n",
              out);
    fputs("</head>\n<body>\n<main>\n", out);
}

void lesson_site_head(FILE *out, const char *title)
{
    begin_head(out, false);
    fprintf(out, title ? "%s | " COURSE "</title>\n" : COURSE " | Wengert</title>\n", title);
    put_rights(out);
    end_head(out, false);
    if (title) fprintf(out, "<nav><a href=\"index.html\">The course</a></nav>\n<h1>%s</h1>\n", title);
    else fputs("<h1>" COURSE "</h1>\n", out);
}

/* The lesson's program in PyTorch, where somebody has put it into the site. */
static void put_twin(FILE *out, const lesson *l, const char *folder)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/twins/%s.py", folder, l->name);
    if (access(path, R_OK) == 0)
        fprintf(out, " · <a href=\"twins/%s.py\">its numbers by PyTorch</a>", l->name);
}

static void put_nav(FILE *out, const lesson *l, const lesson_place *site)
{
    if (!site && !l->afters) return;
    fputs(site ? "<nav><a href=\"index.html\">The course</a> · <a href=\"index.html#find\">Search</a>"
               : "<nav>",
          out);
    fputs(site && l->afters ? " · " : "", out);
    lesson_afters(out, l, site ? site->all : NULL, site ? site->count : 0);
    if (site) put_twin(out, l, site->folder);
    fputs("</nav>\n", out);
}

bool lesson_head(FILE *out, lesson *l, const lesson_place *site)
{
    begin_head(out, !site);
    if (l->topic.n) lesson_topic(out, l), fputs(": ", out);
    lesson_escape(out, l->title.at, l->title.n, true);
    fputs(l->folder ? "</title>\n" : " | " COURSE "</title>\n", out);
    if (!l->folder) put_rights(out);
    if (!put_description(out, l)) return false;
    end_head(out, !site);
    put_nav(out, l, site);
    fputs("<h1>", out);
    if (!lesson_text(l, 0, l->title, out, true)) return false;
    fputs("</h1>\n", out);
    if (l->topic.n) fputs("<p class=\"topic\">", out), lesson_topic(out, l), fputs("</p>\n", out);
    return true;
}

/* ---- links ---- */

void lesson_link(FILE *out, const char *open, const lesson *to, const char *close)
{
    fprintf(out, "<a href=\"%s.html\">%s", to->name, open);
    lesson_escape(out, to->title.at, to->title.n, true);
    fprintf(out, "%s</a>", close);
}

void lesson_named(FILE *out, span name, const lesson *all, int count)
{
    const int k = lesson_find(name, all, count);
    if (k < count) lesson_link(out, "", &all[k], "");
    else lesson_escape(out, name.at, name.n, true);
}

void lesson_afters(FILE *out, const lesson *l, const lesson *all, int count)
{
    for (int i = 0; i < l->afters; i++)
        fputs(i ? ", " : "after ", out), lesson_named(out, l->after[i], all, count);
}

/* ---- the foot ---- */

/* What a site has about the lesson's calls and graph, and its questions on paper. */
static void put_calls(FILE *out, const lesson *l)
{
    lesson_calls calls;
    lesson_find_calls(l, &calls);
    fputs(calls.count ? "<p>Calls: " : "", out);
    for (int i = 0; i < calls.count; i++)
        fprintf(out, "%s<a href=\"ops.html#%s\"><code>%s</code></a>", i ? ", " : "", calls.name[i],
                calls.name[i]);
    fputs(calls.count ? ".</p>\n" : "", out);
    fprintf(out, "<p><a href=\"print.html#%s\">Its questions on paper</a>", l->name);
    if (l->graph.n)
        fprintf(out, " · <a href=\"%s-graph.html\">Step through its graph</a>, forward and back", l->name);
    fputs("</p>\n", out);
}

void lesson_licence(FILE *out, bool in_site)
{
    fputs("<p>Wengert, a course in deep learning, version " WG_VERSION
          ". Texts and pictures: <a rel=\"license\" "
          "href=\"" LICENCE "\">CC BY 4.0</a>, programs: MIT.",
          out);
    fputs(in_site
              ? " <a href=\"about.html#how-to-cite\">How to cite</a> · <a href=\"about.html#accessibility\">"
                "Accessibility</a></p>\n"
              : "</p>\n",
          out);
}

void lesson_foot(FILE *out, const lesson *l, const lesson_place *site)
{
    fprintf(out,
            l->folder
                ? "<footer><p>Change a line of %s.md and run it: <code>wengert lesson ./%s.md</code></p>\n"
                : "<footer><p>Change a line and run it: <code>wengert lesson %s --source</code> prints "
                  "this lesson's file.</p>\n",
            l->name, l->name);
    if (site) put_calls(out, l), fputs("<p>", out);
    if (site && site->at > 0) lesson_link(out, "← ", &site->all[site->at - 1], ""), fputs(" ", out);
    if (site && site->at + 1 < site->count) lesson_link(out, "", &site->all[site->at + 1], " →");
    fputs(site ? "</p>\n" : "", out);
    if (!l->folder) lesson_licence(out, site);
    fputs("</footer>\n</main>\n", out);
}

/* ---- files that pages share ---- */

void lesson_script(FILE *out, bool slider)
{
    fputs("<script>\n", out), put_lines(out, page_js);
    if (slider) put_lines(out, page_slide);
    fputs("</script>\n", out);
}

static bool save_shared(lesson *l, const char *folder, const char *name, const char *const *const parts[])
{
    char path[4200], *text = NULL;
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
    for (int i = 0; parts[i]; i++) put_lines(out, parts[i]);
    if (!tool_text_end(out, &text)) return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const bool fine = lesson_save(l, path, text, size);
    free(text);
    return fine;
}

bool lesson_shared(lesson *l, const char *folder)
{
    static const char *const *const styles[] = { page_css, page_site_css, NULL }, *const *const scripts[] = {
        page_js, page_slide, page_site_js, NULL
    };
    return save_shared(l, folder, "lesson.css", styles) && save_shared(l, folder, "lesson.js", scripts);
}

void lesson_index_start(FILE *out) { put_lines(out, index_html); }

void lesson_about(FILE *out)
{
    for (int i = 0; about_html[i]; i++) {
        const char *s = about_html[i], *version;
        for (; (version = strstr(s, "VERSION")); s = version + strlen("VERSION"))
            fprintf(out, "%.*s" WG_VERSION, (int)(version - s), s);
        fputs(s, out);
    }
}
