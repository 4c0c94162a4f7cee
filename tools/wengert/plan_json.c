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

static const json_row op_rows[] = { JSON_ROW(wg_plan_op, op), JSON_ROW(wg_plan_op, name),
                                    JSON_AS("gradient", wg_plan_op, derived), JSON_ROW(wg_plan_op, shape) };
static const json_row work_rows[] = { JSON_ROW(wg_plan_step, read_bytes), JSON_ROW(wg_plan_step, write_bytes),
                                      JSON_ROW(wg_plan_step, flops), JSON_ROW(wg_plan_step, seconds) };
static const json_row buffer_rows[] = { JSON_ROW(wg_plan_buffer, offset), JSON_ROW(wg_plan_buffer, bytes),
                                        JSON_ROW(wg_plan_buffer, first), JSON_ROW(wg_plan_buffer, last) };

static void indices(json *j, const char *key, const int *list, int n)
{
    json_array(j, key);
    for (int i = 0; i < n; i++) json_whole(j, NULL, list[i]);
    json_end(j);
}

static void step(json *j, const wg_plan *p, const wg_plan_step *s, const wg_limits *l)
{
    wgx_bound b = wgx_plan_bound(s, l);
    json_object(j, NULL);
    json_array(j, "ops");
    for (int i = s->first_op; i < s->first_op + s->ops; i++) json_record(j, NULL, op_rows, &p->op[i]);
    json_end(j);
    json_whole(j, "tile", s->tile);
    json_whole(j, "tiles", s->tiles);
    json_whole(j, "threads", s->chunks < p->threads ? s->chunks : p->threads);
    indices(j, "reads", s->read, s->reads);
    indices(j, "writes", s->write, s->writes);
    json_members(j, work_rows, s);
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
    json_members(j, buffer_rows, b);
    json_end(j);
}

void plan_json(const wg_plan *p, const wg_limits *l)
{
    json j = json_start(stdout);
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
