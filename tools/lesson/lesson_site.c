/* lesson_site.c: what a site has beside the pages of its lessons: the map and list of them, the calls that
 * they make, the stepper of each one's graph, and the questions on paper. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lesson.h"

/* ---- calls ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

/* Whether the n bytes at `name` are a function of the lesson's own: NAME(...) = behind the start of a
 * statement. */
static bool is_own(const lesson *l, const char *name, size_t n)
{
    for (const char *s = l->source; (s = strstr(s, "(")); s++) {
        if (s - l->source < (long)n || memcmp(s - n, name, n) != 0) continue;
        if ((s - n > l->source && strchr(letters, s[-(long)n - 1])) || s[1] == ')') continue;
        const char *close = s + strcspn(s, ")\n");
        if (*close == ')' && !strncmp(close, ") = ", 4)) return true;
    }
    return false;
}

static bool is_noted(lesson_calls *to, const char *name, size_t n)
{
    for (int i = 0; i < to->count; i++)
        if (strlen(to->name[i]) == n && !memcmp(to->name[i], name, n)) return true;
    return false;
}

static void note_call(lesson_calls *to, const char *name, size_t n)
{
    if (to->count == LESSON_CALLS || n >= sizeof to->name[0] || is_noted(to, name, n)) return;
    snprintf(to->name[to->count], sizeof to->name[0], "%.*s", (int)n, name);
    if (ops_knows(to->name[to->count])) to->count++;
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

void lesson_find_calls(const lesson *l, lesson_calls *to)
{
    to->count = 0;
    for (int i = 0; i < l->parts; i++) {
        const lesson_part *p = &l->part[i];
        for (int k = p->line; p->kind == PART_PROGRAM && k < p->line + p->lines; k++) {
            const span line = lesson_line(l, k);
            const char *comment = memchr(line.at, '#', (size_t)line.n),
                       *end = comment ? comment : line.at + line.n;
            for (const char *s = line.at; s < end; s++) {
                const size_t n = strspn(s, letters);
                if (*s == '@') note_call(to, "matmul", 6);
                if (n && s + n < end && s[n] == '(' && !is_own(l, s, n)) note_call(to, s, n);
                if (n) s += n - 1;
            }
        }
    }
    qsort(to->name, (size_t)to->count, sizeof to->name[0], by_name);
}

/* ---- pages ---- */

static bool begin(FILE **out, char **text, size_t *size, lesson *l)
{
    *out = tool_text_begin(text, size);
    if (!*out) l->status = tool_fail(l->a, EXIT_OTHER, "out of memory");
    return *out;
}

static void put_head(FILE *out, const char *title)
{
    lesson_head(out, title, (int)strlen(title), false);
    fprintf(out, "<nav><a href=\"index.html\">The course</a></nav>\n<h1>%s</h1>\n", title);
}

static bool finish(lesson *l, FILE *out, char **text, const size_t *size, const char *folder,
                   const char *name)
{
    char path[4200];
    fputs("</main>\n</body>\n</html>\n", out);
    if (!tool_text_end(out, text)) return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const bool fine = lesson_save(l, path, *text, *size);
    free(*text);
    return fine;
}

/* ---- symbols and words ---- */

/* A line SYMBOL | LESSON | MEANING of lessons/symbols.txt. */
typedef struct symbol {
    span name, lesson, meaning;
} symbol;
enum { SYMBOLS = 400 };

/* The rows that are words of the field, or those that are not. How many. */
static int symbols_of(const char *line, bool words, symbol to[SYMBOLS])
{
    int n = 0;
    for (const char *end; n < SYMBOLS && (end = strchr(line, '\n')); line = end + 1) {
        const char *name = strstr(line, " | "),
                   *meaning = name && name < end ? strstr(name + 3, " | ") : NULL;
        if (!meaning || meaning > end) continue;
        const bool word =
            (strspn(line, letters) >= 3 && line[1] != '_') || memchr(line, ' ', (size_t)(name - line));
        if (word != words) continue;
        to[n++] = (symbol){ { line, (int)(name - line) },
                            { name + 3, (int)(meaning - name) - 3 },
                            { meaning + 3, (int)(end - meaning) - 3 } };
    }
    return n;
}

static int by_letters(const void *a, const void *b)
{
    const symbol *x = a, *y = b;
    const int n = x->name.n < y->name.n ? x->name.n : y->name.n,
              order = strncasecmp(x->name.at, y->name.at, (size_t)n);
    return order ? order : x->name.n - y->name.n;
}

/* The names, what they mean, and the lessons that say so. */
static void put_symbols(FILE *out, const symbol row[], int rows, const lesson *l, int n)
{
    fputs("<dl>\n", out);
    for (int i = 0; i < rows; i++) {
        fputs("<dt>", out), lesson_escape(out, row[i].name.at, row[i].name.n, true), fputs("</dt><dd>", out);
        lesson_escape(out, row[i].meaning.at, row[i].meaning.n, true), fputs(" <small>", out);
        lesson_named(out, row[i].lesson, l, n), fputs("</small></dd>\n", out);
    }
    fputs("</dl>\n", out);
}

static bool write_words(lesson_site *s)
{
    FILE *out;
    char *text;
    size_t size;
    symbol row[SYMBOLS];
    const int rows = symbols_of(lesson_symbols, true, row);
    if (!begin(&out, &text, &size, s->l)) return false;
    qsort(row, (size_t)rows, sizeof *row, by_letters);
    put_head(out, "The words of the field");
    put_symbols(out, row, rows, s->l, s->n);
    return finish(s->l, out, &text, &size, s->folder, "glossary.html");
}

static bool write_index(lesson_site *s)
{
    static const char title[] = "A course in deep learning";
    FILE *out;
    char *text;
    size_t size;
    symbol row[SYMBOLS];
    if (!begin(&out, &text, &size, s->l)) return false;
    lesson_head(out, title, (int)strlen(title), false);
    fprintf(out,
            "<h1>%s</h1>\n<p>Each lesson asks you to predict a number, then computes it. Change a line, and "
            "see what "
            "follows.</p>\n",
            title);
    lesson_map(out, s->l, s->n);
    fputs("<ol class=\"index\">\n", out);
    for (int i = 0; i < s->n; i++) {
        fprintf(out, "<li value=\"%d\">", s->l[i].number), lesson_link(out, "", &s->l[i], "");
        if (s->l[i].afters) fputs("<small>", out), lesson_afters(out, &s->l[i], s->l, s->n);
        fputs(s->l[i].afters ? "</small></li>\n" : "</li>\n", out);
    }
    const bool edit = args_has(s->l->a, "edit");
    fputs(edit ? "</ol>\n<p><a href=\"play.html\">The playground: write a program, see what follows, train "
                 "it</a></p>\n<p>"
               : "</ol>\n<p>",
          out);
    fputs("<a href=\"print.html\">All questions and exercises, to print</a>", out);
    fputs(s->answers ? " · <a href=\"answers.html\">with answers</a>" : "", out);
    fputs(" · <a href=\"glossary.html\">The words of the field</a> · <a href=\"ops.html\">All calls of the "
          "programs</a></p>\n<h2>Symbols</h2>\n",
          out);
    put_symbols(out, row, symbols_of(lesson_symbols, false, row), s->l, s->n);
    return finish(s->l, out, &text, &size, s->folder, "index.html");
}

/* The header that declares wg_NAME, in lines NAME HEADER; 0: there is none. */
static int header_of(const char *headers, const char *name, const char **header)
{
    const size_t n = strlen(name);
    for (const char *s = headers; *s; s += strcspn(s, "\n"), s += *s != 0)
        if (!strncmp(s, name, n) && s[n] == ' ') return *header = s + n + 1, (int)strcspn(*header, "\n");
    return 0;
}

/* Where a call stands in C. The site has the headers only where somebody has put them beside it. */
static void put_header(const lesson_site *s, FILE *out, const char *name)
{
    const char *header;
    char path[4200];
    const int n = header_of(lesson_headers, name, &header);
    if (!n) return;
    snprintf(path, sizeof path, "%s/include/%.*s", s->folder, n, header);
    const bool is = access(path, R_OK) == 0;
    fprintf(out, "<p>In C: <code>wg_%s</code>, declared in ", name);
    if (is) fprintf(out, "<a href=\"include/%.*s\">%.*s</a></p>\n", n, header, n, header);
    else fprintf(out, "<code>wengert/%.*s</code></p>\n", n, header);
}

static bool write_calls(lesson_site *s)
{
    FILE *out;
    char *text;
    size_t size;
    lesson_calls all = { 0 }, *own = calloc((size_t)s->n, sizeof *own);
    if (!own || !begin(&out, &text, &size, s->l)) return free(own), false;
    for (int i = 0; i < s->n; i++) {
        lesson_find_calls(&s->l[i], &own[i]);
        for (int k = 0; k < own[i].count; k++) note_call(&all, own[i].name[k], strlen(own[i].name[k]));
    }
    qsort(all.name, (size_t)all.count, sizeof all.name[0], by_name);
    put_head(out, "All calls of the programs");
    for (int k = 0; k < all.count; k++) {
        const char *name = all.name[k];
        bool first = true;
        fprintf(out, "<section id=\"%s\"><h2><code>%s</code></h2>\n", name, name);
        ops_html(out, s->l->c, name);
        put_header(s, out, name);
        fputs("<p><small>in ", out);
        for (int i = 0; i < s->n; i++)
            if (is_noted(&own[i], name, strlen(name)))
                fputs(first ? "" : ", ", out), lesson_link(out, "", &s->l[i], ""), first = false;
        fputs("</small></p></section>\n", out);
    }
    free(own);
    return finish(s->l, out, &text, &size, s->folder, "ops.html");
}

/* ---- the site ---- */

bool lesson_site_begin(lesson_site *s)
{
    for (int i = 0; i < 1 + s->answers; i++) {
        if (!begin(&s->sheet[i], &s->text[i], &s->size[i], s->l)) return false;
        put_head(s->sheet[i], i ? "Questions and exercises, with answers" : "Questions and exercises");
    }
    return true;
}

bool lesson_site_add(lesson_site *s, int i)
{
    char path[4200];
    for (int k = 0; k < 1 + s->answers; k++) {
        const lesson_sheet_opts o = { .html = true, .answers = k, .solutions = lesson_solutions };
        if (!lesson_sheet(&s->l[i], s->sheet[k], &o)) return false;
    }
    snprintf(path, sizeof path, "%s/%s-graph.html", s->folder, s->l[i].name);
    return !s->l[i].graph.n || lesson_stepper(&s->l[i], path);
}

bool lesson_site_end(lesson_site *s, bool fine)
{
    static const char *const names[] = { "print.html", "answers.html" };
    fine = fine && write_index(s) && write_words(s) && write_calls(s) && lesson_shared(s->l, s->folder);
    for (int i = 0; i < 2 && s->sheet[i]; i++)
        if (fine) fine = finish(s->l, s->sheet[i], &s->text[i], &s->size[i], s->folder, names[i]);
        else fclose(s->sheet[i]), free(s->text[i]);
    return fine;
}
