/* test_npy.c: .npy files made by hand, by the format's definition, in all versions, dtypes and orders; what
 * is written, byte by byte. */
#include <string.h>

#include "wgfiles.h"

TestSuite(npy, .init = wgt_make_folder, .fini = wgt_remove_folder);

static void expect_npy(const char *header, const void *data, size_t n, wg_dtype dtype, wg_shape s,
                       const double *values)
{
    for (int major = 1; major <= 3; major++) {
        WGT_IN_CONTEXT(WG_F32, NULL);
        wgt_bytes f = wgt_npy(major, header, data, n);
        wg_tensor t = wg_npy_read(c, wgt_saved("a.npy", &f));
        cr_assert(t.data, "%s: %s", header, wg_message(c));
        cr_expect(t.dtype == dtype && wg_shape_equal(t.shape, s), "%s", header);
        for (int64_t i = 0; i < wg_shape_size(s); i++)
            cr_expect_eq(wg_tensor_item(&t, i), values[i], "%s: [%d]", header, (int)i);
        wg_free(c, t.data);
    }
}

#define NPY(header, dtype, shape, values, ...)                                                            \
    expect_npy(header, (unsigned char[]){ __VA_ARGS__ }, sizeof((unsigned char[]){ __VA_ARGS__ }), dtype, \
               shape, values)

/* 1.0f is 3f800000, -2.0f c0000000, 0.5 3fe0000000000000. */
Test(npy, dtypes_and_byte_orders)
{
    const double one[] = { 1, -2 }, half[] = { 0.5 }, integers[] = { -2, 258 }, bytes_[] = { 0, 255 },
                 bools[] = { 1, 0, 1 };
    const double halves[] = { 1, -65504, -0x1p-24, -0.0 }, wide[] = { 4294967295.0 };
    NPY("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", WG_F32, WG_SHAPE(2), one, 0, 0, 0x80,
        0x3f, 0, 0, 0, 0xc0);
    NPY("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }\n", WG_F32, WG_SHAPE(2), one, 0x3f, 0x80,
        0, 0, 0xc0, 0, 0, 0);
    NPY("{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", WG_F64, WG_SCALAR, half, 0, 0, 0, 0, 0,
        0, 0xe0, 0x3f);
    NPY("{'descr': '>f8', 'fortran_order': False, 'shape': (1, 1), }\n", WG_F64, WG_SHAPE(1, 1), half, 0x3f,
        0xe0, 0, 0, 0, 0, 0, 0);
    NPY("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n", WG_I32, WG_SHAPE(2), integers, 0xfe,
        0xff, 0xff, 0xff, 2, 1, 0, 0);
    NPY("{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }\n", WG_I32, WG_SHAPE(2), integers, 0xff,
        0xff, 0xff, 0xfe, 0, 0, 1, 2);
    NPY("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n", WG_I32, WG_SHAPE(2), integers, 0xff,
        0xfe, 1, 2);
    NPY("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }\n", WG_I64, WG_SHAPE(2), integers, 0xfe,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 1, 0, 0, 0, 0, 0, 0);
    NPY("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n", WG_U8, WG_SHAPE(2), bytes_, 0, 255);
    NPY("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n", WG_BOOL, WG_SHAPE(3), bools, 1, 0, 2);
    NPY("{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }\n", WG_F16, WG_SHAPE(4), halves, 0, 0x3c,
        0xff, 0xfb, 1, 0x80, 0, 0x80);
    NPY("{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }\n", WG_I64, WG_SHAPE(1), wide, 0xff, 0xff,
        0xff, 0xff);
}

/* Column-major: the first index runs fastest. */
Test(npy, fortran_order)
{
    const double a[] = { 0, 1, 2, 3, 4, 5 }, b[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    NPY("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", WG_U8, WG_SHAPE(2, 3), a, 0, 3, 1, 4,
        2, 5);
    NPY("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2), }\n", WG_U8, WG_SHAPE(2, 2, 2), b, 0, 4,
        2, 6, 1, 5, 3, 7);
    NPY("{'descr': '|u1', 'fortran_order': True, 'shape': (6,), }\n", WG_U8, WG_SHAPE(6), a, 0, 1, 2, 3, 4,
        5);
}

Test(npy, headers_as_others_write_them)
{
    const double one[] = { 1 };
    NPY("{'shape': (1L, 1), 'fortran_order': False, 'descr': '|u1'}", WG_U8, WG_SHAPE(1, 1), one, 1);
    NPY("{\"descr\":\"|i1\",\"fortran_order\":False,\"shape\":(1,)}          \n", WG_I32, WG_SHAPE(1), one,
        1);
}

Test(npy, empty)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wgt_bytes f = wgt_npy(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (0, 3), }\n", NULL, 0);
    wg_tensor t = wg_npy_read(c, wgt_saved("a.npy", &f));
    cr_expect(t.data && t.dtype == WG_F64 && wg_shape_equal(t.shape, WG_SHAPE(0, 3)));
}

/* numpy.save of a float32 array of shape (2, 3): the header is 118 bytes, so that the elements begin at byte
 * 128. */
Test(npy, is_written_as_numpy_does)
{
    const float v[6] = { 0, 1, 2, 3, 4, 5 };
    const char *dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    WGT_IN_CONTEXT(WG_F32, NULL);
    cr_expect_eq(wg_npy_write(c, wgt_in_folder("a.npy"), wg_view_f32(v, WG_SHAPE(2, 3))), WG_OK);
    wgt_bytes f = wgt_load(wgt_in_folder("a.npy"));
    cr_assert_eq(f.n, 128 + sizeof v);
    cr_expect_arr_eq(f.b, "\x93NUMPY\1\0\x76\0", 10);
    cr_expect_arr_eq(f.b + 10, dict, strlen(dict));
    for (size_t i = 10 + strlen(dict); i < 127; i++) cr_expect_eq(f.b[i], ' ');
    cr_expect_eq(f.b[127], '\n');
    cr_expect_arr_eq(f.b + 128, v, sizeof v);
    wg_npy_write(c, wgt_in_folder("a.npy"), wg_view_f32(v, WG_SHAPE(6)));
    f = wgt_load(wgt_in_folder("a.npy"));
    cr_expect_not_null(strstr((char *)f.b + 10, "'shape': (6,), }"), "a tuple of one");
}

static void round_trip(wg_tensor t, size_t n)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_npy_write(c, wgt_in_folder("r.npy"), t);
    wgt_bytes f = wgt_load(wgt_in_folder("r.npy"));
    wg_tensor r = wg_npy_read(c, wgt_in_folder("r.npy"));
    cr_assert(r.data, "%s", wg_message(c));
    cr_expect_eq((f.n - n) % 64, 0);
    cr_expect(r.dtype == t.dtype && wg_shape_equal(r.shape, t.shape));
    if (n) cr_expect_arr_eq(r.data, t.data, n);
}

Test(npy, round_trips_keep_every_bit)
{
    uint32_t a[] = { 0x7f800001, 0xffc12345, 0x80000000, 1, 0x7f7fffff, 0xff800000 };
    uint64_t b[] = { 0x7ff0000000000001, 0x8000000000000000, 1 };
    int32_t i[] = { INT32_MIN, -1, 0, INT32_MAX };
    int64_t l[] = { INT64_MIN, INT64_MAX, -1, (INT64_C(1) << 53) + 1 };
    bool o[] = { true, false, true };
    uint8_t u[] = { 0, 1, 127, 128, 255 };
    uint16_t h[] = { 0x0001, 0x8000, 0x7bff, 0xfc00, 0x7e01, 0x7d55 }; /* the last: a signaling NaN */
    round_trip(wg_view(WG_U8, u, WG_SHAPE(5)), sizeof u);
    round_trip(wg_view(WG_F16, h, WG_SHAPE(2, 3)), sizeof h);
    round_trip(wg_view(WG_F32, a, WG_SHAPE(3, 2)), sizeof a);
    round_trip(wg_view(WG_F64, b, WG_SHAPE(3)), sizeof b);
    round_trip(wg_view_i32(i, WG_SHAPE(1, 2, 1, 2, 1, 1, 1, 1)), sizeof i);
    round_trip(wg_view_i64(l, WG_SHAPE(4, 1)), sizeof l);
    round_trip(wg_view_bool(o, WG_SHAPE(3)), sizeof o);
    round_trip(wg_view_i32(i, WG_SCALAR), 4);
    round_trip(wg_view_i32(NULL, WG_SHAPE(0, 1000000)), 0);
}

static void expect_wrong(const char *header, const char *message)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wgt_bytes f = wgt_npy(1, header, (unsigned char[8]){ 0 }, 8);
    cr_expect_null(wg_npy_read(c, wgt_saved("bad.npy", &f)).data, "%s", header);
    cr_expect(strstr(wg_message(c), "bad.npy: byte "), "%s: %s", header, wg_message(c));
    wgt_expect_error(c, WG_ERROR_FORMAT, message);
}

Test(npy, wrong_headers)
{
    wgt_each_pair("tests/files/wrong_npy.txt", expect_wrong);
    expect_wrong("", "no '{'");
}

/* A length of 0xFFFFFFF0 in a file of 12 bytes; a header as long as v2 allows; a version to come; no .npy at
 * all. */
Test(npy, wrong_beginnings)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wgt_bytes f = { .n = 0 };
    wgt_add(&f, "\x93NUMPY\2\0\xF0\xFF\xFF\xFF", 12);
    cr_expect_null(wg_npy_read(c, wgt_saved("bad.npy", &f)).data);
    wgt_expect_error(c, WG_ERROR_FORMAT, "a header of 4294967280 bytes; at most 65536");
    f = (wgt_bytes){ .n = 0 };
    wgt_add(&f, "\x93NUMPY\1\0\xFF\xFF", 10);
    cr_expect_null(wg_npy_read(c, wgt_saved("bad.npy", &f)).data);
    wgt_expect_error(c, WG_ERROR_FORMAT, "byte 8: a header of 65535 bytes in a file of 10");
    f.b[6] = 4;
    cr_expect_null(wg_npy_read(c, wgt_saved("bad.npy", &f)).data);
    wgt_expect_error(c, WG_ERROR_FORMAT, "byte 6: version 4.0");
    f.b[1] = 'X';
    cr_expect_null(wg_npy_read(c, wgt_saved("bad.npy", &f)).data);
    wgt_expect_error(c, WG_ERROR_FORMAT, "byte 0: no .npy file");
    cr_expect_null(wg_npy_read(c, wgt_in_folder("none.npy")).data);
    wgt_expect_error(c, WG_ERROR_FILE, "none.npy: cannot be opened: No such file");
    cr_expect_null(wg_npy_read(c, wgt_folder()).data);
    wgt_expect_error(c, WG_ERROR_FILE, "Is a directory");
    cr_expect_null(wg_npy_read(c, NULL).data);
    wgt_expect_error(c, WG_ERROR_FILE, "(no path)");
}
