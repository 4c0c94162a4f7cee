# Prints each place where a course breaks a rule (docs/lessons.md, "Into the course"). Bytes, not letters:
# LC_ALL=C.
#
#   LC_ALL=C awk -f tools/lesson/lesson_rules.awk LISTS ROWS
#
# LISTS: lessons/course.txt, symbols.txt, mutations.txt, solutions.txt, wide.txt.
# ROWS: what `wengert lesson FILE.md --parts` says of each lesson. Its rows for `number` come last.

function say(text) { print place ": " text }
function lacks(lesson, text) { print file[lesson] ": " text }

# The name of a file without folder and ending.
function name_of(path) { sub(/.*\//, "", path); sub(/\.[a-z]*$/, "", path); return path }

# A number that the program could have given, in a text for the reader: 0.0301 has three digits, 0.01 has one.
function read_numbers(text,    number, digits) {
    while (match(text, /[0-9][0-9,]*\.[0-9]+/)) {
        digits = number = substr(text, RSTART, RLENGTH)
        gsub(/[^0-9]/, "", digits)
        sub(/^0+/, "", digits)
        if (length(digits) >= 3) say(number " is typed: write {EXPRESSION}, so that the program says it")
        text = substr(text, RSTART + RLENGTH)
    }
}

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

# ---- what a sentence says of other lessons, and of all cases ----

# Takes paragraphs apart into sentences. Lines that follow each other are one paragraph.
function read_prose(kind, line, text) {
    if (kind != prose_kind || line != prose_line + 1 || lesson != prose_lesson) end_prose()
    if (prose == "") prose_place = place
    prose = prose text " "
    prose_kind = kind; prose_line = line; prose_lesson = lesson
}

function end_prose(    n, k, said) {
    if (prose == "") return
    n = split(read_links(prose), said, /[.?!:] /)
    for (k = 1; k <= n; k++) judge_sentence(said[k])
    texts[prose_lesson] = texts[prose_lesson] " " tolower(prose)
    prose = ""
}

# The text without its links. What stands in a link to a lesson is a quotation of it.
function read_links(text,    link, words, name) {
    while (match(text, /\[[^]]*\]\([^)]*\)/)) {
        link = words = substr(text, RSTART, RLENGTH)
        sub(/^\[/, "", words); sub(/\]\(.*/, "", words)
        name = link
        if (sub(/.*\]\(lesson:/, "", name)) {
            sub(/\)$/, "", name)
            quoted[++quotes] = tolower(words); quoted_from[quotes] = name; quoted_at[quotes] = prose_place
        }
        text = substr(text, 1, RSTART - 1) words substr(text, RSTART + RLENGTH)
    }
    if ((" " tolower(text)) ~ /[^a-z](lessons? [0-9]|[a-z]+ lesson[^a-z])/ && tolower(text) !~ /this lesson/)
        print prose_place ": a lesson is named by a link: [WORDS OF IT](lesson:NAME)"
    if (tolower(text) ~ /[^a-z]the notes|^the notes/)
        print prose_place ": no reader has the notes: docs/notes.md is about them"
    return text
}

# A word of all cases needs a claim that quotes the sentence, or a reason in lessons/wide.txt.
function judge_sentence(text,    low, k) {
    low = " " tolower(text) " "
    gsub(/ any (more|longer)|in any case|not always|{} (hundred|thousand|million) times/, "", low)
    if (prose_kind !~ /^(title|text|heading|then|said)$/ || low !~ wide_words) return
    for (k = 1; k <= wide; k++)
        if (wide_in[k] == prose_lesson && index(text, wide_phrase[k])) { wide_used[k]; return }
    unproved[prose_place ": " text] = text
    unproved_in[prose_place ": " text] = prose_lesson
}

BEGIN {
    wide_words = "[^a-z](any|always|never|forever|(hundred|thousand|million)s? times|" \
        "(ten|hundred|thousand|million)fold)[^a-z]|[^a-z]from [^ ]+( [^ ]+)?( [^ ]+)? on[^a-z]"
    operators = "\316[\221-\277]|\317[\200-\217]|\342[\210-\213][\200-\277]|\342\200\226"
}

function read_symbols(text,    k, s) {
    gsub(/\]\(lesson:[^)]*\)/, "]", text)    # the name of a lesson is no term
    for (k = 1; k <= symbols; k++)
        if (find(symbol[k], text) && !((lesson, k) in used)) used[lesson, k] = place
    # Greek letters, and what Unicode has as operators from 2200 on, but for the minus
    gsub(/\342\210\222/, "-", text)
    while (match(text, operators)) {
        s = substr(text, RSTART, RLENGTH)
        if (!(s in listed)) say(s " does not stand in lessons/symbols.txt")
        text = substr(text, RSTART + RLENGTH)
    }
}

# Whether `after` leads from a lesson to another one; with `course`, also to one that stands before it there.
function leads(from, to, course,    k, n, names) {
    if (from == to || (course && row[to] < row[from])) return 1
    if (from in seen) return 0
    seen[from]
    n = split(after[from], names, " ")
    for (k = 1; k <= n; k++) if (leads(names[k], to, course)) return 1
    return 0
}

# The sentences that no claim quotes, quotations that are not there, and reasons that no sentence needs.
function judge_words(    s, k, proved) {
    end_prose()
    for (s in unproved) {
        proved = 0
        for (k = 1; k <= notes; k++)
            if (note_in[k] == unproved_in[s] && index(unproved[s], note[k])) proved = 1
        if (!proved) print s ": no claim quotes these words, and lessons/wide.txt has no reason"
    }
    for (k = 1; k <= quotes; k++)
        if (!index(texts[quoted_from[k]], quoted[k]))
            print quoted_at[k] ": lesson " quoted_from[k] " does not have \"" quoted[k] "\""
    for (k = 1; k <= wide; k++)
        if (!(k in wide_used)) print wide_at[k] ": no sentence of " wide_in[k] " needs \"" wide_phrase[k] "\""
}

# What a lesson must have.
function judge(lesson,    k, n, names) {
    if (words[lesson] > 1000) lacks(lesson, words[lesson] " words of prose; at most 1000")
    if (!number[lesson]) lacks(lesson, "no line `number:`")
    else if (number[lesson] != row[lesson])
        lacks(lesson, "number: " number[lesson] "; lessons/course.txt has it as " \
            (row[lesson] ? row[lesson] : "none"))
    if (!((lesson, "topic") in has)) lacks(lesson, "no line `topic:`, the words that a student looks for")
    if (!((lesson, "graph") in has)) lacks(lesson, "no line `graph:`, which the site steps through")
    if (!((lesson, "ask") in has)) lacks(lesson, "no ask")
    if (!((lesson, "check") in has)) lacks(lesson, "no check")
    if (!((lesson, "rule") in has)) lacks(lesson, "no rule to copy")
    if (!((lesson, "plot") in has) && !((lesson, "draw") in has)) lacks(lesson, "no plot or draw")
    if (aside[lesson] > 15)
        lacks(lesson, aside[lesson] " lines of program under \"Also checked\"; at most 15: " \
            "a function of the course?")
    if (exercises[lesson] < 3) lacks(lesson, exercises[lesson] + 0 " exercises; at least 3")
    if (mutations[lesson] < 2)
        lacks(lesson, mutations[lesson] + 0 " mistakes in lessons/mutations.txt; at least 2")
    n = split(after[lesson], names, " ")
    for (k = 1; k <= n; k++) {
        delete seen
        if (!(names[k] in file)) lacks(lesson, "after: there is no lesson " names[k])
        if (row[names[k]] > row[lesson])
            lacks(lesson, "after: " names[k] " comes later in lessons/course.txt")
        if (leads(names[k], lesson, 0)) lacks(lesson, "after: " names[k] " comes after " lesson ", a circle")
    }
    for (k = 1; k <= symbols; k++) {
        delete seen
        if ((lesson, k) in used && owner[k] in row && !leads(lesson, owner[k], 1))
            print used[lesson, k] ": " symbol[k] " is defined only in " owner[k]
    }
}

{ place = FILENAME ":" FNR; list = name_of(FILENAME) }
list == "course" { row[$1] = FNR; next }
list ~ /^(symbols|mutations|solutions|wide)$/ { fields = split($0, field, / \| /) }
list == "symbols" {
    if (fields != 3) { say("a symbol is written: SYMBOL | LESSON | MEANING"); next }
    if (field[1] in listed) say(field[1] " stands there twice")
    if (!(field[2] in row)) say("there is no lesson " field[2] " in lessons/course.txt")
    listed[field[1]]
    symbol[++symbols] = field[1]
    owner[symbols] = field[2]
    at[symbols] = place
    next
}
list == "mutations" {
    if (fields != 3) say("a mistake is written: NAME | TEXT | OTHER TEXT")
    mutations[field[1]]++
    mistaken[place] = field[1]
    next
}
list == "solutions" {
    if (fields != 3) say("a step of a solution is written: NAME N | TEXT | OTHER TEXT")
    solved[field[1]]
    next
}
list == "wide" {
    if (fields != 3) { say("a reason is written: NAME | WORDS OF THE SENTENCE | WHY IT HOLDS"); next }
    wide_in[++wide] = field[1]; wide_phrase[wide] = field[2]; wide_at[wide] = place
    next
}
{
    split($0, field, "\t")
    place = field[1] ":" field[2]
    lesson = name_of(field[1])
    kind = field[3]
    file[lesson] = field[1]
    has[lesson, kind]
}
kind == "number" {
    number[lesson] = field[4]
    if (field[4] && field[4] in first) lacks(lesson, "number " field[4] " is that of " first[field[4]])
    first[field[4]] = lesson
}
kind == "after" { after[lesson] = after[lesson] " " field[4] }
kind == "heading" { for_author[lesson] = field[4] == "## Also checked" }
kind == "wg" && for_author[lesson] && field[4] != "" {
    aside[lesson]++
    gsub(/[\200-\277]/, "", field[4])
    if (length(field[4]) > 100)
        say("a line of " length(field[4]) " letters under \"Also checked\"; at most 100")
}
kind == "try" { exercises[lesson]++; asked[lesson, exercises[lesson]] = place }
kind == "said" { delete asked[lesson, exercises[lesson]] }
kind == "claim" && !((lesson " " exercises[lesson]) in solved) {
    say("exercise " exercises[lesson] " has a claim, and no solution in lessons/solutions.txt")
}
kind ~ /^(title|text|heading)$/ { words[lesson] += split(field[4], field_words, " ") }
kind ~ /^(title|text|heading|ask|hint|then|wrong|said)$/ { read_prose(kind, field[2], field[4]) }
kind == "check" && match(field[4], /  [^ ].*$/) {
    quoting = substr(field[4], RSTART)
    if (match(quoting, /"[^"]*"$/)) {
        note[++notes] = substr(quoting, RSTART + 1, RLENGTH - 2); note_in[notes] = lesson
    }
}
kind ~ /^(title|text|heading|ask|hint|then|wrong|said)$/ { read_numbers(field[4]); read_symbols(field[4]) }
END {
    for (p in mistaken) if (!(mistaken[p] in file)) print p ": there is no lesson " mistaken[p]
    for (k = 1; k <= symbols; k++)
        if (owner[k] in file && !((owner[k], k) in used))
            print at[k] ": " owner[k] " does not have " symbol[k]
    judge_words()
    for (e in asked) print asked[e] ": an exercise without an answer: a line `then TEXT` below it"
    for (lesson in file) judge(lesson)
}
