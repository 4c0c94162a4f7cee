/* test_safetensors.c: saved parameters byte by byte, files written by other programs, and all that may be
 * wrong with a file. */
#include <math.h>
#include <string.h>

#include "wgfiles.h"

TestSuite(safetensors, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* Larger elements come first in the data, so that each is aligned; the header keeps the order of creation. */
Test(safetensors, the_file_byte_by_byte)
{
    const char *json = "{\"__metadata__\":{\"states\":\"mask count\"},"
                       "\"fc1.W\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[24,48]},"
                       "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[48,51]},"
                       "\"fc1.b\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
                       "\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[16,24]}}";
    WGT_IN_CONTEXT(WG_F32, NULL);
    cr_expect_eq(wg_params_save(wgt_some_params(c), wgt_in_folder("p.st")), WG_OK);
    wgt_bytes f = wgt_load(wgt_in_folder("p.st"));
    size_t n = strlen(json), data = (8 + n + 63) / 64 * 64;
    uint64_t length = 0;
    for (int i = 0; i < 8; i++) length |= (uint64_t)f.b[i] << 8 * i;
    cr_assert_eq(f.n, data + 51);
    cr_expect_eq(length, data - 8);
    cr_expect_arr_eq(f.b + 8, json, n, "%.*s", (int)n, (char *)f.b + 8);
    for (size_t i = 8 + n; i < data; i++) cr_expect_eq(f.b[i], ' ');
    cr_expect_arr_eq(f.b + data, wgt_doubles, 16);
    cr_expect_arr_eq(f.b + data + 16, wgt_counts, 8);
    cr_expect_arr_eq(f.b + data + 24, wgt_weights, 24);
    cr_expect_arr_eq(f.b + data + 48, wgt_flags, 3);
}

/* Names in any order, spaces, escapes, metadata of others, half precision, bfloat16. */
Test(safetensors, files_of_others)
{
    const unsigned char data[] = { 0, 0x3c, 0xff, 0x7b, 1, 0, 0, 0xfc, 0x80, 0x3f, 0x49, 0x40, 7, 0xff };
    const char *json = "{\"h\":{\"data_offsets\":[0,8],\"shape\":[2,2],\"dtype\":\"F16\"} ,\n"
                       "\"__metadata__\":{\"states\":\"u none\",\"a\\\"b\":\"c\\\\\"},"
                       "\"b\\u0066.\\u0041\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[8,12]},"
                       "\"u\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[12,14]}}   ";
    wgt_bytes f = wgt_safetensors(json, data, sizeof data);
    const double halves[4] = { 1, 65504, 0x1p-24, -INFINITY };
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    cr_expect_eq(wg_params_read(p, wgt_saved("o.st", &f)), WG_OK, "%s", wg_message(c));
    cr_assert_eq(wg_params_count(p), 3);
    wg_tensor h = wgt_named(p, "h"), b = wgt_named(p, "bf.A"), u = wgt_named(p, "u");
    cr_expect(h.dtype == WG_F16 && b.dtype == WG_BF16 && u.dtype == WG_U8);
    for (int i = 0; i < 4; i++) cr_expect_eq(wg_tensor_item(&h, i), halves[i]);
    cr_expect(wg_tensor_item(&b, 0) == 1 && wg_tensor_item(&b, 1) == 3.140625);
    cr_expect(wg_tensor_item(&u, 0) == 7 && wg_tensor_item(&u, 1) == 255);
    f = wgt_safetensors("{}", NULL, 0);
    cr_expect_eq(wg_params_read(p, wgt_saved("o.st", &f)), WG_OK);
    f = wgt_safetensors(" { }", NULL, 0);
    cr_expect_neq(wg_params_read(p, wgt_saved("o.st", &f)), WG_OK);
    wgt_expect_error(c, WG_ERROR_FORMAT, "no '{'");
}

static void expect_load_error(const char *header, size_t n, wg_status s, const char *message)
{
    unsigned char zero[128] = { 0 };
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    wg_params_make(p, "fc1.W", wg_view_f32(wgt_weights, WG_SHAPE(2, 3)), false);
    wg_params_make(p, "fc2.b", wg_view_f32(wgt_weights, WG_SHAPE(2)), false);
    wgt_bytes f = wgt_safetensors(header, zero, n);
    cr_expect_neq(wg_params_load(p, wgt_saved("m.st", &f)), WG_OK, "%s", header);
    wgt_expect_error(c, s, message);
    cr_expect_arr_eq(wgt_named(p, "fc1.W").data, wgt_weights, 24);
    cr_expect_arr_eq(wgt_named(p, "fc2.b").data, wgt_weights, 8);
}

#define FC1_W "\"fc1.W\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"

/* Each error names the first parameter that does not fit, with both shapes, and no parameter has changed. */
Test(safetensors, what_does_not_fit)
{
    expect_load_error("{" FC1_W "}", 24, WG_ERROR_FORMAT, "the file has no \"fc2.b\" [2]");
    expect_load_error("{" FC1_W ",\"fc2.B\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}", 32,
                      WG_ERROR_FORMAT, "the file has no \"fc2.b\" [2]; near it: \"fc2.B\" [2]");
    expect_load_error("{" FC1_W ",\"fc2.b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[24,32]}}",
                      32, WG_ERROR_SHAPE, "\"fc2.b\" is [2,1] in the file, [2] here");
    expect_load_error("{" FC1_W ",\"fc2.b\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[24,32]}}", 32,
                      WG_ERROR_DTYPE, "\"fc2.b\" is I32 in the file, f32 here");
    expect_load_error("{" FC1_W ",\"fc2.b\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[24,26]}}",
                      26, WG_ERROR_DTYPE, "F8_E4M3");
    expect_load_error("{" FC1_W ",\"fc2.b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]},"
                      "\"fc3.b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[32,36]}}",
                      36, WG_ERROR_FORMAT,
                      "the file has \"fc3.b\" [], which is not among the parameters; near it: fc2.b");
}

/* A layer's parameters from the file of a whole network: names outside their common prefix are left alone. */
Test(safetensors, a_part_of_a_file)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    const float zero[6] = { 0 };
    wg_params_save(wgt_some_params(c), wgt_in_folder("p.st"));
    wg_params_make(p, "fc1.W", wg_view_f32(zero, WG_SHAPE(2, 3)), false);
    wg_params_make(p, "fc1.b", wg_view_f32(zero, WG_SHAPE(2)), false);
    cr_expect_eq(wg_params_load(p, wgt_in_folder("p.st")), WG_OK, "%s", wg_message(c));
    cr_expect_arr_eq(wgt_named(p, "fc1.W").data, wgt_weights, 24);
    cr_expect_eq(((float *)wgt_named(p, "fc1.b").data)[0], (float)(1.0 / 3));
    wg_params *q = wg_params_new(c);
    wg_params_make(q, "fc1.W", wg_view_f32(zero, WG_SHAPE(2, 3)), false);
    cr_expect_neq(wg_params_load(q, wgt_in_folder("p.st")), WG_OK);
    wgt_expect_error(c, WG_ERROR_FORMAT, "the file has \"fc1.b\" [2], which is not among the parameters");
}

/* A handle of a prefix saves names without the prefix, so a layer that was saved alone fits any other layer
 * of its kind. */
Test(safetensors, a_part_of_the_parameters)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wgt_some_params(c), *fc1 = wg_params_in(p, "fc1"), *other = wg_params_new(c);
    const double zero[6] = { 0 };
    wg_params_save(p, wgt_in_folder("whole.st"));
    wg_params_save(fc1, wgt_in_folder("part.st"));
    cr_expect_eq(wg_params_read(wg_params_in(other, "enc.0"), wgt_in_folder("part.st")), WG_OK, "%s",
                 wg_message(c));
    cr_assert_eq(wg_params_count(other), 2);
    cr_expect_arr_eq(wgt_named(other, "enc.0.W").data, wgt_weights, 24);
    wg_params_assign(p, "fc1.W", zero, 6);
    cr_expect_eq(wg_params_load(fc1, wgt_in_folder("part.st")), WG_OK, "%s", wg_message(c));
    wgt_expect_some(p);
    cr_expect_neq(wg_params_load(fc1, wgt_in_folder("whole.st")), WG_OK);
    wgt_expect_error(c, WG_ERROR_FORMAT, "the file has no \"W\" [2,3]; near it: \"fc1.W\" [2,3]");
}

/* Data that begin at any byte, with dtypes that are those of the parameters or are cast. */
Test(safetensors, values_at_any_byte_and_of_other_dtypes)
{
    const float f[3] = { 1.5f, -2, 1.0f / 3 };
    const double d[2] = { 1.0 / 3, -1e-300 };
    const int64_t n[1] = { (INT64_C(1) << 53) + 1 };
    const int32_t k[1] = { -7 };
    unsigned char data[40];
    memcpy(data, f, 12), memcpy(data + 12, d, 16), memcpy(data + 28, n, 8), memcpy(data + 36, k, 4);
    for (int odd = 0; odd < 8; odd++) {
        char json[400];
        snprintf(
            json, sizeof json,
            "{\"__metadata__\":{\"states\":\"n k\"},\"f\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":"
            "[0,12]},\"d\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[12,28]},\"n\":{\"dtype\":"
            "\"I64\","
            "\"shape\":[],\"data_offsets\":[28,36]},\"k\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":["
            "36,"
            "40]}}%.*s",
            odd, "        ");
        wgt_bytes file = wgt_safetensors(json, data, sizeof data);
        WGT_IN_CONTEXT(WG_F32, NULL);
        wg_params *p = wg_params_new(c), *q = wg_params_new(c);
        cr_expect_eq(wg_params_read(p, wgt_saved("p.st", &file)), WG_OK, "%s", wg_message(c));
        cr_assert(wg_params_count(p) == 4 && wg_params_is_state(p, 2));
        cr_expect_arr_eq(wgt_named(p, "f").data, f, sizeof f);
        cr_expect_arr_eq(wgt_named(p, "d").data, d, sizeof d);
        cr_expect_arr_eq(wgt_named(p, "n").data, n, sizeof n);
        cr_expect_arr_eq(wgt_named(p, "k").data, k, sizeof k);
        wg_params_make(q, "f", wg_view_f64((double[3]){ 0 }, WG_SHAPE(3)), false);
        wg_params_make(q, "d", wg_view_f32((float[2]){ 0 }, WG_SHAPE(2)), false);
        wg_params_make(q, "n", wg_view_i64((int64_t[1]){ 0 }, WG_SCALAR), true);
        wg_params_make(q, "k", wg_view_i64((int64_t[1]){ 0 }, WG_SCALAR), true);
        cr_expect_eq(wg_params_load(q, wgt_in_folder("p.st")), WG_OK, "%s", wg_message(c));
        cr_expect_eq(((double *)wgt_named(q, "f").data)[2], (double)f[2]);
        cr_expect_arr_eq(wgt_named(q, "d").data, ((float[2]){ (float)d[0], (float)d[1] }), 8);
        cr_expect_eq(*(int64_t *)wgt_named(q, "n").data, n[0], "an integer above 2^53 is not rounded");
        cr_expect_eq(*(int64_t *)wgt_named(q, "k").data, k[0]);
    }
}

/* Subnormal, negative zero, the largest number, infinity, NaN: as they are, by wg_params_load and
 * wg_params_read. */
Test(safetensors, stored_dtypes_keep_every_bit)
{
    uint16_t h[] = { 0x0001, 0x8000, 0x7bff, 0xfc00, 0x7e01 },
             b[] = { 0x0001, 0x8000, 0x7f7f, 0xff80, 0x7fc1 };
    uint8_t u[] = { 0, 1, 127, 128, 255 }, none[10] = { 0 };
    const wg_tensor t[] = { wg_view(WG_F16, h, WG_SHAPE(5)), wg_view(WG_BF16, b, WG_SHAPE(5)),
                            wg_view(WG_U8, u, WG_SHAPE(5)) };
    const char *const name[] = { "h", "b", "u" };
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c), *q = wg_params_new(c), *r = wg_params_new(c);
    for (int i = 0; i < 3; i++) {
        wg_params_make(p, name[i], t[i], i == 2);
        wg_params_make(r, name[i], wg_view(t[i].dtype, none, WG_SHAPE(5)), i == 2);
    }
    wg_params_save(p, wgt_in_folder("h.st"));
    cr_expect_eq(wg_params_read(q, wgt_in_folder("h.st")), WG_OK, "%s", wg_message(c));
    cr_expect_eq(wg_params_load(r, wgt_in_folder("h.st")), WG_OK, "%s", wg_message(c));
    for (int i = 0; i < 3; i++) {
        const size_t bytes = 5 * wg_dtype_size(t[i].dtype);
        const wg_tensor read = wgt_named(q, name[i]), loaded = wgt_named(r, name[i]);
        cr_expect(read.dtype == t[i].dtype && !memcmp(read.data, t[i].data, bytes), "%s", name[i]);
        cr_expect(loaded.dtype == t[i].dtype && !memcmp(loaded.data, t[i].data, bytes), "%s", name[i]);
    }
}

/* What PyTorch saves of a convolution and a batch norm, and tensors of every type beside it. */
#define ENTRY(name, type, shape, begin, end) \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"
#define NET                                            \
    ENTRY("bn.num_batches_tracked", "I64", "[]", 0, 8) \
    "," ENTRY("bn.weight", "F32", "[2]", 8,            \
              16) "," ENTRY("bn.bias", "F32", "[2]", 16, 24) "," ENTRY("conv.weight", "BF16", "[2]", 24, 28)
#define READABLE                                                                              \
    ENTRY("bn.b", "BOOL", "[2]", 28, 30)                                                      \
    "," ENTRY("bn.u1", "U8", "[2]", 30, 32) "," ENTRY("bn.i1", "I8", "[]", 32, 33) "," ENTRY( \
        "bn.u2", "U16", "[]", 33, 35) "," ENTRY("bn.i2", "I16", "[]", 35,                     \
                                                37) "," ENTRY("bn.u4", "U32", "[]", 37,       \
                                                              41) "," ENTRY("bn.i4", "I32", "[]", 41, 45)
#define OTHERS                                                                                           \
    ENTRY("bn.u8", "U64", "[]", 45, 53)                                                                  \
    "," ENTRY("bn.e5", "F8_E5M2", "[2]", 53, 55) "," ENTRY("bn.e4", "F8_E4M3", "[2]", 55, 57) "," ENTRY( \
        "bn.c", "C64", "[]", 57, 65) "," ENTRY("bn.x", "F4", "[3]", 65, 67)
static wgt_bytes net(const char *header, size_t n)
{
    const int64_t batches = (INT64_C(1) << 40) + 3;
    const float weight[4] = { 1.5f, -2, 0.25f, 7 };
    unsigned char data[67];
    memset(data, 0xff, sizeof data);
    memcpy(data, &batches, 8), memcpy(data + 8, weight, 16);
    memcpy(data + 24, (unsigned char[]){ 0x80, 0x3f, 0x49, 0x40, 1, 0 }, 6);
    return wgt_safetensors(header, data, n);
}
static wg_params *model(wg_context *c)
{
    wg_params *p = wg_params_new(c);
    const float zero[2] = { 0 };
    wg_params_make(p, "bn.weight", wg_view_f32(zero, WG_SHAPE(2)), false);
    wg_params_make(p, "bn.bias", wg_view_f32(zero, WG_SHAPE(2)), false);
    return p;
}

/* A dtype that nobody asks for is no error. */
Test(safetensors, integers_beside_the_parameters)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = model(c);
    wgt_bytes f = net("{" NET "," READABLE "," OTHERS "}", 67);
    cr_expect_eq(wg_params_load(p, wgt_saved("n.st", &f)), WG_OK, "%s", wg_message(c));
    const wg_tensor weight = wgt_named(p, "bn.weight"), bias = wgt_named(p, "bn.bias");
    cr_expect(wg_tensor_item(&weight, 0) == 1.5 && wg_tensor_item(&bias, 1) == 7);
    cr_expect_eq(wg_params_count(p), 2);
    wg_params_make(p, "bn.x", wg_view_f32((float[3]){ 0 }, WG_SHAPE(3)), false);
    wg_params_load(p, wgt_saved("n.st", &f));
    wgt_expect_error(c, WG_ERROR_DTYPE, "\"bn.x\" is unknown in the file, f32 here");
}

/* wg_params_read makes states of them, with all their bits. */
Test(safetensors, integers_are_states)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    wgt_bytes f = net("{" NET "," READABLE "}", 45);
    cr_expect_eq(wg_params_read(p, wgt_saved("r.st", &f)), WG_OK, "%s", wg_message(c));
    cr_assert_eq(wg_params_count(p), 11);
    const wg_dtype dtypes[] = { WG_I64, WG_F32, WG_F32, WG_BF16, WG_BOOL, WG_U8,
                                WG_I32, WG_I32, WG_I32, WG_I64,  WG_I32 };
    const double values[] = { 0x1p40 + 3, 1.5, 0.25, 1, 1, 255, -1, 65535, -1, 4294967295, -1 };
    for (int i = 0; i < 11; i++) {
        const wg_tensor t = wg_params_tensor(p, i);
        cr_expect_eq(wg_params_is_state(p, i), i == 0 || i > 3, "%s", wg_params_name(p, i));
        cr_expect(t.dtype == dtypes[i] && wg_tensor_item(&t, 0) == values[i], "%s", wg_params_name(p, i));
    }
    wg_params_save(p, wgt_in_folder("again.st"));
    wg_params *q = wg_params_new(c);
    cr_expect_eq(wg_params_read(q, wgt_in_folder("again.st")), WG_OK, "%s", wg_message(c));
    for (int i = 0; i < 11; i++) {
        const wg_tensor a = wg_params_tensor(p, i), b = wgt_named(q, wg_params_name(p, i));
        cr_expect(wgt_same_bits(&a, &b), "%s", wg_params_name(p, i));
    }
    wg_params *r = wg_params_new(c);
    f = net("{" NET "," READABLE "," OTHERS "}", 67);
    WGT_REFUSED(c, DTYPE, "which cannot be read", wg_params_read(r, wgt_saved("n.st", &f)));
    cr_expect_eq(wg_params_count(r), 0);
}

Test(safetensors, reading_twice)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wgt_some_params(c);
    wg_params_save(p, wgt_in_folder("p.st"));
    cr_expect_neq(wg_params_read(p, wgt_in_folder("p.st")), WG_OK);
    wgt_expect_error(c, WG_ERROR_USE, "\"fc1.W\" is among the parameters already");
    cr_expect_eq(wg_params_count(p), 4);
}

/* A letter stands as itself or as its escape; the file that is written has the letters. */
Test(safetensors, names_of_any_letters)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c), *q = wg_params_new(c);
    wgt_bytes f = wgt_safetensors(
        "{\"couche-1.\\u00e9t\xc3\xa9\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
        "\0\0\x80\x3f", 4);
    cr_expect_eq(wg_params_read(p, wgt_saved("n.st", &f)), WG_OK);
    cr_expect_str_eq(wg_params_name(p, 0), "couche-1.\xc3\xa9t\xc3\xa9");
    cr_expect_eq(wg_params_save(p, wgt_in_folder("m.st")), WG_OK);
    cr_expect_eq(wg_params_read(q, wgt_in_folder("m.st")), WG_OK);
    const wg_tensor t = wg_params_tensor(q, wg_params_find(q, "couche-1.\xc3\xa9t\xc3\xa9"));
    cr_expect_eq(wg_tensor_item(&t, 0), 1);
}

Test(safetensors, names_that_no_parameter_has)
{
    static const char *const names[] = { "a b", "", ".a", "a.", "a..b", "a/b", "\\u0007", "\xc3", "\\\"" };
    char json[200];
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(json, sizeof json,
                 "{\"ok\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[0,2]},\"%s\":{\"dtype\":\"F16\","
                 "\"shape\":[],\"data_"
                 "offsets\":[2,4]}}",
                 names[i]);
        wgt_bytes f = wgt_safetensors(json, "\1\2\3\4", 4);
        cr_expect_neq(wg_params_read(p, wgt_saved("n.st", &f)), WG_OK);
        wgt_expect_error(c, WG_ERROR_FORMAT, "no parameter name");
        cr_expect_eq(wg_params_count(p), 0);
    }
}

static void expect_wrong(const char *header, const char *message)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    wgt_bytes f = wgt_safetensors(header, "\1\2\3\4", 4);
    cr_expect_neq(wg_params_read(p, wgt_saved("bad.st", &f)), WG_OK, "%s", header);
    cr_expect(strstr(wg_message(c), "bad.st: byte "), "%s: %s", header, wg_message(c));
    wgt_expect_error(c, WG_ERROR_FORMAT, message);
    cr_expect_eq(wg_params_count(p), 0);
}

Test(safetensors, wrong_headers)
{
    wgt_each_pair("tests/files/wrong_safetensors.txt", expect_wrong);
    expect_wrong("{\"a\nb\":{}}", "what no text may");
    expect_wrong("", "no '{'");
}

Test(safetensors, wrong_lengths)
{
    wgt_bytes f[3] = { { { 0 }, 7 },
                       { { 3, 0, 0, 0, 0, 0, 0, 0, '{', '}' }, 10 },
                       { { 2, 0, 0, 0, 0, 0, 0, 0x80, '{', '}' }, 10 } };
    const char *message[3] = { "byte 7: the file ends inside the first 8 bytes",
                               "a header of 3 bytes in a file of 10",
                               "a header of 9223372036854775810 bytes in a file of 10" };
    WGT_IN_CONTEXT(WG_F32, NULL);
    for (int i = 0; i < 3; i++) {
        cr_expect_neq(wg_params_read(wg_params_new(c), wgt_saved("bad.st", &f[i])), WG_OK);
        wgt_expect_error(c, WG_ERROR_FORMAT, message[i]);
    }
}
