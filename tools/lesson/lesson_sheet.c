/* lesson_sheet.c: the questions and exercises of a lesson without the rest, for paper; or with their answers,
 * for who teaches. */
#include <string.h>

#include "lesson.h"

typedef struct sheet {
    lesson *l;
    FILE *out;
    const lesson_sheet_opts *o;
} sheet;

/* The text, between tags, or below a word of the terminal. */
static bool put_text(const sheet *k, int program, const char *open, span s, const char *close)
{
    if (k->o->html) {
        fputs(open, k->out);
        const bool fine = lesson_text(k->l, program, s, k->out, true);
        fputs(close, k->out);
        return fine;
    }
    fputs(open, k->out);
    return lesson_wrapped(k->l, program, k->out, text_columns(open), s);
}

static bool put_mistakes(const sheet *k, const lesson_part *p)
{
    char number[100], open[200];
    const bool html = k->o->html;
    span text;
    double v;
    int n = 0;
    for (; lesson_guess(k->l, p, n, &v, number, &text); n++) {
        fputs(html && !n ? "<ul>" : "", k->out);
        snprintf(open, sizeof open, html ? "<li><b>%s</b>: " : "      %s: ", number);
        if (!put_text(k, p->program, open, text, "</li>")) return false;
    }
    fputs(n && html ? "</ul>" : "", k->out);
    return !k->l->status;
}

static bool put_ask(const sheet *k, const lesson_part *p, int number)
{
    char open[600], value[400];
    const bool html = k->o->html;
    wg_tensor answer;
    snprintf(open, sizeof open, html ? "<li><p>" : "\n  %d. ", number);
    if (!put_text(k, p->program, open, lesson_question(k->l, p), "</p>")) return false;
    if (!k->o->answers) return fputs(html ? "<p class=\"blank\"></p></li>\n" : "", k->out), true;
    if (!lesson_value(k->l, p->program, p->answer.at, &answer)) return false;
    lesson_say(&answer, 0, value, sizeof value);
    snprintf(open, sizeof open, html ? "<p><b>%s</b>. " : "     %s. ", value);
    if (!put_text(k, p->program, open, p->then, "</p>") || !put_mistakes(k, p)) return false;
    fputs(html ? "</li>\n" : "", k->out);
    return true;
}

/* What solves exercise n: the lines NAME N | TEXT | OTHER TEXT. */
static void put_solution(const sheet *k, int n)
{
    char row[120];
    const bool html = k->o->html;
    const size_t head = (size_t)snprintf(row, sizeof row, "%s %d | ", k->l->name, n);
    for (const char *s = k->o->solutions, *end; s && *s; s = end + (*end != 0)) {
        end = s + strcspn(s, "\n");
        const char *other = strncmp(s, row, head) ? NULL : strstr(s + head, " | ");
        if (!other || other > end) continue;
        fputs(html ? "<p><code>" : "     ", k->out);
        lesson_escape(k->out, s + head, (int)(other - s - (long)head), html);
        fputs(html ? "</code> → <code>" : "  →  ", k->out);
        lesson_escape(k->out, other + 3, (int)(end - other) - 3, html);
        fputs(html ? "</code></p>" : "\n", k->out);
    }
}

static bool put_tries(const sheet *k, const lesson_part *p, int *n)
{
    char open[40];
    const bool html = k->o->html;
    span what, claim;
    for (int i = p->line; i < p->line + p->lines; i++) {
        lesson_try_of(lesson_line(k->l, i), &what, &claim);
        if (!what.n) continue;
        if (!(*n)++) fputs(html ? "</ol>\n<h3>Change a line</h3>\n<ol>" : "\n  Change a line\n", k->out);
        snprintf(open, sizeof open, html ? "<li>" : "\n  %d. ", *n);
        if (!put_text(k, p->program, open, what, "")) return false;
        const span then = lesson_then_of(k->l, p, i);
        if (k->o->answers) put_solution(k, *n);
        if (k->o->answers && then.n && !put_text(k, p->program, html ? "<p>" : "     ", then, "</p>"))
            return false;
        fputs(html ? "</li>\n" : "", k->out);
    }
    return true;
}

bool lesson_sheet(lesson *l, FILE *out, const lesson_sheet_opts *o)
{
    const sheet k = { l, out, o };
    int asks = 0, tries = 0;
    if (o->html) {
        fprintf(out, "<section class=\"sheet\" id=\"%s\"><h2>%d. ", l->name, l->number);
        if (!lesson_text(l, 0, l->title, out, true)) return false;
        fputs("</h2>\n<ol>", out);
    } else fprintf(out, "%.*s\n", l->title.n, l->title.at);
    for (int i = 0; i < l->parts; i++)
        if (l->part[i].kind == PART_ASK && !put_ask(&k, &l->part[i], ++asks)) return false;
    for (int i = 0; i < l->parts; i++)
        if (l->part[i].kind == PART_TRY && !put_tries(&k, &l->part[i], &tries)) return false;
    fputs(o->html ? "</ol></section>\n" : "", out);
    return true;
}
