/* wgfiles.c: a folder for each test, and files made of bytes. */
#include "wgfiles.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a folder ---- */

static char folder[400];

void wgt_make_folder(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/wengert-XXXXXX", base && base[0] ? base : "/tmp");
    cr_assert(mkdtemp(folder));
}

const char *wgt_in_folder(const char *name)
{
    static char path[4][900];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int files_in_folder(bool remove)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') {
            n++;
            if (remove) unlink(wgt_in_folder(e->d_name));
        }
    if (d) closedir(d);
    return n;
}

int wgt_files(void) { return files_in_folder(false); }

const char *wgt_folder(void) { return folder; }

void wgt_remove_folder(void)
{
    files_in_folder(true);
    rmdir(folder);
}

/* ---- bytes ---- */

void wgt_add(wgt_bytes *f, const void *p, size_t n)
{
    cr_assert_leq(f->n + n, sizeof f->b);
    memcpy(f->b + f->n, p, n);
    f->n += n;
}

void wgt_save(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f);
    cr_assert_eq(fwrite(p, 1, n, f), n);
    fclose(f);
}

const char *wgt_saved(const char *name, const wgt_bytes *f)
{
    const char *path = wgt_in_folder(name);
    wgt_save(path, f->b, f->n);
    return path;
}

wgt_bytes wgt_load(const char *path)
{
    wgt_bytes f = { .n = 0 };
    FILE *s = fopen(path, "rb");
    cr_assert(s, "%s", path);
    f.n = fread(f.b, 1, sizeof f.b, s);
    fclose(s);
    return f;
}

wgt_bytes wgt_npy(int major, const char *header, const void *data, size_t n)
{
    wgt_bytes f = { .n = 0 };
    size_t h = strlen(header);
    wgt_add(&f, "\x93NUMPY", 6);
    WGT_ADD(&f, (unsigned char)major, 0, (unsigned char)h, (unsigned char)(h >> 8));
    if (major > 1) WGT_ADD(&f, 0, 0);
    wgt_add(&f, header, h);
    if (n) wgt_add(&f, data, n);
    return f;
}

wgt_bytes wgt_idx(int type, int rank, const unsigned *size, const void *data, size_t n)
{
    wgt_bytes f = { .n = 0 };
    WGT_ADD(&f, 0, 0, (unsigned char)type, (unsigned char)rank);
    for (int k = 0; k < rank; k++)
        WGT_ADD(&f, (unsigned char)(size[k] >> 24), (unsigned char)(size[k] >> 16),
                (unsigned char)(size[k] >> 8), (unsigned char)size[k]);
    if (n) wgt_add(&f, data, n);
    return f;
}

wgt_bytes wgt_safetensors(const char *header, const void *data, size_t n)
{
    wgt_bytes f = { .n = 0 };
    size_t h = strlen(header);
    WGT_ADD(&f, (unsigned char)h, (unsigned char)(h >> 8), 0, 0, 0, 0, 0, 0);
    wgt_add(&f, header, h);
    if (n) wgt_add(&f, data, n);
    return f;
}

void wgt_each_pair(const char *path, void (*f)(const char *first, const char *second))
{
    char first[1000] = "", line[1000];
    int cases = 0;
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s", path);
    for (; fgets(line, sizeof line, file); cases += *line == ' ') {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, "  ", 2)) f(first, line + 2);
        else if (*line && *line != '#') strcpy(first, line);
    }
    cr_assert_gt(cases, 0, "%s", path);
    fclose(file);
}

double wgt_total(wg_tensor t)
{
    double sum = 0;
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) sum += wg_tensor_item(&t, i);
    return sum;
}

/* ---- parameters ---- */

const float wgt_weights[6] = { 1, -2, 0.5f, 3, 4, 5 };
const double wgt_doubles[2] = { 1.0 / 3, -1e300 };
const int64_t wgt_counts[1] = { INT64_C(1) << 53 };
const bool wgt_flags[3] = { true, false, true };

wg_params *wgt_some_params(wg_context *c)
{
    wg_params *p = wg_params_new(c);
    wg_params_make(p, "fc1.W", wg_view_f32(wgt_weights, WG_SHAPE(2, 3)), false);
    wg_params_make(p, "mask", wg_view_bool(wgt_flags, WG_SHAPE(3)), true);
    wg_params_make(p, "fc1.b", wg_view_f64(wgt_doubles, WG_SHAPE(2)), false);
    wg_params_make(p, "count", wg_view_i64(wgt_counts, WG_SCALAR), true);
    return p;
}

wg_tensor wgt_named(wg_params *p, const char *name) { return wg_params_tensor(p, wg_params_find(p, name)); }

void wgt_expect_some(wg_params *p)
{
    cr_expect_arr_eq(wgt_named(p, "fc1.W").data, wgt_weights, sizeof wgt_weights);
    cr_expect_arr_eq(wgt_named(p, "fc1.b").data, wgt_doubles, sizeof wgt_doubles);
    cr_expect_arr_eq(wgt_named(p, "count").data, wgt_counts, sizeof wgt_counts);
    cr_expect_arr_eq(wgt_named(p, "mask").data, wgt_flags, sizeof wgt_flags);
}
