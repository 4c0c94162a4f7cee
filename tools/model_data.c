/* model_data.c: --data, --map, --rows: rows of a data set as values of a program's inputs. A data set has the
 * columns x and y. Input NAME gets column NAME unless --map says otherwise. Which input got which column is
 * always printed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool.h"

typedef struct columns {
    wg_tensor x, y; /* y.data is NULL if there is no column y */
    int64_t rows;
    FILE *said; /* the text of which input got which column, printed at the end */
} columns;

/* Whether spec names this generator: "moons" or "moons:400". *rows: its number of rows, -1 if it is wrong. */
static bool generated(const char *spec, const char *name, long long *rows)
{
    size_t n = strlen(name);
    char *end;
    if (strncmp(spec, name, n) != 0 || (spec[n] && spec[n] != ':')) return false;
    *rows = spec[n] ? strtoll(spec + n + 1, &end, 10) : 400;
    if (spec[n] && (*end || end == spec + n + 1 || *rows < 1 || *rows > 10000000)) *rows = -1;
    return true;
}

static wg_data *open_data(model *m, const char *spec)
{
    static const struct {
        const char *name;
        wg_data *(*make)(wg_site here, wg_context *c, int64_t n);
    } generators[] = { { "flower", wg_data_flower_at },
                       { "moons", wg_data_moons_at },
                       { "xor", wg_data_xor_at } };
    struct stat about;
    long long rows;
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++)
        if (generated(spec, generators[i].name, &rows)) {
            if (rows > 0) return generators[i].make("", m->c, rows);
            model_fail(m, EXIT_FLAGS, "--data %s: not a number of rows", spec);
            return NULL;
        }
    if (!strcmp(spec, "digits")) return wg_data_digits_at("", m->c);
    if (!stat(spec, &about) && S_ISDIR(about.st_mode)) return wg_data_mnist_at("", m->c, spec, m->mode);
    model_fail(m, EXIT_FLAGS,
               "--data %s: no such data: digits, flower:N, moons:N, xor:N, FILE.npy or a folder of IDX files",
               spec);
    return NULL;
}

/* Refuses NaN and infinities, with row and column: a message of an op could not name these. */
static bool whole(model *m, const char *spec, const wg_tensor *x)
{
    int64_t n = wg_dtype_is_float(x->dtype) ? wg_shape_size(x->shape) : 0;
    for (int64_t i = 0, wide = n ? n / x->shape.dim[0] : 1; i < n; i++)
        if (!isfinite(wg_tensor_item(x, i)))
            return model_fail(m, EXIT_TEXT, "--data %s: %s at row %lld, column %lld", spec,
                              isnan(wg_tensor_item(x, i)) ? "NaN" : "an infinity", (long long)(i / wide),
                              (long long)(i % wide));
    return true;
}

static bool read_columns(model *m, const char *spec, columns *to)
{
    size_t n = strlen(spec);
    if (n > 4 && !strcmp(spec + n - 4, ".npy")) {
        to->x = wg_npy_read_at("", m->c, spec);
        if (model_ok(m) && to->x.shape.rank == 0)
            return model_fail(m, EXIT_TEXT, "--data %s: a single number has no rows", spec);
        if (model_ok(m) && !whole(m, spec, &to->x)) return false;
    } else {
        wg_data *d = open_data(m, spec);
        if (!model_ok(m) || !d) return false;
        to->x = wg_data_x(d);
        to->y = wg_data_y(d);
    }
    if (!model_ok(m)) return false;
    to->rows = to->x.shape.dim[0];
    return true;
}

static bool cut(model *m, columns *to)
{
    long long rows = to->rows;
    if (!args_long(m->a, "rows", 1, &rows)) return m->status = EXIT_FLAGS, false;
    if (rows > to->rows)
        return model_fail(m, EXIT_FLAGS, "--rows %lld: the data have %lld", rows, (long long)to->rows);
    to->x.shape.dim[0] = rows;
    if (to->y.data) to->y.shape.dim[0] = rows;
    return true;
}

static bool give(model *m, const char *name, const char *column, const columns *from)
{
    const wg_tensor *t = !strcmp(column, "x")                   ? &from->x
                         : !strcmp(column, "y") && from->y.data ? &from->y
                                                                : NULL;
    char shape[120];
    if (!t)
        return model_fail(m, EXIT_FLAGS, "--map %s=%s: the data have the column%s x%s", name, column,
                          from->y.data ? "s" : "", from->y.data ? " and y" : "");
    wg_program_set(m->q, name, *t);
    if (!model_flags_ok(m)) return false;
    fprintf(from->said, "    %s <- %s %s", name, column, wg_shape_text(t->shape, shape, sizeof shape));
    return true;
}

static bool is_input(const model *m, const char *name)
{
    return wg_program_meaning(m->q, name) == WG_NAME_INPUT;
}

/* Whether a list of NAME=COLUMN has the name twice. */
static bool is_twice(const char *map, const char *name)
{
    const size_t n = strlen(name);
    int times = 0;
    for (const char *at = map; *at; at += strcspn(at, ","), at += *at == ',')
        times += !strncmp(at, name, n) && at[n] == '=';
    return times > 1;
}

/* NAME=COLUMN,NAME=COLUMN */
static bool mapped(model *m, const char *map, const columns *from)
{
    char *copy = strdup(map), *rest = copy, *item;
    bool fine = copy != NULL;
    while (fine && (item = strsep(&rest, ","))) {
        char *column = strchr(item, '=');
        if (column) *column++ = 0;
        if (!column) fine = model_fail(m, EXIT_FLAGS, "--map %s: NAME=COLUMN was expected", item);
        else if (is_twice(map, item))
            fine = model_fail(m, EXIT_FLAGS, "--map %s: %s is given two columns", map, item);
        else fine = give(m, item, column, from);
    }
    free(copy);
    return fine;
}

static bool give_all(model *m, const columns *from)
{
    const char *map = args_value(m->a, "map");
    bool y = from->y.data && is_input(m, "y");
    if (map) return mapped(m, map, from);
    if (!is_input(m, "x") && !y)
        return model_fail(m, EXIT_FLAGS,
                          "the program has no input x or y: --map NAME=x says which takes the data");
    return (!is_input(m, "x") || give(m, "x", "x", from)) && (!y || give(m, "y", "y", from));
}

bool model_data(model *m)
{
    const char *spec = args_value(m->a, "data");
    columns from = { 0 };
    char *said = NULL;
    size_t size = 0;
    if (!spec && (args_has(m->a, "map") || args_has(m->a, "rows")))
        return model_fail(m, EXIT_FLAGS, "--%s without --data", args_has(m->a, "map") ? "map" : "rows");
    if (!spec) return true;
    if (!read_columns(m, spec, &from) || !cut(m, &from)) return false;
    if (!(from.said = open_memstream(&said, &size))) return model_fail(m, EXIT_OTHER, "out of memory");
    bool fine = give_all(m, &from);
    fclose(from.said);
    if (fine) tool_note(m->a, "data %s: %lld rows%s", spec, (long long)from.x.shape.dim[0], said);
    free(said);
    return fine;
}
