/* fuzz_files.c: files of any bytes. Reading one gives data or an error that names the file, touches no
 * foreign byte, and needs little more memory than the file has bytes. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* SMALL: for headers, tables and messages. */
enum { SMALL = 1 << 18, MOST = 1 << 20 };

/* Reads all numbers, so that a sanitizer sees when some are not there. */
static void touch(wg_tensor t)
{
    volatile double sum = 0;
    for (int64_t i = 0; t.data && i < wg_shape_size(t.shape); i++) sum = wg_tensor_item(&t, i);
    (void)sum;
}

static bool read_npy(wg_context *c, const char *path)
{
    wg_tensor t = wg_npy_read(c, path);
    touch(t);
    const bool there = t.data != NULL;
    wg_free(c, t.data);
    return there;
}

static bool read_idx(wg_context *c, const char *path)
{
    wg_tensor t = wg_idx_read(c, path);
    touch(t);
    const bool there = t.data != NULL;
    wg_free(c, t.data);
    return there;
}

static bool read_params(wg_context *c, const char *path)
{
    wg_params *p = wg_params_new(c);
    const bool there = wg_params_read(p, path) == WG_OK;
    for (int i = 0; i < wg_params_count(p); i++) touch(wg_params_tensor(p, i));
    wg_params_free(p);
    return there;
}

/* Parameters keep their numbers when a file cannot be loaded. */
static bool load_params(wg_context *c, const char *path)
{
    static const double w[] = { 1, 2, 3, 4, 5, 6 }, b[] = { 7, 8 };
    wg_params *p = wg_params_new(c);
    wg_params_make(p, "w", wg_view_f64(w, WG_SHAPE(2, 3)), false);
    wg_params_make(p, "b", wg_view_f64(b, WG_SHAPE(2)), false);
    const bool there = wg_params_load(p, path) == WG_OK;
    for (int i = 0; i < wg_params_count(p); i++) {
        const wg_tensor t = wg_params_tensor(p, i);
        for (int64_t k = 0; !there && k < wg_shape_size(t.shape); k++)
            if (wg_tensor_item(&t, k) != (i ? b : w)[k]) fuzz_stop("a parameter has changed");
        touch(t);
    }
    wg_params_free(p);
    return there;
}

static bool read_csv(wg_context *c, const char *path)
{
    wg_data *d = wg_data_csv(c, path);
    const bool there = d != NULL;
    wg_data_free(d);
    return there;
}

/* most: bytes of memory for each byte of the file. */
static const struct {
    const char *name;
    bool (*read)(wg_context *c, const char *path);
    int most;
} formats[] = { { "npy", read_npy, 2 },
                { "idx", read_idx, 2 },
                { "safetensors, read", read_params, 3 },
                { "safetensors, load", load_params, 3 },
                { "CSV", read_csv, 64 } };

void fuzz_files(const uint8_t *input, size_t size)
{
    if (size < 1 || size > MOST) return;
    const int k = input[0] % (int)(sizeof formats / sizeof *formats);
    const int file = memfd_create("fuzz", 0);
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (file < 0 || write(file, input + 1, size - 1) != (ssize_t)(size - 1)) return;
    fuzz_memory m = { .limit = INT64_C(1) << 30 };
    wg_context *c = fuzz_start(&m, WG_OPTS(wg_start_opts, .dtype = WG_F64, .threads = 1));
    const bool there = formats[k].read(c, path);
    if (there != !wg_failed(c))
        fuzz_stop("%s: %s, but %s", formats[k].name, there ? "read" : "refused", wg_message(c));
    if (!there && !*wg_message(c)) fuzz_stop("%s: no message", formats[k].name);
    if (m.m.most > formats[k].most * (int64_t)size + SMALL)
        fuzz_stop("%s: %lld bytes for a file of %zu", formats[k].name, (long long)m.m.most, size);
    fuzz_finish(c, &m);
    close(file);
}
