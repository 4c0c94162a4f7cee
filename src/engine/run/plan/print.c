/* print.c: a plan as lines of text, for WG_TRACE=plan and for a debugger: `call wgi_plan_print(p)`. */
#include "run/plan/plan.h"

#include <stdio.h>

static const char *where_of(const wgi_plan *p, uint32_t buffer, char *text, size_t size)
{
    static const char *const names[] = { "leaf",   "held",     "number",    "work",
                                         "result", "gradient", "direction", "part of" };
    const wgi_buffer *b = &p->buffer[buffer];
    bool placed = b->where == WGI_WORK || b->where == WGI_OUT;
    if (b->where == WGI_CONST) snprintf(text, size, "b%u number", buffer);
    else snprintf(text, size, "b%u %s %zu", buffer, names[b->where], placed ? b->offset : (size_t)b->node);
    return text;
}

static void print_kernel(const wgi_plan *p, const wgi_plan_step *s, int i)
{
    char line[400], where[60];
    int n = snprintf(line, sizeof line, "%s", s->of->op ? s->of->op->name : "?");
    for (int k = 0; k < s->of->operands && n < (int)sizeof line; k++)
        n += snprintf(line + n, sizeof line - (size_t)n, "%s %s", k ? "," : "",
                      where_of(p, s->x[k], where, sizeof where));
    for (int k = 0; k < s->of->outputs && n < (int)sizeof line; k++)
        n += snprintf(line + n, sizeof line - (size_t)n, " -> %s", where_of(p, s->y[k], where, sizeof where));
    wgi_say(p->c, "plan %llu:   step %d, phase %d, %d chunks: %s", (unsigned long long)p->serial, i, s->phase,
            s->chunks, line);
}

static void print_tiles(const wgi_plan *p, const wgi_plan_step *s, int i)
{
    char line[400];
    int n = 0;
    line[0] = 0;
    for (int j = 0; j < s->tiles->instrs && n < (int)sizeof line; j++)
        n += snprintf(line + n, sizeof line - (size_t)n, " %s", s->tiles->instr[j].of->op->name);
    wgi_say(p->c, "plan %llu:   step %d, %d chunks: tiles over %lld elements:%s",
            (unsigned long long)p->serial, i, s->chunks, (long long)s->tiles->size, line);
}

static void print_rows(const wgi_plan *p, const wgi_plan_step *s, int i)
{
    const wgi_rows *r = s->rows;
    char line[400];
    int n = 0;
    line[0] = 0;
    for (int k = 0; k < r->parts; k++) {
        const wgi_program *t = r->part[k].tiles;
        for (int j = 0; j < (t ? t->instrs : 1) && n < (int)sizeof line; j++)
            n += snprintf(line + n, sizeof line - (size_t)n, "%s %s",
                          j   ? ""
                          : k ? " |"
                              : "",
                          (t ? t->instr[j].of->op : r->part[k].of->op)->name);
    }
    wgi_say(p->c, "plan %llu:   step %d, %d chunks: %lld rows, %lld at a time in %zu bytes:%s",
            (unsigned long long)p->serial, i, s->chunks, (long long)r->rows, (long long)r->block, r->bytes,
            line);
}

void wgi_plan_print(const wgi_plan *p)
{
    wgi_say(p->c, "plan %llu: %d steps over %u buffers, %zu bytes of work, %zu of results%s",
            (unsigned long long)p->serial, p->steps, p->buffers, p->work, p->out, p->bound ? ", bound" : "");
    for (int i = 0; i < p->steps; i++) {
        const wgi_plan_step *s = &p->step[i];
        if (s->guard != NO_BUFFER)
            wgi_say(p->c, "plan %llu:   where b%u is true:", (unsigned long long)p->serial, s->guard);
        (s->rows ? print_rows : s->tiles ? print_tiles : print_kernel)(p, s, i);
    }
}
