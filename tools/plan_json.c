/* plan_json.c: writes a plan and the limits of the machine as JSON. */
#include "tool.h"

static void number(json *j, const char *key, double v) { json_number(j, key, v, WG_F64); }

static void limits(json *j, const wg_limits *l)
{
    json_object(j, "machine");
    number(j, "f32_flops_per_second", l->f32);
    number(j, "f64_flops_per_second", l->f64);
    json_array(j, "memory");
    for (int i = 0; i < WG_LEVELS; i++) {
        json_object(j, NULL);
        json_whole(j, "bytes", (long long)l->bytes[i]);
        number(j, "bytes_per_second", l->bandwidth[i]);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void ops(json *j, const wg_plan *p, const wg_plan_step *s)
{
    json_array(j, "ops");
    for (int i = s->first_op; i < s->first_op + s->ops; i++) {
        json_object(j, NULL);
        json_text(j, "op", p->op[i].op);
        json_text(j, "name", p->op[i].name);
        json_bool(j, "gradient", p->op[i].derived);
        json_shape(j, "shape", p->op[i].shape);
        json_end(j);
    }
    json_end(j);
}

static void indices(json *j, const char *key, const int *list, int n)
{
    json_array(j, key);
    for (int i = 0; i < n; i++) json_whole(j, NULL, list[i]);
    json_end(j);
}

static void step(json *j, const wg_plan *p, const wg_plan_step *s, const wg_limits *l)
{
    wg_bound b = wg_plan_bound(s, l);
    json_object(j, NULL);
    ops(j, p, s);
    json_whole(j, "tile", s->tile);
    json_whole(j, "tiles", s->tiles);
    json_whole(j, "threads", s->chunks < p->threads ? s->chunks : p->threads);
    indices(j, "reads", s->read, s->reads);
    indices(j, "writes", s->write, s->writes);
    number(j, "read_bytes", s->read_bytes);
    number(j, "write_bytes", s->write_bytes);
    number(j, "flops", s->flops);
    number(j, "seconds", s->seconds);
    number(j, "bound_seconds", b.seconds);
    json_text(j, "bound_by", b.by_memory ? "memory" : "products");
    json_end(j);
}

static void buffer(json *j, const wg_plan *p, const wg_plan_buffer *b)
{
    static const char *const places[] = { "input", "parameter", "number", "workspace", "result", "gradient" };
    json_object(j, NULL);
    json_text(j, "name", b->name);
    json_text(j, "where", places[b->where]);
    json_whole(j, "offset", (long long)b->offset);
    json_whole(j, "bytes", (long long)b->bytes);
    json_whole(j, "first", b->first);
    json_whole(j, "last", b->last);
    json_end(j);
}

void plan_json(const wg_plan *p, const wg_limits *l)
{
    json j;
    json_start(&j, stdout);
    json_whole(&j, "threads", p->threads);
    number(&j, "seconds", p->seconds);
    json_whole(&j, "workspace", (long long)p->workspace);
    json_whole(&j, "results", (long long)p->results);
    json_whole(&j, "gradients", (long long)p->gradients);
    limits(&j, l);
    json_array(&j, "steps");
    for (int i = 0; i < p->steps; i++) step(&j, p, &p->step[i], l);
    json_end(&j);
    json_array(&j, "buffers");
    for (int i = 0; i < p->buffers; i++) buffer(&j, p, &p->buffer[i]);
    json_finish(&j);
}
