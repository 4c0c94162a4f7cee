/* lesson_parts.c: each line of a lesson with what it is, for scripts that look at lessons. */
#include <string.h>

#include "lesson.h"

/* The text without its {values} and its `code`: in their place stand {} and ``. */
static void put_prose(span s)
{
    const char *from = s.at, *stop = s.at + s.n;
    while (from < stop) {
        span x;
        int digits;
        const char *end = stop, *value = lesson_value_in(s, from, &x, &digits, &end);
        bool code = false;
        for (const char *c = from; c < (value ? value : stop); c++) {
            if (*c == '`' || !code) putchar(*c);
            code ^= *c == '`';
        }
        if (value) fputs("{}", stdout);
        from = end;
    }
}

/* A row for each line of s: FILE, LINE, KIND, TEXT. s may begin within a line. */
static void put_rows(const lesson *l, const char *kind, span s, bool prose)
{
    for (const char *at = s.at, *stop = s.at + s.n; s.at && at < stop;) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        const span line = span_trim((span){ at, (int)((end ? end : stop) - at) });
        printf("%s\t%d\t%s\t", l->file, lesson_line_of(l, at), kind);
        if (prose) put_prose(line);
        else printf("%.*s", line.n, line.at);
        putchar('\n');
        at = end ? end + 1 : stop;
    }
}

static void put_question(const lesson *l, const lesson_part *p)
{
    span guess, text;
    put_rows(l, "ask", lesson_question(l, p), true);
    put_rows(l, "answer", p->answer, false);
    put_rows(l, "hint", p->hint, true);
    for (int i = 0; lesson_mistake(l, p, i, &guess, &text); i++) put_rows(l, "wrong", text, true);
    put_rows(l, "then", p->then, true);
}

static void put_exercise(const lesson *l, const lesson_part *p, int i)
{
    span what, claim;
    lesson_try_of(lesson_line(l, i), &what, &claim);
    put_rows(l, "try", what, false);
    put_rows(l, "claim", claim, false);
    if (what.n) put_rows(l, "said", lesson_then_of(l, p, i), true);
}

void lesson_put_parts(const lesson *l)
{
    static const char *const kinds[] = {
        [PART_TEXT] = "text", [PART_HEADING] = "heading", [PART_PROGRAM] = "wg",  [PART_CHECK] = "check",
        [PART_PLOT] = "plot", [PART_DRAW] = "draw",       [PART_SLIDE] = "slide", [PART_RULE] = "rule"
    };
    put_rows(l, "title", l->title, true);
    put_rows(l, "topic", l->topic, true);
    for (int i = 0; i < l->afters; i++) put_rows(l, "after", l->after[i], false);
    put_rows(l, "graph", l->graph, false);
    for (int i = 0; i < l->parts; i++) {
        const lesson_part *p = &l->part[i];
        if (p->kind == PART_ASK) put_question(l, p);
        else if (p->kind != PART_TRY)
            put_rows(l, kinds[p->kind], lesson_lines(l, p->line, p->lines),
                     p->kind <= PART_HEADING || p->kind == PART_RULE);
        for (int k = p->line; p->kind == PART_TRY && k < p->line + p->lines; k++) put_exercise(l, p, k);
    }
    printf("%s\t1\tnumber\t%d\n", l->file, l->number);
}
