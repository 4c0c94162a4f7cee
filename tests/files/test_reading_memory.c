/* test_reading_memory.c: how much memory it takes to read files: the tensors, and a small part of the file at
 * a time. Sizes are counted by the context's allocator. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wgfiles.h"

TestSuite(reading_memory, .init = wgt_make_folder, .fini = wgt_remove_folder);

enum { N = 1 << 20, SMALL = 1 << 17 };

/* The bytes of a header, then N zeros. */
static const char *with_payload(const char *name, wgt_bytes header)
{
    const char *path = wgt_saved(name, &header);
    cr_assert_eq(truncate(path, (off_t)header.n + N), 0);
    return path;
}

static const char *npy_of(const char *header) { return with_payload("a.npy", wgt_npy(1, header, NULL, 0)); }

/* result: the bytes of the tensor. */
static void expect_npy(const char *header, int64_t result)
{
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    const char *path = npy_of(header);
    m.most = 0;
    wg_tensor t = wg_npy_read(c, path);
    cr_expect_eq(wg_shape_size(t.shape) * (int64_t)wg_dtype_size(t.dtype), result, "%s", wg_message(c));
    cr_expect_lt(m.most, result + SMALL, "%s: %lld bytes", header, (long long)m.most);
    wgt_finish(c, &m);
}

Test(reading_memory, npy)
{
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1048576,), }", N);
    expect_npy("{'descr': '|i1', 'fortran_order': False, 'shape': (1048576,), }", 4 * N);
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1024, 256), }", N);
    expect_npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1024, 256), }", N);
    expect_npy("{'descr': '<f8', 'fortran_order': True, 'shape': (1024, 128), }", N);
}

Test(reading_memory, idx)
{
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    const unsigned images[] = { N / 64, 8, 8 }, labels[] = { N };
    const char *x = with_payload("x", wgt_idx(0x08, 3, images, NULL, 0));
    cr_expect_eq(wg_shape_size(wg_idx_read(c, x).shape), N);
    cr_expect_lt(m.most, N + SMALL);
    m.most = 0;
    cr_expect_eq(wg_shape_size(wg_idx_read(c, with_payload("y", wgt_idx(0x08, 1, labels, NULL, 0))).shape),
                 N);
    cr_expect_lt(m.most, 2 * N + SMALL);
    wgt_finish(c, &m);
}

Test(reading_memory, safetensors)
{
    static const char header[] =
        "{\"W\":{\"dtype\":\"F32\",\"shape\":[131072],\"data_offsets\":[0,524288]},"
        "\"b\":{\"dtype\":\"F32\",\"shape\":[131072],\"data_offsets\":[524288,1048576]}}";
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    const char *path = with_payload("p.st", wgt_safetensors(header, NULL, 0));
    wg_params_read(p, path);
    const int64_t made = m.bytes;
    cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    cr_expect_lt(m.most, 2 * N + SMALL);
    m.most = 0;
    wg_params_load(p, path);
    cr_expect_lt(m.most, made + N / 2 + SMALL); /* the larger tensor of the two */
    wgt_finish(c, &m);
}

/* Many tensors of one number: what counts is their records. */
Test(reading_memory, tiny_tensors)
{
    enum { TENSORS = 20000, RECORD = 600, ENTRY = 80 };
    char *text = calloc(TENSORS, ENTRY + sizeof(float));
    size_t n = 8;
    for (int i = 0; i < TENSORS; i++)
        n += (size_t)sprintf(text + n, "%c\"w%d\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[%d,%d]}",
                             i ? ',' : '{', i, 4 * i, 4 * i + 4);
    text[n++] = '}';
    for (int k = 0; k < 8; k++) text[k] = (char)((n - 8) >> 8 * k);
    n += TENSORS * sizeof(float); /* zeros */
    const char *path = wgt_in_folder("tiny.st");
    wgt_save(path, text, n);
    free(text);
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    wg_params_read(p, path);
    cr_expect_eq(wg_params_count(p), TENSORS, "%s", wg_message(c));
    cr_expect_lt(m.most, 2 * (int64_t)n + RECORD * TENSORS, "%lld bytes of a file of %zu", (long long)m.most,
                 n);
    wgt_finish(c, &m);
}

/* Files of 3 GB that take no room on the disk. */
Test(reading_memory, a_wrong_file_is_refused_by_its_first_bytes)
{
    static const char *const beginnings[] = { "", "no numbers", "{\"W\":1}", "\x93NUMPY\1",
                                              "\x10\0\0\0\0\0\0\0" };
    static const size_t lengths[] = { 0, 10, 7, 7, 8 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F32, NULL);
        wg_params *p = wg_params_new(c);
        const char *path = wgt_in_folder("big");
        wgt_save(path, beginnings[i], lengths[i]);
        if (truncate(path, (off_t)3 << 30) != 0) cr_skip("no large files in this folder");
        m.most = 0;
        WGT_REFUSED(c, FORMAT, "big: byte", wg_npy_read(c, path));
        WGT_REFUSED(c, FORMAT, "big: byte", wg_idx_read(c, path));
        WGT_REFUSED(c, FORMAT, "big: byte", wg_params_read(p, path));
        cr_expect_lt(m.most, SMALL, "%zu: %lld bytes", i, (long long)m.most);
        wgt_drop(c, &m);
    }
}

/* A pipe has no size: the memory grows until the end. */
Test(reading_memory, from_a_pipe)
{
    static const unsigned char zeros[200000];
    WGT_IN_CONTEXT(WG_F32, NULL);
    const wgt_bytes f =
        wgt_npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (200004,), }", "\1\2\3\4", 4);
    const char *path = wgt_in_folder("pipe");
    cr_assert_eq(mkfifo(path, 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_WRONLY); /* waits for the reader */
        _exit(write(fd, f.b, f.n) != (ssize_t)f.n || write(fd, zeros, sizeof zeros) != sizeof zeros);
    }
    wg_tensor t = wg_npy_read(c, path);
    cr_assert_eq(t.shape.rank, 1, "%s", wg_message(c));
    cr_expect_eq(wgt_total(t), 10);
    cr_expect_eq(waitpid(child, NULL, 0), child);
}
