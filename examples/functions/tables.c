/* tables.c: tables of other programs. A file of another program is read as it is: wg_table_read finds how
 * it is written, and wg_data_csv stands on it. What a column cannot hold, and a missing value, is an error
 * with line and column once the column is used. */
#include <wengert/wengert.h>

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    FILE *f = fopen("kunden.csv", "w");
    fputs("Nr;Stadt;Alter;Umsatz;Quote\r\n"
          "1;Bonn;20;1.234,50 €;3,5 %\r\n"
          "2;Ulm;;224.597,00 €;12 %\r\n"
          "3;Bonn;40;-5,00 €;0 %\r\n"
          "Summe;;;225.826,50 €;\r\n",
          f);
    fclose(f);
    wg_table *t = wg_table_read(c, "kunden.csv", .fill = "Alter=mean");
    int used[3];
    int n = wg_table_named(t, "Alter:Quote", used, 3);
    wg_table_use(t, used, n); /* checks these columns, and fills the missing age */
    fputs(wg_table_about(t), stdout);
    for (int r = 0; r < (int)wg_table_rows(t); r++) {
        wg_tensor age = wg_table_values(t, used[0]), money = wg_table_values(t, used[1]);
        printf("%g %g\n", wg_tensor_item(&age, r), wg_tensor_item(&money, r));
    }
    wg_column town = wg_table_column(t, wg_table_find(t, "Stadt"));
    printf("%s has %d words, the last is %s\n", town.name, (int)town.words,
           wg_table_word(t, 1, town.words - 1));
    wg_table_free(t);
    wg_data *d = wg_data_csv(c, "kunden.csv", .x = "Alter:Quote", .fill = "drop");
    printf("%d rows are left, about %.40s\n", (int)wg_data_rows(d), wg_data_about(d));
    wg_data_free(d);
    return wg_finish(c, stderr);
}
