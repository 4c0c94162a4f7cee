#!/usr/bin/env python3
"""Writes base.csv, the tables "by hand" and the hostile ones. make.sh runs it, and then the real programs.

A form by hand is that of a program which could not be run here, byte for byte as far as its documentation and
its known exports tell: byte order mark, code page, line ends, separator, quotes only where needed.
    make.py              write all of them into this folder
    make.py huge FILE    write a hostile table that is not stored: base.csv with a field of 300,000 bytes
                         in its line 3
    make.py wide FILE    write another: a header of 10,000 columns, and no row
    make.py source FILE  write the table that the real programs read: base.csv with more columns
"""
import csv, datetime, os, random, struct, sys, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
R = random.Random(20241231)
BASE = ["id", "date", "age", "income", "balance", "rate", "town", "member", "plan"]
TRADES = ("Baker Carter Cooper Fisher Fletcher Glover Mason Miller Potter Sawyer Tanner Tyler Weaver Wheeler "
          "Wright Turner".split())
FIRST = ["Rose", "Jasper", "Ivy", "Basil"]


def table():
    rows, ids = [], R.sample(range(10000, 99999), 64)
    for i in range(64):
        age, income, rate = (R.randint(18, 79), round(R.uniform(1200, 98800), 2),
                             round(R.uniform(0.01, 0.99), 4))
        town, member = R.choice(["Köln", "Bonn", "Trier", "Zürich"]), R.random() < 0.5
        day = datetime.date(2023, 1, 1) + datetime.timedelta(R.randrange(730))
        income = {3: 1234.50, 20: 98765.25}.get(i, income)
        day = datetime.date(2024, 12, 31) if i == 5 else day
        balance = round(0.2 * income - 9000 + 3000 * (rate - 0.5) + (2000 if member else 0), 2)
        score = income / 1000 + (12 if member else 0) - (10 if town == "Köln" else 0)
        plan = "bronze" if score < 38 else "silver" if score < 78 else "gold"
        age = None if i in (7, 19, 33, 52) else age
        town = None if i in (11, 40, 57) else town
        name = "%s, %s %s" % (TRADES[i % 16], ["Mrs.", "Mr."][i // 16 % 2], FIRST[i // 16])
        note = ['called twice', 'said "maybe"', 'first line\nsecond line', '', 'a, b; c', '"quoted"'][i % 6]
        rows.append(dict(id=ids[i], date=day, age=age, income=income, balance=balance, rate=rate, town=town,
                         member=member,
                         plan=plan, name=name, note=note, key=900719925474000000 + ids[i] * 1009,
                         time=datetime.datetime.combine(day, datetime.time(8 + i % 12, 7 * i % 60))))
    return rows


ROWS = table()


def number(x, decimal=".", thousands="", digits=2):
    s = "%.*f" % (digits, abs(x))
    whole, _, part = s.partition(".")
    groups = []
    while len(whole) > 3 and thousands:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    s = thousands.join([whole] + groups) + (decimal + part if part else "")
    return ("-" if x < 0 else "") + s


def short(x, decimal="."):
    """A number of the cell format General: no zeros at its end."""
    return repr(x).removesuffix(".0").replace(".", decimal)


def us(d):
    return "%d/%d/%d" % (d.month, d.day, d.year)


def put(name, lines, sep, end="\r\n", code="utf-8", bom=False, quote_comma=False, last=True, head=""):
    def field(s):
        return ('"' + s.replace('"', '""') + '"' if sep in s or '"' in s or "\n" in s
                or (quote_comma and "," in s) else s)
    text = head + end.join(sep.join(field("" if f is None else str(f)) for f in line)
                           for line in lines) + (end if last else "")
    with open(os.path.join(HERE, name), "wb") as f:
        f.write((("\ufeff" if bom else "") + text).encode(code))


def pick(**how):
    """The rows with one cell for each keyword, in their order; a cell is a function of a row, or a base
    column's name."""
    return [[h(r) if callable(h) else r[h] for h in how.values()] for r in ROWS]


def missing(column, word):
    return lambda r: word if r[column] is None else r[column]


def forms_of_excel():
    put("base.csv", [BASE] + pick(id="id", date="date", age="age", income=lambda r: number(r["income"]),
        balance=lambda r: number(r["balance"]), rate=lambda r: number(r["rate"], digits=4), town="town",
        member=lambda r: str(r["member"]).upper(), plan="plan"), ",", "\n")

    # Excel, en-US, "CSV (Comma delimited)": cells as shown, Windows-1252
    put("excel_us.csv", [["ID", "Date", "Age", "Income", "Balance", "Rate", "Town", "Member", "Plan"]] + pick(
        a="id", b=lambda r: us(r["date"]), c=missing("age", "NA"), d=lambda r: number(r["income"], ".", ","),
        e=lambda r: number(r["balance"], ".", ","), f=lambda r: number(100 * r["rate"], digits=1) + "%",
        g=missing("town", "N/A"), h=lambda r: "yes" if r["member"] else "no", i="plan"), ",", code="cp1252")

    # Excel, de-DE, "CSV UTF-8": cells of the format General
    german = ["Nummer", "Datum", "Alter", "Einkommen", "Saldo", "Quote", "Ort", "Mitglied", "Tarif"]
    put("excel_de.csv", [german] + pick(
        a="id", b=lambda r: r["date"].strftime("%d.%m.%Y"), c="age", d=lambda r: short(r["income"], ","),
        e=lambda r: short(r["balance"], ","), f=lambda r: short(r["rate"], ","), g="town",
        h=lambda r: "WAHR" if r["member"] else "FALSCH", i="plan"), ";", bom=True)

    # Excel, de-DE, "CSV (Trennzeichen-getrennt)": Windows-1252, currency, a line of totals
    put("excel_de_ansi.csv", [german] + pick(
        a="id", b=lambda r: r["date"].strftime("%d.%m.%Y"), c=missing("age", "#NV"),
        d=lambda r: number(r["income"], ",", ".") + " €", e=lambda r: number(r["balance"], ",", ".") + " €",
        f=lambda r: number(100 * r["rate"], ",", digits=1) + " %", g=missing("town", "-"),
        h=lambda r: "ja" if r["member"] else "nein", i="plan") + [["Summe", "", "",
        number(sum(r["income"] for r in ROWS), ",", ".") + " €",
        number(sum(r["balance"] for r in ROWS), ",", ".") + " €",
        "", "", "", ""]], ";", code="cp1252")

    # Excel, fr-FR, "CSV UTF-8": narrow no-break space (U+202F) in numbers, no-break space (U+00A0) before a
    # sign
    put("excel_fr.csv", [["Numéro", "Date", "Âge", "Revenu", "Solde", "Taux", "Ville", "Membre", "Formule"]] +
        pick(
        a="id", b=lambda r: r["date"].strftime("%d/%m/%Y"), c=missing("age", "-"),
        d=lambda r: number(r["income"], ",", "\u202f") + "\u00a0€",
        e=lambda r: number(r["balance"], ",", "\u202f") + "\u00a0€",
        f=lambda r: number(100 * r["rate"], ",", digits=1) + "\u00a0%", g="town",
        h=lambda r: "VRAI" if r["member"] else "FAUX", i="plan"), ";", bom=True)

    # Excel, en-US, "Unicode Text": UTF-16LE with a mark, tabs, quotes where a comma stands
    put("excel_unicode.csv", [["ID", "Date", "Age", "Income", "Balance", "Rate", "Town", "Member", "Plan"]] +
        pick(
        a="id", b=lambda r: us(r["time"]) + r["time"].strftime(" %H:%M").replace(" 0", " "), c="age",
        d=lambda r: number(r["income"], ".", ","), e=lambda r: number(r["balance"], ".", ","),
        f=lambda r: short(r["rate"]),
        g="town", h=lambda r: str(r["member"]).upper(), i="plan"), "\t", code="utf-16-le", bom=True,
        quote_comma=True)

    # Excel for Mac, "CSV (Macintosh)": a carriage return ends a line, Mac Roman, years of two digits
    put("excel_mac.csv", [["ID", "Date", "Age", "Income", "Balance", "Rate", "Town", "Member", "Plan"]] +
        pick(
        a="id", b=lambda r: "%d/%d/%02d" % (r["date"].month, r["date"].day, r["date"].year % 100), c="age",
        d=lambda r: short(r["income"]), e=lambda r: short(r["balance"]), f=lambda r: short(r["rate"]),
        g="town",
        h=lambda r: str(r["member"]).upper(), i="plan"), ",", "\r", code="mac_roman")


def forms_of_writers():
    # A file for Excel, as report writers make it: the first line names the separator; whole numbers with
    # points
    put("excel_sep.csv", [["Nummer", "Datum", "Alter", "Einkommen (EUR)", "Saldo (EUR)", "Quote", "Ort",
                           "Mitglied", "Tarif"]] + pick(
        a="id", b=lambda r: r["date"].strftime("%d.%m.%Y"), c="age",
        d=lambda r: number(r["income"], ",", ".", 0),
        e=lambda r: number(r["balance"], ",", ".", 0), f=lambda r: number(r["rate"], ",", digits=4), g="town",
        h=lambda r: int(r["member"]), i="plan"), ";", code="cp1252", head="sep=;\r\n")

    # Google Sheets, en-US, "Comma-separated values": cells as shown, no end after the last line
    put("google_us.csv", [["Customer", "ID", "Signed up", "Age", "Income", "Balance", "Rate", "Town",
                           "Member", "Plan"]] + pick(
        n="name", a="id", b=lambda r: us(r["date"]), c=missing("age", "#N/A"),
        d=lambda r: "$" + number(r["income"], ".", ","),
        e=lambda r: "(" + number(-r["balance"], ".", ",") + ")" if r["balance"] < 0
        else number(r["balance"], ".", ","),
        f=lambda r: number(100 * r["rate"]) + "%", g="town", h=lambda r: str(r["member"]).upper(), i="plan"),
        ",", last=False)


def source(path):
    with open(path, "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(BASE + ["name", "note", "key", "time"])
        for r in ROWS:
            w.writerow([r[c] for c in BASE[:7]] + [str(r["member"]).upper(), r["plan"], r["name"], r["note"],
                                                   r["key"], r["time"]])


def raw(name, data):
    with open(os.path.join(HERE, "hostile", name), "wb") as f:
        f.write(data)


def hostile():
    with open(os.path.join(HERE, "base.csv"), "rb") as f:
        lines = f.read().split(b"\n")[:-1]
    cells = [line.split(b",") for line in lines]
    join = lambda rows: b"\n".join(b",".join(r) for r in rows) + b"\n"

    def change(f):
        """base.csv with f(i, cells) in the place of its row i, from 1."""
        return join([cells[0]] + [f(i, list(c)) for i, c in enumerate(cells[1:], 1)])

    def cell(column, value):
        k = BASE.index(column)
        return lambda i, c: c[:k] + [value(i, c[k])] + c[k + 1:]

    raw("truncated_quote.csv", join(cells[:40]) + b'51234,2024-05-06,33,41000.00,-800.00,0.5000,"Tri')
    raw("zero_byte.csv", change(cell("town", lambda i, v: v[:1] + b"\0" + v[1:] if i == 30 else v)))
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    idat = b"IDAT" + zlib.compress(bytes(range(49)) * 16, 9)
    chunk = lambda c: struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c))
    raw("png.csv", b"\x89PNG\r\n\x1a\n" + chunk(ihdr) + chunk(idat))
    raw("parquet.csv", b"PAR1\x15\x04\x15\x80\x08\x15\x80\x08\x4c\x15\x80\x02\x15\x00\x00" +
        bytes(range(64)) + b"\x40\0\0\0PAR1")
    raw("ragged.csv", change(lambda i, c: (c * 3)[:1 + (i * 7) % 23]))
    raw("word_in_number.csv", change(cell("income", lambda i, v: b"unknown" if i == 50 else v)))
    raw("no_answer.csv", change(cell("plan", lambda i, v: b"")))
    raw("all_different.csv", change(cell("plan", lambda i, v: b"plan-%d" % (i * 7919 % 1000))))
    raw("one_class.csv", change(cell("plan", lambda i, v: b"gold")))
    raw("mixed_decimal.csv", join(
        [[b'"%s"' % f if b"," in f else f for f in cell("income", lambda i, v: v.replace(b".", b",")
        if i % 2 else v)(i, list(c))] if i else c for i, c in enumerate(cells)]))
    raw("twice.csv", join([cells[0] + [b"plan"]] + [c + [[b"low", b"high"][i % 2]]
                                                    for i, c in enumerate(cells[1:])]))
    raw("only_header.csv", lines[0] + b"\n")
    raw("blank_lines.csv", b"\n\r\n  \n\t\n\n" * 4)
    raw("empty.csv", b"")
    raw("quotes.csv", change(cell("town", lambda i, v: [b'"' + v + b'" (old)', b"'" + v + b"'",
                                                        b'"' + v + b'"', b'a"' + v][i % 4])))


if __name__ == "__main__":
    if sys.argv[1:2] == ["huge"]:
        with open(os.path.join(HERE, "base.csv"), "rb") as f:
            lines = f.read().split(b"\n")
        c = lines[2].split(b",")
        c[BASE.index("town")] = b'"' + b"x" * 300000 + b'"'
        with open(sys.argv[2], "wb") as f:
            f.write(b"\n".join(lines[:2] + [b",".join(c)] + lines[3:]))
    elif sys.argv[1:2] == ["wide"]:
        with open(sys.argv[2], "w") as f:
            f.write(",".join("c%d" % i for i in range(10000)) + "\n")
    elif sys.argv[1:2] == ["source"]:
        source(sys.argv[2])
    else:
        forms_of_excel()
        forms_of_writers()
        hostile()
