# Prints each place where a lesson breaks a rule of the house (docs/lessons.md, "Into the course").
#
#   awk -f tools/lesson/lesson_rules.awk lessons/course.txt lessons/mutations.txt lessons/solutions.txt \
#       lessons/*.md

function say(text) { print FILENAME ":" FNR ": " text }
function lacks(text) { print file[lesson] ": " text }

# The name of a file without folder and ending.
function name_of(path) { sub(/.*\//, "", path); sub(/\.[a-z]*$/, "", path); return path }

# What the lesson before had to have.
function finish_lesson() {
    if (lesson == "") return
    if (inside) lacks("a block has no end")
    if (words > 1000) lacks(words " words of prose; at most 1000")
    if (!number[lesson]) lacks("no line `number:`")
    else if (number[lesson] != place[lesson])
        lacks("number: " number[lesson] "; lessons/course.txt has it as " \
              (place[lesson] ? place[lesson] : "none"))
    if (!steps[lesson]) lacks("no line `graph:`, which the site steps through")
    if (!has["ask"]) lacks("no ask")
    if (!has["check"]) lacks("no check")
    if (!has["plot"] && !has["draw"]) lacks("no plot or draw")
    if (exercises < 3) lacks(exercises + 0 " exercises; at least 3")
    if (mutations[lesson] < 2) lacks(mutations[lesson] + 0 " mistakes in lessons/mutations.txt; at least 2")
    delete has
    words = exercises = inside = 0
    block = ""
}

# A number that the program could have given, in a text for the reader: 0.0301 has three digits, 0.01 has one.
function read_text(text, number, digits) {
    gsub(/\{[^}]*\}|`[^`]*`/, "", text)
    while (match(text, /[0-9][0-9,]*\.[0-9]+/)) {
        digits = number = substr(text, RSTART, RLENGTH)
        gsub(/[^0-9]/, "", digits)
        sub(/^0+/, "", digits)
        if (length(digits) >= 3) say(number " is typed: write {EXPRESSION}, so that the program says it")
        text = substr(text, RSTART + RLENGTH)
    }
}

# Whether `after` leads from a lesson back to one on the way to it.
function in_circle(from, to, k, n, next_ones) {
    if (from == to) return 1
    if (from in seen) return 0
    seen[from]
    n = split(after[from], next_ones, " ")
    for (k = 1; k <= n; k++) if (in_circle(next_ones[k], to)) return 1
    return 0
}

FNR == 1 { part++ }
part == 1 { place[$1] = FNR; next }
part == 2 {
    if (split($0, field, / \| /) != 3) say("a mistake is written: NAME | TEXT | OTHER TEXT")
    mutations[field[1]]++
    mistaken[FNR] = field[1]
    next
}
part == 3 {
    if (split($0, field, / \| /) != 3) say("a step of a solution is written: NAME N | TEXT | OTHER TEXT")
    solved[field[1]]
    next
}
FNR == 1 { finish_lesson(); lesson = name_of(FILENAME); file[lesson] = FILENAME }
/^```/ { inside = !inside; block = inside ? substr($1, 4) : ""; if (inside) has[block] = 1; next }
block == "try" && NF {
    exercises++
    if (/ => / && !((lesson " " exercises) in solved))
        say("exercise " exercises " has a claim, and no solution in lessons/solutions.txt")
}
block == "ask" && $1 == "wrong" { sub(/^wrong +([^ ]+( [^ ]+)*  |[^ ]+)/, "") }
block == "ask" && $1 != "answer" { read_text($0) }
inside { next }
/^number:/ {
    number[lesson] = $2
    if ($2 in owner) say("number " $2 " is that of " owner[$2])
    owner[$2] = lesson
    next
}
/^after:/ {
    sub(/^after: */, "")
    gsub(/,/, " ")
    after[lesson] = $0 == "-" ? "" : $0
    next
}
/^graph:/ { steps[lesson] = 1; next }
!/^notes:/ { words += NF; read_text($0) }
END {
    finish_lesson()
    for (i in mistaken)
        if (!(mistaken[i] in file)) print "lessons/mutations.txt:" i ": there is no lesson " mistaken[i]
    for (lesson in file) {
        count = split(after[lesson], names, " ")
        for (i = 1; i <= count; i++) {
            if (!(names[i] in file)) lacks("after: there is no lesson " names[i])
            delete seen
            if (in_circle(names[i], lesson)) lacks("after: " names[i] " comes after " lesson ", a circle")
        }
    }
}
