/* test_csv.c: data sets from CSV files: RFC 4180, columns by name, categories, numbers, and files that are
 * damaged. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgdata.h"
#include "wgfiles.h"
#include "wglocale.h"

TestSuite(csv, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const char *file_of(const void *bytes, size_t n)
{
    const char *path = wgt_in_folder("a.csv");
    wgt_save(path, bytes, n);
    return path;
}
static wg_data *read_text_at(wg_site here, wg_context *c, const char *text, const wg_csv_opts *o)
{
    return wg_data_csv_at(here, c, file_of(text, strlen(text)), o);
}
#define read_text(c, ...) \
    WG_CALL_WITH(read_text_at, (WG_HERE, c, WG_HEAD_(__VA_ARGS__)), wg_csv_opts, WG_TAIL_(__VA_ARGS__, ))

static wg_context *start(void) { return wgt_start(NULL, WG_F64, NULL); }

static void expect_numbers(wg_tensor t, wg_shape s, const double *want)
{
    cr_assert_eq(t.dtype, WG_F64);
    cr_assert(wg_shape_equal(t.shape, s));
    for (int64_t i = 0; i < wg_shape_size(s); i++)
        cr_expect_eq(((const double *)t.data)[i], want[i], "element %d: %.17g, not %.17g", (int)i,
                     ((const double *)t.data)[i], want[i]);
}
#define EXPECT(t, shape, ...) expect_numbers(t, shape, (const double[]){ __VA_ARGS__ })

Test(csv, every_other_column_is_x)
{
    WGT_ENDS wg_context *c = start();
    wg_data *d = read_text(c, "a,y,b\n1,2,3\n-4.5,5,6e2\n", .y = "y");
    cr_assert_eq(wg_data_rows(d), 2, "%s", wg_message(c));
    EXPECT(wg_data_x(d), WG_SHAPE(2, 2), 1, 3, -4.5, 600);
    EXPECT(wg_data_y(d), WG_SHAPE(2), 2, 5);
    cr_expect_str_eq(wg_data_column(d, 0), "a");
    cr_expect_str_eq(wg_data_column(d, 1), "b");
    cr_expect_str_eq(wg_data_column(d, 2), "");
    cr_expect_str_eq(wg_data_class(d, 0), "");
    cr_expect(strstr(wg_data_about(d), "a.csv"));
    d = read_text(c, "a,y,b\n1,2,3\n");
    EXPECT(wg_data_x(d), WG_SHAPE(1, 3), 1, 2, 3);
    cr_expect_null(wg_data_y(d).data);
}

Test(csv, has_the_dtype_of_the_context)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_data *d = read_text(c, "a,y\n0.1,2\n", .y = "y");
    cr_expect_eq(wg_data_x(d).dtype, WG_F32);
    cr_expect_eq(wgt_f32_at(wg_data_x(d), 0), 0.1f);
    cr_expect_eq(wg_data_y(d).dtype, WG_F32);
}

/* Ways to write one table: ends of lines, quotes, marks, spaces, empty lines. */
Test(csv, ways_to_write_it)
{
    static const char *const way[] = {
        "a,b,y\n1,2,3\n4,5,6\n",
        "a,b,y\r\n1,2,3\r\n4,5,6\r\n",
        "a,b,y\r1,2,3\r4,5,6",
        "a,b,y\n1,2,3\n4,5,6",
        "\xEF\xBB\xBF"
        "a,b,y\n1,2,3\n4,5,6\n",
        "\xEF\xBB\xBF\"a\",b,\"y\"\n1,2,3\n4,5,6\n",
        "\"a\",\"b\",\"y\"\n\"1\",\"2\",\"3\"\n\"4\",5,\"6\"",
        " a , b\t, y\n 1 ,2,  3\n4 , \"5\" ,6 \n",
        "\n\n\r\na,b,y\n\n1,2,3\n\r\n\n4,5,6\n\n\n",
        "a,b,y\n+1,2.,3.0e0\n.4e1,50E-1,6\n",
    };
    WGT_ENDS wg_context *c = start();
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        wg_data *d = read_text(c, way[i], .y = "y");
        cr_assert(d, "way %zu: %s", i, wg_message(c));
        EXPECT(wg_data_x(d), WG_SHAPE(2, 2), 1, 2, 4, 5);
        EXPECT(wg_data_y(d), WG_SHAPE(2), 3, 6);
    }
}

/* Columns 0, 2 and 10, 30 have mu 1 and 20, sigma 1 and 10. */
Test(csv, a_set_like_another_is_normalised_like_it)
{
    WGT_ENDS wg_context *c = start();
    wg_data *train = read_text(c, "a,b,y\n0,10,1\n2,30,5\n", .y = "y");
    wg_data *dev = read_text(c, "y,a,b\n3,3,0\n", .like = train);
    wg_data_normalise(train, "x");
    wg_data_normalise(train, "y"); /* mu 3, sigma 2 */
    wg_data *test = read_text(c, "b,a,y\n50,1,7\n", .like = dev);
    cr_assert(test, "%s", wg_message(c));
    EXPECT(wg_data_x(dev), WG_SHAPE(1, 2), 2, -2);
    EXPECT(wg_data_y(dev), WG_SHAPE(1), 0);
    EXPECT(wg_data_x(test), WG_SHAPE(1, 2), 0, 3);
    EXPECT(wg_data_y(test), WG_SHAPE(1), 2);
}

Test(csv, separators)
{
    WGT_ENDS wg_context *c = start();
    for (const char *s = ";\t|,:"; *s; s++) {
        char text[] = "a.b.y\n1.2.3\n";
        for (char *t = text; *t; t++)
            if (*t == '.') *t = *s;
        wg_data *d = read_text(c, text, .y = "y", .separator = *s);
        cr_assert(d, "%c: %s", *s, wg_message(c));
        EXPECT(wg_data_x(d), WG_SHAPE(1, 2), 1, 2);
    }
}

Test(csv, names_with_quotes_commas_and_lines)
{
    WGT_ENDS wg_context *c = start();
    wg_data *d = read_text(c, "\"size, \"\"m\"\"\",\"a\nb\",\"\"\n1,2,3\n", .y = "size, \"m\"");
    cr_assert(d, "%s", wg_message(c));
    EXPECT(wg_data_x(d), WG_SHAPE(1, 2), 2, 3);
    cr_expect_str_eq(wg_data_column(d, 0), "a\nb");
    cr_expect_str_eq(wg_data_column(d, 1), "");
    d = read_text(c, "5\"x,y\n1,2\n", .y = "y");
    cr_expect_str_eq(wg_data_column(d, 0), "5\"x", "a quote inside a field is a character");
}

Test(csv, lists_of_columns)
{
    const char *text = "a,b,c,d,e\n1,2,3,4,5\n6,7,8,9,10\n";
    WGT_ENDS wg_context *c = start();
    wg_data *d = read_text(c, text, .y = "e, b");
    EXPECT(wg_data_x(d), WG_SHAPE(2, 3), 1, 3, 4, 6, 8, 9);
    EXPECT(wg_data_y(d), WG_SHAPE(2, 2), 5, 2, 10, 7);
    d = read_text(c, text, .y = "e", .skip = "a,d");
    EXPECT(wg_data_x(d), WG_SHAPE(2, 2), 2, 3, 7, 8);
    d = read_text(c, text, .x = "d,a:c", .y = "e");
    EXPECT(wg_data_x(d), WG_SHAPE(2, 4), 4, 1, 2, 3, 9, 6, 7, 8);
    cr_expect_str_eq(wg_data_column(d, 0), "d");
    d = read_text(c, "1,2\n3,4\n", .header = false, .y = "0");
    EXPECT(wg_data_x(d), WG_SHAPE(2, 1), 2, 4);
}

Test(csv, columns_that_are_left_out_may_hold_anything)
{
    WGT_ENDS wg_context *c = start();
    wg_data *d = read_text(c, "id,a,y\nx1,1,2\n,3,4\n", .y = "y", .skip = "id");
    cr_assert(d, "%s", wg_message(c));
    EXPECT(wg_data_x(d), WG_SHAPE(2, 1), 1, 3);
}

Test(csv, categories)
{
    const char *text = "colour,n,kind\nred,1,\"tall \"\"one\"\"\"\n\"blue\",2,b\nred,3,b\n";
    WGT_ENDS wg_context *c = start();
    wg_data *d = read_text(c, text, .y = "kind", .categories = "colour,kind");
    cr_assert(d, "%s", wg_message(c));
    EXPECT(wg_data_x(d), WG_SHAPE(3, 3), 0, 1, 1, 1, 0, 2, 0, 1, 3);
    wg_tensor y = wg_data_y(d);
    cr_assert(y.dtype == WG_I32 && wg_shape_equal(y.shape, WG_SHAPE(3)));
    cr_expect(wgt_i32_at(y, 0) == 1 && wgt_i32_at(y, 1) == 0 && wgt_i32_at(y, 2) == 0);
    cr_expect_str_eq(wg_data_column(d, 0), "colour=blue");
    cr_expect_str_eq(wg_data_column(d, 1), "colour=red");
    cr_expect_str_eq(wg_data_column(d, 2), "n");
    cr_expect_str_eq(wg_data_class(d, 0), "b");
    cr_expect_str_eq(wg_data_class(d, 1), "tall \"one\"");
    cr_expect_str_eq(wg_data_class(d, 2), "");
    /* The file of the tests has one kind alone, and another order of columns. */
    wg_data *part = wg_data_split(d, 0.4);
    wg_data_free(d);
    d = read_text(c, "kind,more,colour,n\n\"tall \"\"one\"\"\",?,blue,7\n", .like = part);
    cr_assert(d, "%s", wg_message(c));
    EXPECT(wg_data_x(d), WG_SHAPE(1, 3), 1, 0, 7);
    cr_expect_eq(wgt_i32_at(wg_data_y(d), 0), 1);
}

Test(csv, categories_that_are_numbers_are_in_order_of_size)
{
    WGT_ENDS wg_context *c = start();
    wg_data *d = read_text(c, "a,y\n0,10\n0,x\n0,9\n0,-1\n", .y = "y", .categories = "y");
    cr_assert(d, "%s", wg_message(c));
    static const char *const word[] = { "-1", "9", "10", "x" };
    for (int k = 0; k < 4; k++) cr_expect_str_eq(wg_data_class(d, k), word[k]);
    cr_expect_eq(wgt_i32_at(wg_data_y(d), 0), 2);
}

Test(csv, without_rows)
{
    WGT_ENDS wg_context *c = start();
    wg_data *d = read_text(c, "a,b,y", .y = "y");
    cr_assert(d, "%s", wg_message(c));
    cr_expect(wg_shape_equal(wg_data_x(d).shape, WG_SHAPE(0, 2)));
    cr_expect(wg_shape_equal(wg_data_y(d).shape, WG_SHAPE(0)));
}

/* 17 digits name a double. The comma of a locale changes nothing, nor does the D of Fortran. */
Test(csv, numbers_are_those_that_were_written)
{
    enum { N = 2000 };
    static char text[N * 32];
    static double want[N];
    uint64_t bits = 88172645463325252u;
    WGT_ENDS wg_context *c = start();
    size_t at = (size_t)snprintf(text, sizeof text, "a\n");
    for (int i = 0; i < N; i++) {
        do {
            bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
            memcpy(&want[i], &bits, sizeof bits);
        } while (!isfinite(want[i]));
        char *e = text + at;
        at += (size_t)snprintf(text + at, sizeof text - at, "%.17g\n", want[i]);
        if (i % 2 && (e = strchr(e, 'e'))) *e = 'D';
    }
    wgt_comma_locale();
    expect_numbers(wg_data_x(read_text(c, text)), WG_SHAPE(N, 1), want);
}

/* ---- errors ---- */

typedef struct mistake {
    const char *text;
    struct {
        const char *x, *y, *categories, *type, *fill;
        int separator, decimal;
    } o;
    wg_status status;
    const char *message;
} mistake;

static const mistake mistakes[] = {
    { "", { 0 }, WG_ERROR_FORMAT, "a.csv:1:1: the file has no rows" },
    { "\n\n", { 0 }, WG_ERROR_FORMAT, "the file has no rows" },
    { "\r\n  \n\t\n\t\n", { 0 }, WG_ERROR_FORMAT, "the file has no rows" },
    { "a,y\n1,2\n3\n",
      { 0 },
      WG_ERROR_FORMAT,
      "a.csv:3:2: y: '' is no value, as in 1 of 2 rows: .fill = \"y=mean\"" },
    { "a,y\n1,2\n3,4,5\n", { 0 }, WG_ERROR_FORMAT, "a.csv:3:5: the row has more fields than the 2 columns" },
    { "a,y\n1,2\n1,\n", { 0 }, WG_ERROR_FORMAT, "a.csv:3:3: y: '' is no value, as in 1 of 2 rows" },
    { "a,y\n1,2\n , 4", { 0 }, WG_ERROR_FORMAT, "a.csv:3:2: a: '' is no value" },
    { "a,y\n1,2\n3,NA\n", { 0 }, WG_ERROR_FORMAT, "a.csv:3:3: y: 'NA' is no value" },
    { "a,y\n\n1, red\n",
      { .type = "y=number" },
      WG_ERROR_FORMAT,
      "a.csv:3:4: y: 'red' is no number, and the column has numbers: .type = \"y=word\" makes it a column of "
      "words" },
    { "a;y\n1;2,5\n",
      { .decimal = '.', .type = "y=number" },
      WG_ERROR_FORMAT,
      "a.csv:2:3: y: '2,5' is no number" },
    { "a,y\n1,0x10\n", { .type = "y=number" }, WG_ERROR_FORMAT, "'0x10' is no number" },
    { "a,y\n1,1e999\n", { 0 }, WG_ERROR_FORMAT, "y: '1e999' is too large" },
    { "a,y\n1,1e\n", { .type = "y=number" }, WG_ERROR_FORMAT, "'1e' is no number" },
    { "a,y\n1,1d5\n", { .type = "y=number" }, WG_ERROR_FORMAT, "'1d5' is no number" },
    { "a,y\n1,1 2\n", { .type = "y=number" }, WG_ERROR_FORMAT, "'1 2' is no number" },
    { "a,y\n1,1,2\n1,2\n", { 0 }, WG_ERROR_FORMAT, "a.csv:2:5: the row has more fields" },
    { "a,y\n1,1\n1,2\n1,3\n1,4\n1,5\n1,x\n",
      { 0 },
      WG_ERROR_FORMAT,
      "a.csv:7:3: y: 'x' is no number, and the column has numbers: .type = \"y=word\"" },
    { "a,y\n1,1-2-2024\n1,13-2-2024\n1,14-2-2024\n1,2-14-2024\n1,5-5-2024\n",
      { 0 },
      WG_ERROR_FORMAT,
      "a.csv:5:3: y: '2-14-2024' is no date, and the column has dates" },
    { "a,y\n1,1\n", { .type = "z=word" }, WG_ERROR_FORMAT, "there is no column 'z'" },
    { "a,y\n1,1\n",
      { .type = "y=words" },
      WG_ERROR_FORMAT,
      ".type = \"y=words\": 'y=words' is none of its words" },
    { "a,y\n1,1\n", { .type = "word" }, WG_ERROR_FORMAT, "write the name of a column before it" },
    { "a,y\n1,1\n", { .fill = "y=most" }, WG_ERROR_FORMAT, "write mean, median, word, drop or keep" },
    { "a,y\n1,\"2\n3", { 0 }, WG_ERROR_FORMAT, "a.csv:2:3: the quote that begins here is never closed" },
    { "a,y\n1,\"2\"3\n", { 0 }, WG_ERROR_FORMAT, "a.csv:2:6: there is text behind a closing quote" },
    { "a,y\n1,2\"3\n", { .type = "y=number" }, WG_ERROR_FORMAT, "a.csv:2:3: y: '2\"3' is no number" },
    { "a,\"y\n\nz\"\n1,bad\n",
      { .type = "y\n\nz=number" },
      WG_ERROR_FORMAT,
      "a.csv:4:3: y\n\nz: 'bad' is no number" },
    { "hours,passed\n1,1\n", { .y = "pased" }, WG_ERROR_FORMAT, "no column 'pased'; did you mean 'passed'?" },
    { "a,b\n1,1\n", { .y = "b,,a" }, WG_ERROR_FORMAT, "there is no column ''" },
    { "a,b\n1,1\n", { .x = "b:a" }, WG_ERROR_FORMAT, "column 'a' comes before 'b'" },
    { "a,b\n1,1\n", { .x = "a:q" }, WG_ERROR_FORMAT, "there is no column 'q'" },
    { "a,b\n1,1\n", { .y = "b", .x = "a,b" }, WG_ERROR_FORMAT, "column 'b' is asked for twice" },
    { "a,b\n1,1\n", { .y = "a:b" }, WG_ERROR_FORMAT, "no column is left for x" },
    { "a,b,d\n1,1,1\n", { .y = "a:b", .categories = "b" }, WG_ERROR_FORMAT, "'b' cannot be a category" },
    { "a,b\n1,\n",
      { .categories = "b" },
      WG_ERROR_FORMAT,
      "a.csv:2:3: b: '' is no value, as in 1 of 1 rows: .fill = \"b=word\" writes a word of its own there" },
    { "a,b\n1,\n", { .x = "a,b" }, WG_ERROR_FORMAT, "a.csv:2:3: b: '' is no value" },
    { "PK\3\4...", { 0 }, WG_ERROR_FORMAT, "is a ZIP file, as a workbook (.xlsx, .ods)" },
    { "a,b\n1,1\n", { .decimal = ';' }, WG_ERROR_USE, "the decimal sign must be a point or a comma" },
    { "a,b\n1,1\n",
      { .separator = ',', .decimal = ',' },
      WG_ERROR_USE,
      "the separator and the decimal sign are the same" },
    { "a,b\n1,1\n", { .separator = '"' }, WG_ERROR_USE, "the separator must be" },
    { "a,b\n1,1\n", { .separator = 'e' }, WG_ERROR_USE, "the separator must be" },
    { "a,b\n1,1\n", { .separator = 256 + ',' }, WG_ERROR_USE, "the separator must be" },
    { "a,b\n1,1\n", { .separator = 0xFF1B }, WG_ERROR_USE, "the separator must be" },
    { "a,b\n1,1\n", { .separator = 0xE9 }, WG_ERROR_USE, "the separator must be" },
    { "a,b\n1,1\n", { .separator = '\n' }, WG_ERROR_USE, "the separator must be" },
    { "a,b\n1,1\n", { .separator = -1 }, WG_ERROR_USE, "the separator must be" },
};

Test(csv, errors_name_the_place)
{
    WGT_ENDS wg_context *c = start();
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const mistake *m = &mistakes[i];
        cr_expect_null(read_text(c, m->text, .x = m->o.x, .y = m->o.y, .categories = m->o.categories,
                                 .type = m->o.type, .fill = m->o.fill, .separator = m->o.separator,
                                 .decimal = m->o.decimal),
                       "%s", m->message);
        wgt_expect_error(c, mistakes[i].status, mistakes[i].message);
    }
    wg_data *d = read_text(c, "a,k\n1,x\n", .y = "k", .categories = "k");
    read_text(c, "a,k\n1,y\n", .like = d);
    wgt_expect_error(c, WG_ERROR_FORMAT, "a.csv:2:3: k: 'y' is not among the words of .like");
    read_text(c, "b,k\n1,y\n", .like = d);
    wgt_expect_error(c, WG_ERROR_FORMAT, "there is no column 'a', as .like has it");
    read_text(c, "a,k\n1,y\n", .like = d, .y = "k");
    wgt_expect_error(c, WG_ERROR_USE, "give no lists with it");
    read_text(c, "a,k\n1,y\n", .like = d, .fill = "mean");
    wgt_expect_error(c, WG_ERROR_USE, "give no lists with it");
    read_text(c, "a,k\n1,y\n", .like = wg_data_make(c, "xor", 4));
    wgt_expect_error(c, WG_ERROR_USE, "no set of this context that was read from a CSV file");
    WGT_REFUSED(c, FILE, "none.csv", wg_data_csv(c, wgt_in_folder("none.csv")));
    WGT_REFUSED(c, FORMAT, "a.csv:2:3: a zero byte", wg_data_csv(c, file_of("a,b\n1,\0\n", 9)));
    WGT_REFUSED(c, FORMAT, "a.csv:2:4: a zero byte", wg_data_csv(c, file_of("a,b\n1,\"\0\"\n", 11)));
}

Test(csv, too_large_for_a_float)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    WGT_REFUSED(c, FORMAT, "a.csv:2:1: a: '1e39' is too large", read_text(c, "a\n1e39\n"));
}

/* ---- damage ---- */

/* A set, or an error with a place: nothing else. Every byte that is read is inside the file. */
static void expect_survives(wg_context *c, const char *bytes, size_t n)
{
    wg_data *d = wg_data_csv(c, file_of(bytes, n), .y = "k", .categories = "k,w");
    if (d) wgt_total(wg_data_x(d));
    else cr_expect(strstr(wg_message(c), "a.csv:"), "%s", wg_message(c));
    wg_recover(c);
    wg_data_free(d);
}

Test(csv, every_prefix_and_every_byte_damaged)
{
    static const char good[] = "\xEF\xBB\xBF"
                               "n,w,k\r\n1.5,\"a \"\"b\"\",\nc\",x\r\n-2e3,q,y\r\n";
    WGT_ENDS wg_context *c = start();
    for (size_t n = 0; n < sizeof good; n++) expect_survives(c, good, n);
    for (size_t i = 0; i + 1 < sizeof good; i++)
        for (const char *bad = "\",\n\r;e 9\xFF\x80";; bad++) {
            char bytes[sizeof good];
            memcpy(bytes, good, sizeof good);
            bytes[i] = *bad;
            expect_survives(c, bytes, sizeof good - 1);
            if (!*bad) break;
        }
}

Test(csv, huge_fields_and_many_words)
{
    enum { HUGE = 1 << 20 };
    char *text = malloc(2 * HUGE);
    WGT_ENDS wg_context *c = start();
    cr_assert(text);
    memset(text, '0', HUGE);
    memcpy(text, "a\n0.", 4);
    memcpy(text + HUGE, "1\n", 2);
    wg_data *d = wg_data_csv(c, file_of(text, HUGE + 2));
    EXPECT(wg_data_x(d), WG_SHAPE(1, 1), 0); /* 10^-1048573 is 0 in double */
    memset(text, '9', HUGE);
    memcpy(text, "a\n", 2);
    wg_data_csv(c, file_of(text, HUGE));
    wgt_expect_error(c, WG_ERROR_FORMAT,
                     "a.csv:2:1: a: '9999999999999999999999999999999999999999...' is too");
    memset(text, ',', HUGE);
    WGT_REFUSED(c, FORMAT, "a.csv:1:1000001: the row has more than 1000000 fields",
                wg_data_csv(c, file_of(text, HUGE)));
    WGT_REFUSED(c, FORMAT, "100000 columns have the name of another one",
                wg_data_csv(c, file_of(text, 100000)));
    size_t at = 2;
    memcpy(text, "a\n", 2);
    for (int i = 0; i < 10001; i++) at += (size_t)snprintf(text + at, 2 * HUGE - at, "w%d\n", i);
    wg_data_csv(c, file_of(text, at), .categories = "a");
    wgt_expect_error(c, WG_ERROR_FORMAT, "a.csv:10002:1: a: 'w10000' is one word too many");
    free(text);
}

static void read_and_normalise(wg_context *c)
{
    static const char text[] = "n,w,k\n1,a,x\n2,\"b\",y\n3,a,x\n";
    const char *path = file_of(text, sizeof text - 1);
    wg_data *d = wg_data_csv(c, path, .y = "k", .categories = "w,k");
    wg_data_normalise(d, "x");
    d = wg_data_csv(c, path, .like = d);
    wg_data_free(wg_data_split(d, 0.5));
}
Test(csv, every_allocation_fails) { wgt_each_allocation_fails(NULL, 200, read_and_normalise); }
