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

static bool finish(lesson *l, FILE *out, char **text, const size_t *size, const char *folder,
                   const char *name)
{
    char path[4200];
    fputs("<footer>", out), lesson_licence(out, true), fputs("</footer>\n</main>\n</body>\n</html>\n", out);
    if (!tool_text_end(out, text)) return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const bool fine = lesson_save(l, path, *text, *size);
    free(*text);
    return fine;
}

/* ---- search ---- */

static void put_section(json *j, const char *page, const char *place, const char *heading, const char *of,
                        const char *text)
{
    char address[300];
    snprintf(address, sizeof address, "%s.html%s%s", page, *place ? "#" : "", place);
    json_object(j, NULL);
    json_text(j, "page", address), json_text(j, "heading", heading);
    json_text(j, "lesson", of), json_text(j, "text", text), json_end(j);
}

/* What a part says, without the answers. */
static bool put_words(lesson *l, const lesson_part *p, FILE *out)
{
    const bool figure = p->kind == PART_PLOT || p->kind == PART_DRAW;
    span s = { NULL, 0 };
    if (p->kind == PART_TEXT || p->kind == PART_RULE) s = lesson_lines(l, p->line, p->lines);
    if (p->kind == PART_ASK) s = lesson_question(l, p);
    if (figure) s = lesson_title_of(l, p);
    if (!s.n) return true;
    const bool fine = lesson_text(l, p->program, s, out, false);
    fputs(" ", out);
    return fine;
}

/* The parts from `from` to the next heading, as a section. Returns the next heading. */
static int put_parts(lesson_site *s, lesson *l, int from)
{
    char place[LESSON_ADDRESS] = "", title[300], heading[300], *text = NULL;
    size_t size = 0;
    int i = from;
    bool fine = true;
    FILE *memory = tool_text_begin(&text, &size);
    const bool first = l->part[from].kind != PART_HEADING;
    const span line = lesson_line(l, l->part[from].line);
    snprintf(title, sizeof title, "%.*s", l->title.n, l->title.at);
    snprintf(heading, sizeof heading, "%.*s", first ? l->topic.n : line.n - 3,
             first ? l->topic.at : line.at + 3);
    if (!first) lesson_address(l, &l->part[from], place);
    for (; memory && i < l->parts && (i == from || l->part[i].kind != PART_HEADING) && fine; i++)
        fine = put_words(l, &l->part[i], memory);
    if (!memory || !tool_text_end(memory, &text))
        fine = false, l->status = tool_fail(l->a, EXIT_OTHER, "out of memory");
    if (fine) put_section(&s->search, l->name, place, heading, title, text);
    free(text);
    return fine ? i : -1;
}

static bool add_to_search(lesson_site *s, lesson *l)
{
    for (int i = 0; i < l->parts && i >= 0;)
        if ((i = put_parts(s, l, i)) < 0) return false;
    return true;
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
        char id[LESSON_ADDRESS];
        lesson_slug(row[i].name, id);
        fprintf(out, *id && strlen(id) > 2 ? "<dt id=\"%s\">" : "<dt>", id);
        lesson_escape(out, row[i].name.at, row[i].name.n, true), fputs("</dt><dd>", out);
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
    lesson_site_head(out, "The words of the field");
    put_symbols(out, row, rows, s->l, s->n);
    for (int i = 0; i < rows; i++) {
        char place[LESSON_ADDRESS], name[200], meaning[600];
        lesson_slug(row[i].name, place);
        snprintf(name, sizeof name, "%.*s", row[i].name.n, row[i].name.at);
        snprintf(meaning, sizeof meaning, "%.*s", row[i].meaning.n, row[i].meaning.at);
        put_section(&s->search, "glossary", place, name, "", meaning);
    }
    return finish(s->l, out, &text, &size, s->folder, "glossary.html");
}

/* ---- the course's own page ---- */

/* The words of a text. */
static int words_in(span s)
{
    int n = 0;
    for (int i = 0; i < s.n; i++)
        n += strchr(" \n", s.at[i]) && (i + 1 == s.n || !strchr(" \n", s.at[i + 1]));
    return n + (s.n > 0);
}

/* One for 100 words, four for a question, three for a picture, ten for an exercise; in fives. */
static int minutes_of(const lesson *l)
{
    int words = 0, minutes = 10;
    for (const lesson_part *p = l->part; p < l->part + l->parts; p++) {
        if (p->kind == PART_TEXT || p->kind == PART_RULE)
            words += words_in(lesson_lines(l, p->line, p->lines));
        if (p->kind == PART_ASK) words += words_in(lesson_question(l, p)) + words_in(p->then), minutes += 4;
        if (p->kind == PART_PLOT || p->kind == PART_DRAW) minutes += 3;
    }
    return (minutes + words / 100 + 2) / 5 * 5;
}

static void put_item(FILE *out, const lesson *l, const lesson_site *s)
{
    int asks = 0;
    for (int i = 0; i < l->parts; i++) asks += l->part[i].kind == PART_ASK;
    fprintf(out, "<li value=\"%d\" id=\"%s\" data-asks=\"%d\"><a href=\"%s.html\">", l->number, l->name, asks,
            l->name);
    if (l->topic.n) { fputs("<b>", out), lesson_topic(out, l), fputs("</b> ", out); }
    lesson_escape(out, l->title.at, l->title.n, true);
    fprintf(out, "</a><small>about %d minutes", minutes_of(l));
    if (l->afters) fputs(", ", out), lesson_afters(out, l, s->l, s->n);
    fputs(" <span class=\"done\"></span></small></li>\n", out);
}

static bool write_index(lesson_site *s)
{
    FILE *out;
    char *text;
    size_t size;
    symbol row[SYMBOLS];
    if (!begin(&out, &text, &size, s->l)) return false;
    lesson_site_head(out, NULL);
    lesson_index_start(out);
    lesson_map(out, s->l, s->n);
    fputs("<ol class=\"index\">\n", out);
    for (int i = 0; i < s->n; i++) put_item(out, &s->l[i], s);
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

static bool write_about(lesson_site *s)
{
    FILE *out;
    char *text;
    size_t size;
    if (!begin(&out, &text, &size, s->l)) return false;
    lesson_site_head(out, "About the course");
    lesson_about(out);
    return finish(s->l, out, &text, &size, s->folder, "about.html");
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
    lesson_site_head(out, "All calls of the programs");
    for (int k = 0; k < all.count; k++) {
        const char *name = all.name[k];
        bool first = true;
        fprintf(out, "<section id=\"%s\"><h2><code>%s</code></h2>\n", name, name);
        ops_html(out, s->l->c, name);
        put_header(s, out, name);
        put_section(&s->search, "ops", name, name, "a call of the programs", "");
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
    if (!begin(&s->sections, &s->found, &s->found_size, s->l)) return false;
    fputs("courseSections = ", s->sections);
    s->search = json_start(s->sections);
    json_array(&s->search, "sections");
    for (int i = 0; i < 1 + s->answers; i++) {
        if (!begin(&s->sheet[i], &s->text[i], &s->size[i], s->l)) return false;
        lesson_site_head(s->sheet[i],
                         i ? "Questions and exercises, with answers" : "Questions and exercises");
    }
    return true;
}

bool lesson_site_add(lesson_site *s, int i)
{
    char path[4200];
    if (!add_to_search(s, &s->l[i])) return false;
    for (int k = 0; k < 1 + s->answers; k++) {
        const lesson_sheet_opts o = { .html = true, .answers = k, .solutions = lesson_solutions };
        if (!lesson_sheet(&s->l[i], s->sheet[k], &o)) return false;
    }
    snprintf(path, sizeof path, "%s/%s-graph.html", s->folder, s->l[i].name);
    return !s->l[i].graph.n || lesson_stepper(&s->l[i], path);
}

/* A file that is no page. */
static bool save_text(lesson_site *s, FILE *out, char **text, const size_t *size, const char *name, bool fine)
{
    char path[4200];
    if (!out) return fine;
    if (!tool_text_end(out, text))
        return s->l->status = tool_fail(s->l->a, EXIT_OTHER, "out of memory"), false;
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    fine = fine && lesson_save(s->l, path, *text, *size);
    free(*text);
    return fine;
}

static bool write_manifest(lesson_site *s)
{
    FILE *out;
    char *text;
    size_t size;
    if (!begin(&out, &text, &size, s->l)) return false;
    lesson_manifest(out, s);
    return save_text(s, out, &text, &size, "imsmanifest.xml", true);
}

bool lesson_site_end(lesson_site *s, bool fine)
{
    static const char *const names[] = { "print.html", "answers.html" };
    fine = fine && write_index(s) && write_about(s) && write_words(s) && write_calls(s) &&
           lesson_shared(s->l, s->folder);
    for (int i = 0; i < 2 && s->sheet[i]; i++)
        if (fine) fine = finish(s->l, s->sheet[i], &s->text[i], &s->size[i], s->folder, names[i]);
        else fclose(s->sheet[i]), free(s->text[i]);
    if (s->sections) json_finish(&s->search);
    fine = save_text(s, s->sections, &s->found, &s->found_size, "search.js", fine);
    return fine && write_manifest(s); /* it looks which files are there */
}
