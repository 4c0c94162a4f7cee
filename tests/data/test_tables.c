/* test_tables.c: tables of other programs. tests/tables/ has one table in many forms: each must give the
 * numbers of base.csv. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgdata.h"
#include "wgfiles.h"
#include "wglocale.h"

TestSuite(tables, .init = wgt_make_folder, .fini = wgt_remove_folder);

static wg_table *read_at(wg_site here, wg_context *c, const char *text, const wg_table_opts *o)
{
    const char *path = wgt_in_folder("a.csv");
    wgt_save(path, text, strlen(text));
    return wg_table_read_at(here, c, path, o);
}
#define read_text(c, ...) \
    WG_CALL_WITH(read_at, (WG_HERE, c, WG_HEAD_(__VA_ARGS__)), wg_table_opts, WG_TAIL_(__VA_ARGS__, ))

/* ---- one table in many forms ---- */

/* The parts of a line between tabs. */
static int split(char *line, char **part, int most)
{
    int n = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *at = line; at && n < most;) part[n++] = strsep(&at, "\t");
    return n;
}

/* The value of a word in base.csv's terms: members are 0 and 1 in either order of words, as FAUX comes before
 * VRAI and ja before nein. */
static int truth(const char *word)
{
    static const char *const yes[] = { "TRUE", "True", "WAHR", "VRAI", "VERDADEIRO", "yes", "ja", "t", "1" };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!strcmp(word, yes[i])) return 1;
    return 0;
}

static double at(wg_table *t, int k, int64_t row)
{
    const wg_tensor v = wg_table_values(t, k);
    return wg_tensor_item(&v, row);
}

static void same_words(wg_table *t, int k, wg_table *base, int b, const char *file, bool exact)
{
    for (int64_t r = 0; r < wg_table_rows(base); r++) {
        const char *is = wg_table_word(t, k, (int64_t)at(t, k, r)),
                   *want = wg_table_word(base, b, (int64_t)at(base, b, r));
        if (exact) cr_expect_str_eq(is, want, "%s row %d", file, (int)r);
        else cr_expect_eq(!*is, !*want, "%s row %d: '%s'", file, (int)r, is);
    }
}

/* signs: of the list of columns: *K a factor, ~D rounded to D digits, @ with a time of day. A number in per
 * cent is the same number. */
static void same_numbers(wg_table *t, int k, wg_table *base, int b, const char *file, const char *signs)
{
    const char *factor = strchr(signs, '*'), *digits = strchr(signs, '~');
    const double times = factor ? atof(factor + 1) : 1;
    const double bar = digits ? 0.500001 * pow(10, -atof(digits + 1)) : 0;
    for (int64_t r = 0; r < wg_table_rows(base); r++) {
        const double want = at(base, b, r) * times;
        double is = at(t, k, r);
        if (strchr(signs, '@')) is = floor(is);
        if (isnan(want))
            cr_expect(isnan(is), "%s: column %s, row %d is %g, not missing", file, wg_table_column(t, k).name,
                      (int)r, is);
        else
            cr_expect(fabs(is - want) <= bar * times + 4e-16 * fabs(want),
                      "%s: column %s, row %d is %.17g, not %.17g", file, wg_table_column(t, k).name, (int)r,
                      is, want);
    }
}

static void same_table(wg_context *c, wg_table *base, char *part[6])
{
    char path[300];
    snprintf(path, sizeof path, "tests/tables/%s", part[0]);
    wg_table *t = wg_table_read(c, path);
    cr_assert(t, "%s: %s", part[0], wg_message(c));
    cr_expect_eq(wg_table_rows(t), wg_table_rows(base), "%s: %d rows", part[0], (int)wg_table_rows(t));
    int k = 0;
    for (char *rest = part[4], *item; rest && (item = strsep(&rest, ";")); k++) {
        item += strspn(item, " ");
        char *sign = strrchr(item, '=');
        cr_assert(sign && k < wg_table_columns(t), "%s: %s", part[0], item);
        const wg_column column = wg_table_column(t, k);
        char name[80];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(sign + 1, " *%~@"), sign + 1);
        if (*name == '-' || *name == '+') {
            cr_expect(column.why || !strcmp(name, "+note"), "%s: column '%s' is an input", part[0],
                      column.name);
            continue;
        }
        const int b = wg_table_find(base, name);
        cr_assert(b >= 0, "%s: %s", part[0], name);
        if (!strcmp(name, "member")) {
            for (int64_t r = 0; r < wg_table_rows(base); r++) {
                const double v = at(t, k, r);
                const int is = column.type == WG_WORD ? truth(wg_table_word(t, k, (int64_t)v)) : (int)v;
                cr_expect_eq(is, (int)at(base, b, r), "%s: member in row %d", part[0], (int)r);
            }
            continue;
        }
        cr_expect_eq(column.type, wg_table_column(base, b).type, "%s: type of column %s", part[0],
                     column.name);
        if (column.type == WG_WORD) same_words(t, k, base, b, part[0], !strstr(part[0], "mac"));
        else same_numbers(t, k, base, b, part[0], sign + 1 + strlen(name));
    }
    for (; k < wg_table_columns(t); k++) /* a separator at the end of each row */
        cr_expect(wg_table_column(t, k).why, "%s: %d columns are described", part[0], k);
    wg_table_free(t);
}

Test(tables, one_table_in_the_forms_of_other_programs)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_table *base = wg_table_read(c, "tests/tables/base.csv");
    FILE *list = fopen("tests/tables/forms.txt", "r");
    char line[2000], *part[6];
    int files = 0;
    cr_assert(base && list, "%s", wg_message(c));
    while (fgets(line, sizeof line, list)) {
        if (*line == '#' || *line == '\n') continue;
        cr_assert_eq(split(line, part, 6), 6, "%s", line);
        same_table(c, base, part), files++;
    }
    fclose(list);
    cr_expect_eq(files, 31);
}

/* ---- numbers, dates, missing values ---- */

/* The one column of a file is read as numbers, and has this one first. */
static void expect_first(wg_context *c, const char *text, double want)
{
    wg_table *t = read_text(c, text);
    cr_assert(t, "%s: %s", text, wg_message(c));
    cr_expect_neq(wg_table_column(t, 0).type, WG_WORD, "%s", text);
    cr_expect_eq(at(t, 0, 0), want, "%s is %.17g, not %.17g", text, at(t, 0, 0), want);
    wg_table_free(t);
}

Test(tables, numbers_of_spreadsheets)
{
    static const struct {
        const char *text;
        double value;
    } want[] = {
        { "a;b\n1,5;x\n", 1.5 },
        { "a;b\n1.234,5;x\n", 1234.5 },
        { "a;b\n1.234.567;x\n", 1234567 },
        { "a;b\n1.234;x\n", 1234 },    /* with semicolons a comma is decimal, if nothing says more */
        { "a;b\n0.234;x\n", 0.234 },   /* no group begins with a 0 */
        { "a;b\n1.234;0.5\n", 1.234 }, /* another column says it */
        { "a,b\n\"1,234\",x\n", 1234 },
        { "a,b\n\"224,597\",x\n", 224597 },
        { "a,b\n\"12,34,567.5\",x\n", 1234567.5 },
        { "a,b\n1.234,x\n", 1.234 },
        { "a;b\n1 234,5;x\n", 1234.5 },
        { "a;b\n1\xE2\x80\xAF"
          "234\xC2\xA0€;x\n",
          1234 },
        { "a;b\n1'234.5;x\n", 1234.5 },
        { "a;b\n1\xE2\x80\x99"
          "234.5;x\n",
          1234.5 },
        { "a,b\n3%,x\n", 0.03 },
        { "a,b\n3.7 %,x\n", 0.037 },
        { "a;b\n-3,7%;x\n", -0.037 },
        { "a,b\n\"$1,234.50\",x\n", 1234.5 },
        { "a,b\n-$5,x\n", -5 },
        { "a,b\n$-5,x\n", -5 },
        { "a,b\n\"R$ 1,234\",x\n", 1234 },
        { "a,b\n(5.5),x\n", -5.5 },
        { "a,b\n\xE2\x88\x92"
          "5,x\n",
          -5 },
        { "a,b\n5-,x\n", -5 },
        { "a,b\n+5e-1,x\n", 0.5 },
        { "a;b\n1,5E+03;x\n", 1500 },
        { "a,b\n.5,x\n", 0.5 },
        { "a,b\n5.,x\n", 5 },
        { "a,b\n900719925474099267,x\n", 900719925474099267.0 },
        /* Days: 365 * 54 + 13 leap days to 2024-01-01, then 31 + 29 to the first of March. */
        { "a,b\n1970-01-02,x\n", 1 },
        { "a,b\n2024-03-01,x\n", 19783 },
        { "a,b\n01.03.2024,x\n", 19783 },
        { "a,b\n1.3.24,x\n", 19783 },
        { "a,b\n3/1/2024,x\n", 19783 },
        { "a;b\n1/3/2024;1,5\n", 19783 }, /* decimal commas: the day first */
        { "a,b\n1/3/2024,13/3/2024\n", 19783 },
        { "a,b\n2024/03/01 12:00,x\n", 19783.5 },
        { "a,b\n2024-03-01T18:00:00Z,x\n", 19783.75 },
        { "a,b\n2024-03-01T18:00:00+06:00,x\n", 19783.5 },
        { "a,b\n3/1/2024 6:00 PM,x\n", 19783.75 },
        { "a,b\n3/1/2024 12:00 PM,x\n", 19783.5 },
        { "a,b\n3/1/2024 12:00 AM,x\n", 19783 },
        { "a,b\n1-Mar-2024,x\n", 19783 },
        { "a,b\n\"March 1, 2024\",x\n", 19783 },
        { "a,b\n1969-12-31,x\n", -1 },
        { "a,b\n1600-02-29,x\n", -135081 },
        { "a,b\n06:00,x\n", 0.25 },
        { "a,b\n36:00:00,x\n", 1.5 },
        { "a,b\n1. M\xC3\xA4rz 2024,x\n", 19783 },
        { "a,b\n1 mars 2024,x\n", 19783 },
        { "a,b\n01.03.45,x\n", -9072 }, /* 1945, as spreadsheets have it: 25 years and 6 leap days before
                                             * 1970, and 59 days */
        { "a,b\n5 km,x\n7.5 km,y\n", 5 },
        { "a;b\n5,5 m\xC2\xB2;x\n7;y\n", 5.5 },
    };
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wgt_comma_locale();
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) expect_first(c, want[i].text, want[i].value);
}

/* What is no number and no date is a word. */
Test(tables, words)
{
    static const char *const word[] = { "1,23",       "1.2.3",      "12,34",  "1,234.5.6", "12 34", "5 km 2",
                                        "2024-13-01", "1-2",        "18-25",  "0x10",      "--5",   "(5",
                                        "31.02.2024", "2023-02-29", "1,2345", "$",         "%",     "+",
                                        "1/2",        "24:60",      "1e",     "A1",        "5 5",   "01,234",
                                        "1,,234",     "1234,567.5", "(-5)" };
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        char text[80];
        snprintf(text, sizeof text, "a;b\n%s;0.5\n", word[i]);
        wg_table *t = read_text(c, text, .decimal = '.');
        cr_assert(t, "%s", wg_message(c));
        cr_expect_eq(wg_table_column(t, 0).type, WG_WORD, "%s", word[i]);
        cr_expect_str_eq(wg_table_word(t, 0, 0), word[i]);
    }
}

Test(tables, missing_values)
{
    static const char *const none[] = { "",    "NA",  "N/A",     "n/a",  "#N/A", "#NV", "NULL", "null",
                                        "\\N", "NaN", "#DIV/0!", "None", "-",    "?",   "<NA>", "\"\"" };
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char text[80];
        snprintf(text, sizeof text, "a,b,w\n1,1,u\n%s,2,%s\n4,3,v\n", none[i], none[i]);
        wg_table *t = read_text(c, text);
        cr_assert(t, "%s: %s", none[i], wg_message(c));
        cr_expect(wg_table_column(t, 0).missing == 1 && isnan(at(t, 0, 1)), "%s", none[i]);
        cr_expect(wg_table_column(t, 2).missing == 1 && at(t, 2, 1) == -1 && wg_table_column(t, 2).words == 2,
                  "%s", none[i]);
    }
    wg_table *t = read_text(c, "a,w\n1,none\n-9,north\n4,x y\n", .missing = "-9, x y");
    cr_expect(wg_table_column(t, 0).missing == 1 && isnan(at(t, 0, 1)));
    cr_expect(wg_table_column(t, 1).words == 2 && at(t, 1, 2) == -1);
}

/* 2, 4, 12 have the mean 6 and the median 4. */
Test(tables, fillings)
{
    static const char text[] = "a,w,y\n2,u,1\n,v,2\n4,,3\n12,u,4\n";
    static const struct {
        const char *fill;
        int64_t rows;
        double a; /* in row 1 */
    } want[] = { { "mean", 4, 6 },           { "median", 4, 4 },
                 { "a=0.5,w=word", 4, 0.5 }, { "a=median, w=drop", 3, 7 }, /* of 2 and 12 */
                 { "mean,a=-1", 4, -1 },     { "a=-1,mean", 4, -1 },
                 { "drop", 2, 12 } };
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        wg_table *t = read_text(c, text, .fill = want[i].fill);
        cr_assert_eq(wg_table_use(t, ((int[]){ 0, 1 }), 2), WG_OK, "%s: %s", want[i].fill, wg_message(c));
        cr_expect_eq(wg_table_rows(t), want[i].rows, "%s", want[i].fill);
        cr_expect_eq(at(t, 0, 1), want[i].a, "%s: %g", want[i].fill, at(t, 0, 1));
        cr_expect_eq(at(t, 2, wg_table_rows(t) - 1), 4);
    }
    wg_table *t = read_text(c, text, .fill = "mean");
    cr_assert_eq(wg_table_use(t, ((int[]){ 0, 1 }), 2), WG_OK);
    cr_expect(wg_table_column(t, 1).words == 3 && !strcmp(wg_table_word(t, 1, 0), "missing"));
    for (int r = 0; r < 4; r++) cr_expect_eq(at(t, 1, r), ((double[]){ 1, 2, 0, 1 })[r], "row %d", r);
    t = read_text(c, text, .fill = "word");
    WGT_REFUSED(c, FORMAT, "a.csv:3:1: a: '' is no value, as in 1 of 4 rows",
                wg_table_use(t, ((int[]){ 0, 1 }), 2) ? NULL : t);
    wg_data *d = wg_data_csv(c, wgt_in_folder("a.csv"), .y = "a", .fill = "mean"); /* no answer is made up */
    cr_assert(d, "%s", wg_message(c));
    cr_expect_eq(wg_data_rows(d), 3);
}

/* ---- rows that are none, columns that say nothing ---- */

Test(tables, what_is_no_row)
{
    static const char *const way[] = {
        "a,b,w\n1,2,u\n3,4,v\n",
        "sep=;\na;b;w\n1;2;u\n3;4;v\n",
        "Sales of 2024\n\na,b,w\n1,2,u\n3,4,v\n",
        "Sales of 2024,,\n,,\na,b,w\n1,2,u\n3,4,v\n",
        "# made by a program\n# on a day, and so on, and on\na,b,w\n1,2,u\n3,4,v\n",
        "a,b,w\n1,2,u\n3,4,v\nTotal,6,\n",
        "a,b,w\n1,2,u\n3,4,v\n,,\n,,\n",
        "a,b,w,\n1,2,u,\n3,4,v,\n",
        " a | b | w\n---+---+---\n 1 | 2 | u\n 3 | 4 | v\n(2 rows)\n",
        "| a | b | w |\n|:--|--:|---|\n| 1 | 2 | u |\n| 3 | 4 | v |\n",
        "\"a\" \"b\" \"w\"\n\"r1\" 1 2 \"u\"\n\"r2\" 3 4 \"v\"\n",
        "a\tb\tw\n1\t2\tu\n3\t4\tv\n",
        "1,2,u\n3,4,v\n",
        "Account:,DE12,,\nFrom,to,,\n,,,\na,b,w,\n1,2,u,\n3,4,v,\n",
        "a,b,w\n1,2,u,\n3,4,v,\n",
        "a,b,w\n1,2,u\n3,4,v\n\n\"Source: a book, 2020\",,\n",
        "Title\n\na,b,w\n1,\"2\",u\n3,4,v\nTotal,\"6\",\n",
        "a,b,w\n1,2,u\n3,4,v\nSum,6,\nGrand total,6,\nof two rows\n",
        "# a,b,w\n1,2,u\n3,4,v\n",
    };
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        wg_table *t = read_text(c, way[i]);
        cr_assert(t, "way %zu: %s", i, wg_message(c));
        cr_expect_eq(wg_table_rows(t), 2, "way %zu: %d rows", i, (int)wg_table_rows(t));
        double sum = 0;
        int used = 0;
        for (int k = 0; k < wg_table_columns(t); k++) {
            if (wg_table_column(t, k).why) continue;
            used++;
            for (int r = 0; r < 2; r++) sum += at(t, k, r);
        }
        cr_expect(used == 3 && sum == 1 + 2 + 3 + 4 + 0 + 1, "way %zu: %d columns, %g", i, used, sum);
        wg_table_free(t);
    }
}

Test(tables, columns_that_say_nothing)
{
    char text[4000] = ",Name,CustomerID,day,colour,none\n";
    size_t n = strlen(text);
    for (int r = 0; r < 30; r++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%d,name %d,%d,%d,%s,\n", r, r, 7 * r + 3, r + 1,
                              r % 2 ? "red" : "blue");
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_table *t = read_text(c, text);
    static const char *const why[] = {
        "numbers the rows", "has another word in most rows", "numbers the rows", NULL, NULL, "is empty"
    };
    for (int k = 0; k < 6; k++) {
        const char *is = wg_table_column(t, k).why;
        cr_expect(why[k] ? is && !strcmp(is, why[k]) : !is, "%d: %s", k, is ? is : "");
    }
    wg_data *d = wg_data_csv(c, wgt_in_folder("a.csv"));
    cr_assert_eq(wg_data_x(d).shape.dim[1], 3); /* day, and two colours */
    d = wg_data_csv(c, wgt_in_folder("a.csv"), .x = "CustomerID,day");
    cr_assert_eq(wg_data_x(d).shape.dim[1], 2);
    d = wg_data_csv(c, wgt_in_folder("a.csv"), .type = "CustomerID=number");
    cr_assert_eq(wg_data_x(d).shape.dim[1], 4);
}

Test(tables, names)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_table *t = read_text(c, "a,\"b, c\",,a,a.1,a\n1,2,3,4,5,6\n");
    static const char *const name[] = { "a", "b, c", "", "a.2", "a.1", "a.3" };
    for (int k = 0; k < 6; k++) {
        cr_expect_str_eq(wg_table_column(t, k).name, name[k]);
        cr_expect_eq(wg_table_find(t, name[k]), k);
    }
    int column[6];
    cr_expect_eq(wg_table_named(t, "a.2, \"b, c\"", column, 6), 2);
    cr_expect(column[0] == 3 && column[1] == 1);
    cr_expect_eq(wg_table_named(t, "b, c", column, 6), 1); /* the name of one column */
    cr_expect_eq(wg_table_named(t, "a:q", column, 6), -1);
    wgt_expect_error(c, WG_ERROR_FORMAT, "there is no column 'q'");
    /* Years are names, and rows of numbers are none. */
    cr_expect_eq(wg_table_find(read_text(c, "x,2019,2020\n1,5,6\n2,7,8\n"), "2020"), 2);
    cr_expect_eq(wg_table_rows(read_text(c, "2019,2020\n5,6\n7,8\n")), 2);
    cr_expect_eq(wg_table_rows(read_text(c, "1,2\n5,6\n7,8\n")), 3);
    cr_expect_eq(wg_table_rows(read_text(c, "1,2\n5,6\n7,8\n", .header = 1)), 2);
    cr_expect_eq(wg_table_rows(read_text(c, "a,b\nc,d\n", .header = 0)), 2);
}

/* Numbers that name something. */
Test(tables, codes_are_words)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_table *t = read_text(c, "zip,n,k\n01067,1,3\n80331,0,3.0\n01067,2,x\n", .type = "k=word");
    cr_expect(wg_table_column(t, 0).type == WG_WORD &&
              !strcmp(wg_table_word(t, 0, (int64_t)at(t, 0, 0)), "01067"));
    cr_expect(wg_table_column(t, 1).type == WG_NUMBER);
    cr_expect(wg_table_column(t, 2).words == 2 && at(t, 2, 0) == 0 &&
              at(t, 2, 1) == 0); /* 3 and 3.0 are one word */
}

/* Numbers in several units are numbers, and what was found says so. A byte that is in no character is one
 * wrong letter. */
Test(tables, what_is_said_of_a_column)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    static const char *const mixed[] = { "5%\n7", "5 EUR\n7 USD", "7\n5%" }, *const same[] = { "5%\n7%",
                                                                                               "5 EUR\n7",
                                                                                               "$5\n$7" };
    for (int i = 0; i < 6; i++) {
        char text[40];
        snprintf(text, sizeof text, "a\n%s\n", i < 3 ? mixed[i] : same[i - 3]);
        const char *about = wg_table_about(read_text(c, text));
        cr_expect(!strstr(about, "not all in one unit") == (i >= 3), "%s%s", text, about);
    }
    wg_table *t = read_text(c, "a\n\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\n\xC3\xB6\xC3\xB6\xC3\xB6"
                               "\xC3\xB6\xC3\xB6\xC3\xB6\nx\xFFy\n");
    cr_expect(strstr(wg_table_about(t), ", damaged UTF-8"));
    cr_expect_str_eq(wg_table_word(t, 0, 0), "x\xEF\xBF\xBDy");
}

/* Rows with a field more than there are names: the names of rows, or a mistake. */
Test(tables, one_name_too_few)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_table *t = read_text(c, "y;a;b\nc0;1;1;\nc1;2;2;\nc0;3;3;\n");
    cr_expect(t && wg_table_find(t, "y") == 0 && wg_table_column(t, 0).words == 2, "%s", wg_table_about(t));
    t = read_text(c, "y;a\nr1;1;1\nr2;2;2\n");
    cr_expect(t && wg_table_find(t, "y") == 1 && wg_table_column(t, 0).why);
    t = read_text(c, "a,b\n7,8\n1,2,3\n4,5,6\n"); /* as many rows of two fields as of three */
    cr_expect(t && wg_table_columns(t) == 3);
    WGT_REFUSED(c, FORMAT, "a.csv:2:1: the row has 4 fields, and there are 3 names",
                read_text(c, "city,people,y\nRom,1,137,yes\nUlm,1,200,no\nRom,1,300,no\n"));
}

/* Words that look like what spreadsheets write for no value, rows that look like a footer or like the names
 * of rows, bytes that a terminal would follow. */
Test(tables, looks_like_something_else)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_table *t = read_text(c, "colour\n#FF0000\n#USA\n#NV\n#BEZUG!\n#N/A\n#00FF00\n");
    cr_assert_eq(wg_table_rows(t), 6);
    cr_expect(wg_table_column(t, 0).words == 3 && wg_table_column(t, 0).missing == 3);
    cr_expect_eq(wg_table_rows(read_text(c, "kind,v\nsum,1\nmean,2\nsum,3\n")), 3);
    cr_expect_eq(wg_table_rows(read_text(c, "kind,v\na,1\nb,2\nsum,3\n")), 2);
    t = read_text(c, "v,w\n1,2,\n3,4,\n5,6,\n");
    cr_expect(at(t, wg_table_find(t, "v"), 0) == 1 && at(t, wg_table_find(t, "w"), 2) == 6);
    t = read_text(c, "v,w\na,1,2\nb,3,4\n");
    cr_expect(at(t, wg_table_find(t, "v"), 0) == 1 && at(t, wg_table_find(t, "w"), 1) == 4);
    t = read_text(c, "a b c\n1,5 2,5 3,5\n2,5 3,5 4,5\n");
    cr_expect(at(t, wg_table_find(t, "b"), 0) == 2.5 && at(t, wg_table_find(t, "c"), 1) == 4.5);
    t = read_text(c, "a,b\n1 234,5 678\n2 234,6 678\n");
    cr_expect(at(t, 0, 0) == 1234 && at(t, 1, 1) == 6678);
    t = read_text(c, "a\n1\n2\n3\n4\n\x1B[31m\n");
    cr_expect(!strchr(wg_table_about(t), 0x1B), "%s", wg_table_about(t));
    WGT_REFUSED(c, FORMAT, "is no number, and the column has numbers", wg_table_values(t, 0));
}

/* Each word has the name of its column before it: a name of a megabyte is no reason to take gigabytes. */
Test(tables, more_memory_than_the_file_may_claim)
{
    enum { NAME = 1000000, ROWS = 9000 };
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *text = calloc(NAME + 20 * ROWS, 1), *to = text + NAME;
    memset(text, 'n', NAME);
    for (int r = 0; r < ROWS; r++) to += sprintf(to, "\nw%dx", r);
    wg_table *t = read_text(c, text);
    WGT_REFUSED(c, FORMAT, "the name of the column has 1000000 bytes", wg_table_about(t));
    memset(text, ',', NAME + 5), text[NAME + 5] = 0;
    WGT_REFUSED(c, FORMAT, "a.csv:1:1000001: the row has more than 1000000 fields", read_text(c, text));
    free(text);
}

/* The text of rows, as predictions are written beside them. */
Test(tables, rows_as_they_stand_in_the_file)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_table *t = read_text(c, "sep=;\r\n a;\"b\";\r\n1,5;\"x\n\"\"y\";\r\n\r\n;;\r\n2,5;z ;\r\n");
    static const char *const want[] = { " a;\"b\";", "1,5;\"x\n\"\"y\";", "2,5;z ;" };
    cr_assert_eq(wg_table_rows(t), 2, "%s", wg_table_about(t));
    for (int r = -1; r < 2; r++) {
        size_t n;
        const char *text = wgx_table_row(t, r, &n);
        cr_expect(text && n == strlen(want[r + 1]) && !memcmp(text, want[r + 1], n), "row %d: '%.*s'", r,
                  (int)n, text);
    }
    cr_expect(wgx_table_sign(t, false) == ';' && wgx_table_sign(t, true) == ',');
}

/* New rows are like those of before: words, fillings, no answers. */
Test(tables, sets_like_another)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    const char *path = wgt_in_folder("a.csv");
    read_text(c, "age,town,plan\n20,Bonn,a\n40,Rom,b\n,Bonn,a\n");
    wg_data *d = wg_data_csv(c, path, .y = "plan", .fill = "mean");
    cr_assert(d, "%s", wg_message(c));
    read_text(c, "town;age\nRom;22,5\nBonn;\n;1\n");
    wg_data *new = wg_data_csv(c, path, .like = d);
    cr_assert(new, "%s", wg_message(c));
    static const double want[] = { 22.5, 0, 1, 30, 1, 0, 1, 0, 0 }; /* age, Bonn, Rom */
    const wg_tensor x = wg_data_x(new);
    cr_assert(wg_shape_equal(x.shape, WG_SHAPE(3, 3)));
    for (int i = 0; i < 9; i++)
        cr_expect_eq(wg_tensor_item(&x, i), want[i], "%d: %g", i, wg_tensor_item(&x, i));
    cr_expect_null(wg_data_y(new).data);
    read_text(c, "town,age,plan\nRom,22,\n");
    new = wg_data_csv(c, path, .like = d);
    cr_assert(new && !wg_data_y(new).data, "%s", wg_message(c));
    read_text(c, "town,age,plan\nRom,22,b\n");
    cr_expect_eq(wgt_i32_at(wg_data_y(wg_data_csv(c, path, .like = d)), 0), 1);
    read_text(c, "town,age,plan\nParis,22,b\n");
    new = wg_data_csv(c, path, .like = d); /* with .fill it is a missing one: in no column */
    cr_assert(new, "%s", wg_message(c));
    cr_expect_eq(wgt_total(wg_data_x(new)), 22);
    read_text(c, "town,age,plan\nRom,22,z\n");
    WGT_REFUSED(c, FORMAT, "a.csv:2:8: plan: 'z' is not among the words of .like",
                wg_data_csv(c, path, .like = d));
    read_text(c, "town,plan\nRom,a\nUlm,b\n");
    d = wg_data_csv(c, path, .y = "plan");
    read_text(c, "town,plan\nParis,a\n");
    WGT_REFUSED(c, FORMAT,
                "a.csv:2:1: town: 'Paris' is not among the words of .like: .fill = \"town=word\" there",
                wg_data_csv(c, path, .like = d));
}

/* Rows without a y are left out of such a set, too, and no class is -1; a number that has two meanings has
 * that of the column there. */
Test(tables, sets_like_another_that_lack_something)
{
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    const char *path = wgt_in_folder("a.csv");
    read_text(c, "a;y\n1.25;p\n3.5;q\n4.5;p\n");
    wg_data *d = wg_data_csv(c, path, .y = "y", .fill = "mean");
    read_text(c, "a;y\n1.234;p\n2.345;\n3.456;q\n");
    wg_data *new = wg_data_csv(c, path, .like = d);
    cr_assert(new, "%s", wg_message(c));
    cr_assert_eq(wg_data_rows(new), 2);
    cr_expect(wgt_i32_at(wg_data_y(new), 0) == 0 && wgt_i32_at(wg_data_y(new), 1) == 1);
    const wg_tensor x = wg_data_x(new);
    cr_expect_eq(wg_tensor_item(&x, 0), 1.234);
    read_text(c, "a;y\n1.234,5;p\n"); /* here the sign is sure */
    const wg_tensor sure = wg_data_x(wg_data_csv(c, path, .like = d));
    cr_expect_eq(wg_tensor_item(&sure, 0), 1234.5);
}

/* ---- encodings ---- */

Test(tables, encodings)
{
    static const struct {
        const char *text;
        size_t n;
    } way[] = {
        { "\xEF\xBB\xBF"
          "gr\xC3\xBC\xC3\x9F"
          "e\n1\n",
          13 },
        { "gr\xFC\xDF"
          "e\n1\n",
          8 },
        { "\xFF\xFEg\0r\0\xFC\0\xDF\0e\0\n\0"
          "1\0\n\0",
          18 },
        { "\xFE\xFF\0g\0r\0\xFC\0\xDF\0e\0\n\0"
          "1\0\n",
          18 },
    };
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        const char *path = wgt_in_folder("a.csv");
        wgt_save(path, way[i].text, way[i].n);
        wg_table *t = wg_table_read(c, path);
        cr_assert(t, "way %zu: %s", i, wg_message(c));
        cr_expect_str_eq(wg_table_column(t, 0).name, "gr\xC3\xBC\xC3\x9F"
                                                     "e");
        cr_expect_eq(at(t, 0, 0), 1);
    }
}

/* Nothing but a table or an error with its file, whatever byte is wrong. */
Test(tables, every_prefix_and_every_byte_damaged)
{
    static const char good[] =
        "sep=;\nNr;d;a;\"w\"\n1;01.02.24;1.234,5 \xE2\x82\xAC;x\n2;;3 %;\"y \"\"z\"\nSumme;;;\n";
    WGT_ENDS wg_context *c = wgt_start(NULL, WG_F64, NULL);
    const char *path = wgt_in_folder("a.csv");
    for (size_t i = 0; i < 2 * sizeof good; i++)
        for (const char *bad = "\",\n\r;e 9\xFF\x80";; bad++) {
            char bytes[sizeof good];
            memcpy(bytes, good, sizeof good);
            if (i < sizeof good) bytes[i] = *bad;
            wgt_save(path, bytes, i < sizeof good ? sizeof good - 1 : i - sizeof good);
            wg_table *t = wg_table_read(c, path);
            cr_expect(t ? *wg_table_about(t) || wg_failed(c) : strstr(wg_message(c), "a.csv") != NULL, "%s",
                      wg_message(c));
            for (int64_t r = -1; r < wg_table_rows(t); r++) {
                size_t n = 0;
                const char *text = wgx_table_row(t, r, &n);
                for (size_t k = 0; k < n; k++) cr_expect(text[k] || wg_failed(c));
            }
            wg_recover(c);
            wg_table_free(t);
            if (!*bad || i >= sizeof good) break;
        }
}

static void read_all(wg_context *c)
{
    wg_table *t = read_text(c, "Nr;a;w\n1;1,5;u\n2;;v\n3;2;\n", .fill = "mean", .missing = "-9");
    wg_table_use(t, ((int[]){ 1, 2 }), 2);
    wg_table_about(t);
    size_t n;
    wgx_table_row(t, 1, &n);
    wg_table_free(t);
}
Test(tables, every_allocation_fails) { wgt_each_allocation_fails(NULL, 300, read_all); }
