/* test_idx.c: IDX files made by hand, and the data sets made of pairs of them. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "wgfiles.h"

TestSuite(idx, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const struct {
    int type;
    unsigned char data[16];
    size_t n;
    wg_dtype dtype;
    double value[2];
} idx_types[] = {
    { 0x08, { 0, 255 }, 2, WG_U8, { 0, 255 } },
    { 0x09, { 0x7f, 0xff }, 2, WG_I32, { 127, -1 } },
    { 0x0B, { 1, 2, 0xff, 0xfe }, 4, WG_I32, { 258, -2 } },
    { 0x0C, { 0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe }, 8, WG_I32, { 258, -2 } },
    { 0x0D, { 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0 }, 8, WG_F32, { 1, -2 } },
    { 0x0E, { 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0 }, 16, WG_F64, { 0.5, -2 } },
};

Test(idx, all_types)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    for (size_t k = 0; k < sizeof idx_types / sizeof idx_types[0]; k++) {
        wgt_bytes f = wgt_idx(idx_types[k].type, 2, (unsigned[]){ 1, 2 }, idx_types[k].data, idx_types[k].n);
        wg_tensor t = wg_idx_read(c, wgt_saved("a.idx", &f));
        cr_assert(t.data, "%s", wg_message(c));
        cr_expect(t.dtype == idx_types[k].dtype && wg_shape_equal(t.shape, WG_SHAPE(1, 2)));
        for (int i = 0; i < 2; i++)
            cr_expect_eq(wg_tensor_item(&t, i), idx_types[k].value[i], "type %d", idx_types[k].type);
    }
}

Test(idx, wrong_files)
{
    const unsigned two = 2, most = 0xFFFFFFFF, huge[3] = { most, most, most },
                   one[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    const unsigned char v[4] = { 1, 2, 3, 4 };
    wgt_bytes f[11] = { wgt_idx(8, 1, &two, v, 1), wgt_idx(8, 1, &two, v, 3), wgt_idx(0x0A, 1, &two, v, 2) };
    f[3] = wgt_idx(8, 9, one, v, 1), f[4] = wgt_idx(8, 1, &most, v, 4);
    f[5] = wgt_idx(0x0E, 3, huge, v, 4), f[6] = wgt_idx(8, 2, one, NULL, 0);
    f[8] = (wgt_bytes){ { 0x1f, 0x8b, 8, 0 }, 4 };
    f[9] = (wgt_bytes){ { 0, 1, 8, 1 }, 4 };
    f[10] = (wgt_bytes){ { 0, 0, 8, 3, 0, 0 }, 6 };
    const char *message[] = {
        "byte 8: the shape [2] needs 2 bytes from here, the file has 1",
        "byte 8: the shape [2] needs 2 bytes from here, the file has 3",
        "byte 2: unknown element type 0x0a",
        "byte 3: rank 9 is above 8",
        "needs 4294967295 bytes from here, the file has 4",
        "more elements than can be counted",
        "needs 1 bytes from here, the file has 0",
        "byte 0: the file ends inside the first 4 bytes",
        "gzip",
        "it begins with 00 01",
        "byte 6: the file ends inside the 3 sizes",
    };
    WGT_IN_CONTEXT(WG_F32, NULL);
    for (size_t i = 0; i < sizeof f / sizeof f[0]; i++) {
        cr_expect_null(wg_idx_read(c, wgt_saved("bad.idx", &f[i])).data);
        cr_expect(strstr(wg_message(c), "bad.idx: byte "), "%s", wg_message(c));
        wgt_expect_error(c, WG_ERROR_FORMAT, message[i]);
    }
    const wgt_bytes most_axes = wgt_idx(8, 8, one, v, 1);
    cr_expect_eq(wg_idx_read(c, wgt_saved("good.idx", &most_axes)).shape.rank, 8);
}

Test(idx, data_set)
{
    const unsigned char pixels[12] = { 0, 51, 102, 153, 204, 255, 0, 0, 0, 255, 255, 255 },
                        classes[3] = { 7, 0, 255 };
    wgt_bytes x = wgt_idx(8, 3, (unsigned[]){ 3, 2, 2 }, pixels, 12),
              y = wgt_idx(8, 1, (unsigned[]){ 3 }, classes, 3);
    for (int k = 0; k < 2; k++) {
        WGT_ENDS wg_context *c = wg_start(.dtype = k ? WG_F64 : WG_F32);
        wgt_saved("x.idx", &x), wgt_saved("y.idx", &y);
        wg_data *d = wg_data_idx(c, wgt_in_folder("x.idx"), wgt_in_folder("y.idx"));
        wg_tensor t = wg_data_x(d), l = wg_data_y(d);
        cr_assert(d, "%s", wg_message(c));
        cr_expect(t.dtype == (k ? WG_F64 : WG_F32) && wg_shape_equal(t.shape, WG_SHAPE(3, 2, 2)));
        for (int i = 0; i < 12; i++)
            cr_expect_eq(wg_tensor_item(&t, i), k ? pixels[i] / 255.0 : (double)(float)(pixels[i] / 255.0),
                         "pixel %d", i);
        cr_expect_eq(l.dtype, WG_I32);
        for (int i = 0; i < 3; i++) cr_expect_eq(wg_tensor_item(&l, i), classes[i]);
        cr_expect(strstr(wg_data_about(d), "x.idx"));
    }
}

Test(idx, images_and_labels_that_do_not_fit)
{
    const unsigned char v[12] = { 0, 1, 2 };
    wgt_bytes x = wgt_idx(8, 2, (unsigned[]){ 3, 1 }, v, 3), two = wgt_idx(8, 1, (unsigned[]){ 2 }, v, 2);
    wgt_bytes negative = wgt_idx(9, 1, (unsigned[]){ 3 }, "\1\xff\2", 3),
              floats = wgt_idx(0x0D, 1, (unsigned[]){ 3 }, v, 12), scalar = wgt_idx(8, 0, NULL, v, 1);
    WGT_IN_CONTEXT(WG_F32, NULL);
    wgt_saved("x", &x), wgt_saved("two", &two), wgt_saved("negative", &negative),
        wgt_saved("floats", &floats), wgt_saved("scalar", &scalar);
    cr_expect_null(wg_data_idx(c, wgt_in_folder("x"), wgt_in_folder("two")));
    wgt_expect_error(c, WG_ERROR_FORMAT, "two: byte 4: 2 labels for 3 images");
    cr_expect_null(wg_data_idx(c, wgt_in_folder("x"), wgt_in_folder("negative")));
    wgt_expect_error(c, WG_ERROR_FORMAT, "negative: byte 9: label -1 of row 1");
    cr_expect_null(wg_data_idx(c, wgt_in_folder("x"), wgt_in_folder("floats")));
    wgt_expect_error(c, WG_ERROR_FORMAT, "floats: byte 2: labels are integers");
    cr_expect_null(wg_data_idx(c, wgt_in_folder("x"), wgt_in_folder("x")));
    wgt_expect_error(c, WG_ERROR_FORMAT, "labels have rank 1, not 2");
    cr_expect_null(wg_data_idx(c, wgt_in_folder("scalar"), wgt_in_folder("x")));
    wgt_expect_error(c, WG_ERROR_FORMAT, "no axis of rows");
    cr_expect_null(wg_data_idx(c, wgt_in_folder("x"), NULL));
    wgt_expect_error(c, WG_ERROR_FILE, "cannot be opened");
}

/* Pixel i of a part, counted through all rows. */
static unsigned char pixel(int i) { return (unsigned char)(i * i % 251); }

static void save_mnist(const char *part, char dot, int rows)
{
    char name[60];
    unsigned char v[16 * 9];
    for (int i = 0; i < 16 * 9; i++) v[i] = pixel(i);
    wgt_bytes x = wgt_idx(8, 3, (unsigned[]){ (unsigned)rows, 3, 3 }, v, (size_t)rows * 9),
              y = wgt_idx(8, 1, (unsigned[]){ (unsigned)rows }, v, (size_t)rows);
    snprintf(name, sizeof name, "%s-images%cidx3-ubyte", part, dot);
    wgt_saved(name, &x);
    snprintf(name, sizeof name, "%s-labels%cidx1-ubyte", part, dot);
    wgt_saved(name, &y);
}

Test(idx, mnist_under_both_names)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    save_mnist("train", '-', 6);
    save_mnist("t10k", '.', 2);
    wg_data *train = wg_data_mnist(c, wgt_folder(), WG_TRAIN),
            *test = wg_data_mnist(c, wgt_folder(), WG_EVAL);
    cr_assert(train && test, "%s", wg_message(c));
    cr_expect(wg_shape_equal(wg_data_x(train).shape, WG_SHAPE(6, 9)) &&
              wg_shape_equal(wg_data_x(test).shape, WG_SHAPE(2, 9)));
    cr_expect(strstr(wg_data_about(train), "MNIST"));
    unlink(wgt_in_folder("t10k-labels.idx1-ubyte"));
    cr_expect_null(wg_data_mnist(c, wgt_folder(), WG_EVAL));
    wgt_expect_error(c, WG_ERROR_FILE, "has no t10k-labels-idx1-ubyte");
}

/* (pixel - mu) / sigma, with mu and sigma of the six rows of the training part, in whichever order the
 * parts are read and the training part is normalised. */
Test(idx, mnist_test_part_is_normalised_like_the_training_part)
{
    save_mnist("train", '-', 6);
    save_mnist("t10k", '-', 2);
    for (int way = 0; way < 6; way++) {
        const int order = way % 3;
        WGT_IN_CONTEXT(WG_F64, NULL);
        wg_data *test = order == 1 ? wg_data_mnist(c, wgt_folder(), WG_EVAL) : NULL;
        wg_data *train = wg_data_mnist(c, wgt_folder(), WG_TRAIN);
        if (order == 2) wg_data_normalise(train, "x");
        if (order != 1) test = wg_data_mnist(c, wgt_folder(), WG_EVAL);
        if (way < 3) wg_data_normalise_like(test, train); /* it is so already */
        if (order != 2) wg_data_normalise(train, "x");
        const double *v = wg_data_x(test).data;
        cr_assert(v && !wg_failed(c), "%s", wg_message(c));
        for (int k = 0; k < 9; k++) {
            double mu = 0, variance = 0;
            for (int i = 0; i < 6; i++) mu += pixel(9 * i + k) / 255. / 6;
            for (int i = 0; i < 6; i++) variance += pow(pixel(9 * i + k) / 255. - mu, 2) / 6;
            for (int i = 0; i < 2; i++)
                cr_expect_float_eq(v[9 * i + k], (pixel(9 * i + k) / 255. - mu) / sqrt(variance), 1e-12,
                                   "way %d: %d %d", way, i, k);
        }
    }
}

/* A part of another folder, and a test part with mu and sigma of its own, stay as they are. */
Test(idx, mnist_parts_that_are_not_of_one_set)
{
    save_mnist("train", '-', 6);
    save_mnist("t10k", '-', 2);
    WGT_IN_CONTEXT(WG_F64, NULL);
    char same[300];
    snprintf(same, sizeof same, "%s/.", wgt_folder());
    wg_data *other = wg_data_mnist(c, same, WG_EVAL), *own = wg_data_mnist(c, wgt_folder(), WG_EVAL);
    wg_data_normalise(own, "x");
    const double first = ((const double *)wg_data_x(own).data)[0];
    wg_data *train = wg_data_mnist(c, wgt_folder(), WG_TRAIN);
    wg_data_normalise(train, "x");
    cr_expect_eq(((const double *)wg_data_x(own).data)[0], first);
    for (int i = 0; i < 18; i++) cr_expect_eq(((const double *)wg_data_x(other).data)[i], pixel(i) / 255.);
}
