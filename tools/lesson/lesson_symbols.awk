# Prints each place where a lesson uses a symbol of lessons/symbols.txt before the lesson that defines it, or
# a Greek letter or an operator that does not stand there (docs/lessons.md, "Into the course"). Bytes, not
# letters: LC_ALL=C.
#
#   LC_ALL=C awk -f tools/lesson/lesson_symbols.awk lessons/course.txt lessons/symbols.txt lessons/*.md

function name_of(path) { sub(/.*\//, "", path); sub(/\.[a-z]*$/, "", path); return path }

# Where a symbol stands in a text; 0: nowhere. Letters are a whole word; of a word of four letters and more,
# such as epoch, its beginning, and in capitals, too.
function find(symbol, text,    at, from, word, before, behind) {
    word = symbol ~ /^[A-Za-z -]+$/ && length(symbol) >= 4
    if (word) { symbol = tolower(symbol); text = tolower(text) }
    for (from = 0; at = index(substr(text, from + 1), symbol); ) {
        from += at
        before = from > 1 ? substr(text, from - 1, 1) : " "
        behind = substr(text, from + length(symbol), 1)
        if (symbol ~ /^[A-Za-z]/ && before ~ /[A-Za-z0-9_']/) continue
        if (!word && symbol ~ /[A-Za-z]$/ && behind ~ /[A-Za-z0-9_]/) continue
        return from
    }
    return 0
}

function read_text(text,    k, s) {
    gsub(/\{[^}]*\}|`[^`]*`/, " ", text)
    for (k = 1; k <= symbols; k++)
        if (find(symbol[k], text) && !((lesson, k) in used)) used[lesson, k] = FNR
    # Greek letters, and what Unicode has as operators from 2200 on, but for the minus
    gsub(/\342\210\222/, "-", text)
    while (match(text, /\316[\221-\277]|\317[\200-\217]|\342[\210-\213][\200-\277]|\342\200\226/)) {
        s = substr(text, RSTART, RLENGTH)
        if (!(s in listed)) print FILENAME ":" FNR ": " s " does not stand in lessons/symbols.txt"
        text = substr(text, RSTART + RLENGTH)
    }
}

# Whether the lesson comes after another one: in the course, or by its line after:.
function is_after(lesson, other,    k, n, names) {
    if (lesson == other || place[other] < place[lesson]) return 1
    if (lesson in seen) return 0
    seen[lesson]
    n = split(after[lesson], names, " ")
    for (k = 1; k <= n; k++) if (is_after(names[k], other)) return 1
    return 0
}

FNR == 1 { part++ }
part == 1 { place[$1] = FNR; next }
part == 2 {
    if (split($0, field, / \| /) != 3) {
        print FILENAME ":" FNR ": a symbol is written: SYMBOL | LESSON | MEANING"
        next
    }
    if (field[1] in listed) print FILENAME ":" FNR ": " field[1] " stands there twice"
    if (!(field[2] in place)) print FILENAME ":" FNR ": there is no lesson " field[2] " in lessons/course.txt"
    listed[field[1]]
    symbol[++symbols] = field[1]
    owner[symbols] = field[2]
    line[symbols] = FNR
    list = FILENAME
    next
}
FNR == 1 { lesson = name_of(FILENAME); file[lesson] = FILENAME; inside = 0; block = "" }
/^```/ { inside = !inside; block = inside ? substr($1, 4) : ""; next }
inside && (block != "ask" || $1 == "answer") { next }
block == "ask" && $1 == "wrong" { sub(/^wrong +([^ ]+( [^ ]+)*  |[^ ]+)/, "") }
!inside && /^after:/ { sub(/^after: */, ""); gsub(/,/, " "); after[lesson] = $0 == "-" ? "" : $0; next }
!inside && /^(number|notes):/ { next }
{ read_text($0) }
END {
    for (k = 1; k <= symbols; k++) {
        if (owner[k] in file && !((owner[k], k) in used))
            print list ":" line[k] ": " owner[k] " does not have " symbol[k]
        for (lesson in file) {
            delete seen
            if ((lesson, k) in used && owner[k] in place && !is_after(lesson, owner[k]))
                print file[lesson] ":" used[lesson, k] ": " symbol[k] " is defined only in " owner[k]
        }
    }
}
