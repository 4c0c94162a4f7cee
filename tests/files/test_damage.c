/* test_damage.c: every prefix of a small file is refused, and no reader leaves memory behind. Thousands of
 * damaged copies: tests/fuzz/test_fuzz.c. A file that is written appears whole or not at all. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wgfiles.h"

TestSuite(damage, .init = wgt_make_folder, .fini = wgt_remove_folder);

TestSuite(writing, .init = wgt_make_folder, .fini = wgt_remove_folder);

typedef bool (*reader)(wg_context *c, const char *path); /* true: it was read */

static bool read_npy(wg_context *c, const char *path)
{
    wg_tensor t = wg_npy_read(c, path);
    if (t.data) wgt_total(t);
    wg_free(c, t.data);
    return t.data != NULL;
}

static bool read_idx(wg_context *c, const char *path)
{
    wg_tensor t = wg_idx_read(c, path);
    if (t.data) wgt_total(t);
    wg_free(c, t.data);
    return t.data != NULL;
}

static bool read_params(wg_context *c, const char *path)
{
    wg_params *p = wg_params_new(c);
    bool ok = wg_params_read(p, path) == WG_OK;
    for (int i = 0; ok && i < wg_params_count(p); i++) wgt_total(wg_params_tensor(p, i));
    wg_params_free(p);
    return ok;
}

/* wg_params_load into parameters that fit the file before it was damaged. */
static bool load_params(wg_context *c, const char *path)
{
    wg_params *p = wgt_some_params(c);
    bool ok = wg_params_load(p, path) == WG_OK;
    for (int i = 0; i < wg_params_count(p); i++) wgt_total(wg_params_tensor(p, i));
    if (!ok) wgt_expect_some(p);
    wg_params_free(p);
    return ok;
}

static void expect_prefixes_fail(const wgt_bytes *f, reader read)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    const char *path = wgt_in_folder("damaged");
    wgt_save(path, f->b, f->n);
    cr_assert(read(c, path), "the whole file: %s", wg_message(c));
    for (size_t n = 0; n < f->n; n++) {
        wgt_save(path, f->b, n);
        cr_expect_not(read(c, path), "the first %zu of %zu bytes", n, f->n);
        cr_expect_eq(wg_failed(c), WG_ERROR_FORMAT, "%s", wg_message(c));
        wg_recover(c);
    }
}

static wgt_bytes a_npy(void)
{
    return wgt_npy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", wgt_weights,
                   sizeof wgt_weights);
}
static wgt_bytes an_idx(void) { return wgt_idx(8, 3, (unsigned[]){ 2, 3, 2 }, "abcdefghijkl", 12); }
static wgt_bytes a_safetensors(void)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_params_save(wgt_some_params(c), wgt_in_folder("p.st"));
    wg_finish(c, NULL);
    return wgt_load(wgt_in_folder("p.st"));
}

Test(damage, every_prefix)
{
    wgt_bytes a = a_npy(), b = an_idx(), d = a_safetensors();
    expect_prefixes_fail(&a, read_npy);
    expect_prefixes_fail(&b, read_idx);
    expect_prefixes_fail(&d, read_params);
    expect_prefixes_fail(&d, load_params);
}

/* ---- no memory ---- */

static void use_all_formats(wg_context *c)
{
    wg_params *p = wgt_some_params(c);
    wg_params_save(p, wgt_in_folder("p.st"));
    wg_params_load(p, wgt_in_folder("p.st"));
    wg_params_read(wg_params_new(c), wgt_in_folder("p.st"));
    wg_tensor t = wg_npy_read(c, wgt_in_folder("a.npy"));
    wg_npy_write(c, wgt_in_folder("b.npy"), t.data ? t : wg_view_f32(wgt_weights, WG_SHAPE(6)));
    wg_free(c, t.data);
    wg_data_free(wg_data_idx(c, wgt_in_folder("x.idx"), wgt_in_folder("y.idx")));
}

/* No half of a file is left. */
Test(damage, every_allocation_fails)
{
    wgt_bytes a = a_npy(), x = an_idx(), y = wgt_idx(8, 1, (unsigned[]){ 2 }, "ab", 2);
    wgt_saved("a.npy", &a), wgt_saved("x.idx", &x), wgt_saved("y.idx", &y);
    wgt_each_allocation_fails(NULL, 1000, use_all_formats);
    cr_expect_eq(wgt_files(), 5);
}

/* ---- writing: whole or not at all ---- */

/* A limit on the size of files stands for a full disk. */
Test(writing, a_full_disk_keeps_the_old_file)
{
    static float big[40000];
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    wg_params_save(wgt_some_params(c), wgt_in_folder("p.st"));
    wgt_bytes before = wgt_load(wgt_in_folder("p.st"));
    wg_params_make(p, "W", wg_view_f32(big, WG_SHAPE(40000)), false);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit, small = { 10000, 10000 };
    getrlimit(RLIMIT_FSIZE, &limit);
    small.rlim_max = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    wg_status s = wg_params_save(p, wgt_in_folder("p.st"));
    setrlimit(RLIMIT_FSIZE, &limit);
    wgt_count("writes that failed", 1);
    cr_expect_eq(s, WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "p.st: cannot be written: File too large");
    wgt_bytes after = wgt_load(wgt_in_folder("p.st"));
    cr_expect(before.n == after.n && memcmp(before.b, after.b, before.n) == 0);
    cr_expect_eq(wgt_files(), 1);
}

Test(writing, where_there_is_no_folder)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params_save(wgt_some_params(c), wgt_in_folder("none/p.st"));
    wgt_expect_error(c, WG_ERROR_FILE, "none/p.st: cannot be written: No such file");
    wg_npy_write(c, wgt_folder(), wg_view_f32(wgt_weights, WG_SHAPE(6)));
    wgt_expect_error(c, WG_ERROR_FILE, "cannot be written");
    WGT_REFUSED(c, FILE, "(no path)", wg_npy_write(c, NULL, wg_view_f32(wgt_weights, WG_SHAPE(6))));
    WGT_REFUSED(c, USE, "no dtype", wg_npy_write(c, wgt_in_folder("a.npy"), (wg_tensor){ 0 }));
    cr_expect_eq(wgt_files(), 0);
}

Test(writing, through_a_link)
{
    struct stat s;
    WGT_IN_CONTEXT(WG_F32, NULL);
    wgt_save(wgt_in_folder("real.npy"), "old", 3);
    cr_assert_eq(symlink(wgt_in_folder("real.npy"), wgt_in_folder("link.npy")), 0);
    wg_npy_write(c, wgt_in_folder("link.npy"), wg_view_f32(wgt_weights, WG_SHAPE(6)));
    cr_assert(lstat(wgt_in_folder("link.npy"), &s) == 0 && S_ISLNK(s.st_mode));
    cr_assert(lstat(wgt_in_folder("real.npy"), &s) == 0 && S_ISREG(s.st_mode));
    cr_expect_eq(s.st_size, 128 + 24);
}

/* A device or a named pipe is written to, not replaced. */
Test(writing, into_a_pipe)
{
    struct stat s;
    wgt_bytes f;
    WGT_IN_CONTEXT(WG_F32, NULL);
    cr_assert_eq(mkfifo(wgt_in_folder("pipe"), 0600), 0);
    int fd = open(wgt_in_folder("pipe"), O_RDWR | O_NONBLOCK);
    cr_assert_geq(fd, 0);
    wg_npy_write(c, wgt_in_folder("pipe"), wg_view_f32(wgt_weights, WG_SHAPE(6)));
    ssize_t n = read(fd, f.b, sizeof f.b);
    cr_expect_eq(n, 128 + 24);
    cr_assert(stat(wgt_in_folder("pipe"), &s) == 0 && S_ISFIFO(s.st_mode));
    close(fd);
}

Test(writing, on_a_failed_context)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_params *p = wgt_some_params(c);
    wg_fail(c, WG_HERE, WG_ERROR_USER, "before");
    cr_expect_eq(wg_params_save(p, wgt_in_folder("p.st")), WG_ERROR_USER);
    cr_expect_eq(wg_npy_write(c, wgt_in_folder("a.npy"), wg_view_f32(wgt_weights, WG_SHAPE(6))),
                 WG_ERROR_USER);
    cr_expect(!wg_npy_read(c, wgt_in_folder("a.npy")).data && !wg_idx_read(c, wgt_in_folder("a.npy")).data);
    cr_expect_eq(wgt_files(), 0);
    wg_finish(c, NULL);
}
