#!/bin/sh
# Makes every table of this folder again: make.py those "by hand", the programs below theirs. Nothing of the
# tests needs it: the tables are stored. It wants, of Debian 12: python3-pandas r-base-core r-cran-readr
# sqlite3 postgresql mariadb-server libreoffice-calc gnumeric gawk locales (with de_DE, de_CH, fr_FR, pt_BR
# and en_IN in UTF-8); of npm: xlsx papaparse, in the folder NODE_PATH. Run as root (for the servers' own
# users). forms.txt says which versions wrote what is stored.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
t=$(mktemp -d)
chmod 755 "$t"
trap 'kill "$(cat "$t/my/pid" 2>/dev/null)" 2>/dev/null || :; sleep 1; rm -rf "$t"' EXIT
cd "$t"
$python "$here/make.py"
$python "$here/make.py" source source.csv
export LC_ALL=C.UTF-8

# --- R ---
Rscript - "$here" <<'R'
to <- function(f) file.path(commandArgs(TRUE)[1], f)
d <- read.csv("source.csv", na.strings = "", encoding = "UTF-8")
base <- d[c("id", "date", "age", "income", "balance", "rate", "town", "member", "plan")]
write.csv(cbind(name = d$name, base), to("r_write_csv.csv"))
write.csv2(base, to("r_write_csv2.csv"))
write.table(base, to("r_write_table.txt"))
R

# --- pandas ---
$python - "$here" <<'P'
import csv, sys, pandas as pd
d = pd.read_csv("source.csv", parse_dates=["date", "time"])
base = d[["id", "date", "age", "income", "balance", "rate", "town", "member", "plan"]]
to = sys.argv[1] + "/"
base.to_csv(to + "pandas_index.csv")
times = base.assign(date=d["time"])
times.to_csv(to + "pandas_de.csv", index=False, sep=";", decimal=",", encoding="utf-8-sig", na_rep="nan")
times.to_csv(to + "pandas_iso.csv", index=False, date_format="%Y-%m-%dT%H:%M:%SZ", na_rep="None",
             float_format="%.3f", quoting=csv.QUOTE_NONNUMERIC)
P

# --- SQLite ---
sqlite3 t.db <<'Q'
create table s(id integer, date text, age integer, income real, balance real, rate real, town text,
    member text, plan text, name text, note text, key integer, time text);
.import --csv --skip 1 source.csv s
update s set age = nullif(age, ''), town = nullif(town, '');
create view yes as select id, date, age, income, balance, rate, town, 
    iif(member = 'TRUE', 'yes', 'no') member, plan from s;
create view one as select id, date, age, income, balance, rate, town, member = 'TRUE' as member, plan from s;
Q
sqlite3 -csv -header t.db 'select * from yes' > "$here/sqlite_csv.csv"
sqlite3 -header -separator '|' t.db 'select * from one' > "$here/sqlite_pipe.txt"
sqlite3 -tabs -header -nullvalue NULL t.db 'select * from yes' > "$here/sqlite_tabs.csv"
sqlite3 -quote -header t.db 'select * from one' > "$here/hostile/sqlite_quote.csv"

# --- PostgreSQL ---
cat > pg.sql <<Q
create table s(id int, date date, age int, income numeric(9,2), balance numeric(9,2), rate numeric(5,4), town text, member bool,
    plan text, name text, note text, key bigint, time timestamptz);
set timezone = 'UTC';
\\copy s from source.csv csv header
create table c as select id, plan from s;
\\copy (select key, id, date, age, income, balance, rate, town, member, plan from s) to '$t/copy.csv' csv header
\\copy (select id, date, age, income, balance, rate, town, member, plan from s) to '$t/copy.txt'
\\o aligned.txt
select id, date, age, income, balance, rate, town, member, plan from s;
\\o unaligned.txt
\\pset format unaligned
select s.id, time as date, age, income, balance, rate, town, member, c.* from s join c on s.id = c.id order by s.ctid;
Q
LC_ALL=C.UTF-8 pg_virtualenv psql -q -X -v ON_ERROR_STOP=1 -f pg.sql
cp copy.csv "$here/psql_copy.csv"
cp copy.txt "$here/psql_copy_text.txt"
cp aligned.txt "$here/psql_aligned.txt"
cp unaligned.txt "$here/psql_unaligned.txt"

# --- MariaDB ---
mkdir my && cp source.csv my/ && chown -R mysql my
mariadb-install-db --no-defaults --user=mysql --datadir="$t/my" > /dev/null 2>&1
mariadbd --no-defaults --user=mysql --datadir="$t/my" --skip-networking --socket="$t/my/sock" \
    --pid-file="$t/my/pid" 2> /dev/null &
for i in 1 2 3 4 5 6 7 8 9 10; do mariadb-admin --no-defaults -S "$t/my/sock" ping > /dev/null 2>&1 &&
    break; sleep 1; done
utf8=--default-character-set=utf8mb4
mariadb --no-defaults -S "$t/my/sock" $utf8 --batch test <<Q > "$here/mysql_batch.txt"
create table s(id int, date date, age int, income decimal(9,2), balance decimal(9,2), rate double,
    town varchar(9), member bool, plan varchar(9), name text, note text, k bigint, time datetime)
    character set utf8mb4;
load data infile '$t/my/source.csv' into table s character set utf8mb4
    fields terminated by ',' enclosed by '"' escaped by ''
    ignore 1 lines (id, date, @age, income, balance, rate, @town, @member, plan, name, note, k, time)
    set age = nullif(@age, ''), town = nullif(@town, ''), member = @member = 'TRUE';
select k as customer_key, id, time as date, age, income, balance, rate, town, member, plan from s;
Q

# --- JavaScript: Papa Parse, SheetJS, which also writes the workbooks of the spreadsheets below ---
cat > t.js <<'J'
const fs = require('fs'), P = require('papaparse'), X = require('xlsx'), here = process.argv[2] + '/';
const rows = P.parse(fs.readFileSync('source.csv', 'utf8'), { header: true, skipEmptyLines: true }).data;
const base = ['id', 'date', 'age', 'income', 'balance', 'rate', 'town', 'member', 'plan'];
fs.writeFileSync(here + 'papaparse.csv', P.unparse({ fields: ['note', ...base], data: rows }, { quotes: true }));
for (const r of rows) r.paise = Math.round(100 * r.income);
const plain = { id: '0', date: 'dd/mm/yyyy', age: '0', income: '#,##0.00', balance: '#,##0.00', rate: '0.0%',
    paise: '[>=10000000]##\\,##\\,##\\,##0;[>=100000]##\\,##\\,##0;##,##0' };
function sheet(names, columns, formats, file, total) {
    const z = { ...plain, ...formats };
    const value = (r, c) => c === 'date' ? Date.parse(r.date + 'T00:00:00Z') / 864e5 + 25569 : +r[c];
    const cell = (r, c) => r[c] === '' ? null : c === 'member' ? { t: 'b', v: r[c] === 'TRUE' } :
        z[c] ? { t: 'n', v: value(r, c), z: z[c] } : { t: 's', v: r[c] };
    const top = total ? [[{ t: 's', v: 'Kunden 2024' }], []] : [];
    const all = [...top, names.map(n => ({ t: 's', v: n })), ...rows.map(r => columns.map(c => cell(r, c)))];
    if (total) all.push(columns.map(c => c === 'id' ? { t: 's', v: 'Summe' } : c === 'income' || c === 'balance' ?
        { t: 'n', v: rows.reduce((s, r) => s + +r[c], 0), z: z[c] } : null));
    const s = { '!ref': X.utils.encode_range({ s: { r: 0, c: 0 }, e: { r: all.length - 1, c: names.length - 1 } }) };
    all.forEach((r, i) => r.forEach((v, j) => { if (v) s[X.utils.encode_cell({ r: i, c: j })] = v; }));
    const b = X.utils.book_new();
    X.utils.book_append_sheet(b, s, 'Sheet1');
    if (file) X.writeFile(b, file);
    return s;
}
const german = ['Nummer', 'Datum', 'Alter', 'Einkommen (EUR)', 'Saldo', 'Quote', 'Ort', 'Mitglied', 'Tarif'];
const dots = { date: 'dd.mm.yyyy' };
sheet(german, base, { ...dots, balance: '#,##0.00 [$€-407]' }, 'libreoffice_de.xlsx', true);
const swiss = n => german.map(s => s.replace(/.*EUR.*/, n));
sheet(swiss('Einkommen (CHF)'), base, dots, 'libreoffice_ch.xlsx');
sheet(swiss('Einkommen'), base, { ...dots, income: '"CHF" #,##0.00' }, 'gnumeric_ch.xlsx');
sheet(['Número', 'Data', 'Idade', 'Renda', 'Saldo', 'Taxa', 'Cidade', 'Membro', 'Plano'], base,
    { income: '[$R$-416] #,##0.00', balance: '[$R$-416] #,##0.00;-[$R$-416] #,##0.00', rate: '0.00%' }, 'libreoffice_br.xlsx');
sheet(['ID', 'Date', 'Age', 'Income (paise)', 'Balance', 'Rate', 'Town', 'Member', 'Plan'],
    base.map(c => c === 'income' ? 'paise' : c), { rate: '0.0000' }, 'libreoffice_in.xlsx');
sheet(['Numéro', 'Date', 'Âge', 'Revenu', 'Solde', 'Taux', 'Ville', 'Membre', 'Formule'], base, {}, 'gnumeric_fr.xlsx');
const cut = ['id', 'plan', 'date', 'income', 'balance', 'rate', 'member', 'age', 'town'];
fs.writeFileSync(here + 'sheetjs.csv', X.utils.sheet_to_csv(sheet(cut, cut, { date: 'yyyy-mm-dd', rate: '0.000', id: '#,##0' }, 'x.xlsx'), { strip: true }));
fs.writeFileSync(here + 'hostile/xlsx.csv', fs.readFileSync('x.xlsx').subarray(0, 512));
J
node t.js "$here"

# --- LibreOffice, Gnumeric: cells as shown, in the locale of the environment ---
office() { # name locale separator quote-all
    LC_ALL=$2.UTF-8 timeout 120 soffice "-env:UserInstallation=file://$t/office-$1" --headless --convert-to \
        "csv:Text - txt - csv (StarCalc):$3,34,76,1,,0,$4,true,true" "libreoffice_$1.xlsx" > /dev/null 2>&1
    cp "libreoffice_$1.csv" "$here/"
}
office de de_DE 59 false
office ch de_CH 59 true
office br pt_BR 59 false
office in en_IN 44 false
for l in fr_FR de_CH; do
    n=gnumeric_$(echo ${l#*_} | tr A-Z a-z)
    LC_ALL=$l.UTF-8 timeout 60 ssconvert -O 'separator=; format=preserve' $n.xlsx $n.txt 2> /dev/null
    cp $n.txt "$here/$n.csv"
done

# --- awk: a report with remarks, blanks around fields, empty lines, and a comma at the end of each line ---
gawk -F, 'BEGIN { print "# customers, one a line"; print "# - is missing" }
    {
        if (NR % 16 == 2) print ""
        for (i = 1; i <= 9; i++) printf "%s%*s ,", (i > 1 ? " " : ""), 6, ($i == "" ? "-" : $i)
        print ""
    }
    ' "$here/base.csv" > "$here/awk_report.csv"
