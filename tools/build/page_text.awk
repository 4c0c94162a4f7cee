# Writes C arrays of strings, one a line, from the page's style and scripts: page.css gives page_css,
# lesson_site.css page_site_css, page_ops.js gives page_block, page_numbers.js page_evaluator, page_edges.js
# page_edges, frames.js and lesson_slide.js page_slide, lesson_site.js page_site_js, lesson_about.html
# and lesson_index.html about_html and index_html, play.html, play.css, play*.js and what follows them
# play_html, play_css and play_js, lesson_edit.js edit_js, the others page_js. Comments that are whole lines,
# and spaces that say nothing, are left out.
#
#   awk -f tools/build/page_text.awk src/show/draw/page.css src/show/draw/page_ops.js src/show/draw/page.js \
#       > page_text.h
#
# A block begins with a line such as op('sum', ...), function over(...) or const add = ... It needs the
# functions and constants whose names stand in it.

function finish() { if (open && open != "page_block") print "    NULL\n};"; open = "" }
function start(name) {
    finish()
    if (name != "page_block") print "static const char *const " name "[] = {"
    open = name
}

# Without the spaces beside signs, but for those in '...', "..." and between two + or -. In a style, ( and )
# may need them.
function pressed(s, signs,    i, c, quote, out, before, after) {
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        after = substr(s, i + 1, 1)
        if (quote) {
            if (c == quote) quote = ""
        } else if (c == "'" || c == "\"") quote = c
        else if (c == " " && (index(signs, before) || index(signs, after)) && (before after) !~ /[-+][-+]/)
            continue
        out = out c
        before = c
    }
    return out
}

function begin_block(name, is_op) {
    blocks++
    op_of[blocks] = is_op ? name : ""
    if (!is_op) block_of[name] = blocks
}

# The numbers of the blocks whose names stand in a text.
function needs(text, own,    out, word, seen) {
    split("", seen)
    while (match(text, /[A-Za-z_][A-Za-z_0-9]*/)) {
        word = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (!(word in block_of) || block_of[word] == own || word in seen) continue
        seen[word] = 1
        out = out (block_of[word] - 1) ", "
    }
    return out "-1"
}

# The array that a file belongs to.
function name_of(file) {
    if (file ~ /play[._]/ || open ~ /^play/) return "play_" (style ? "css" : html ? "html" : "js")
    if (style) return file ~ /site/ ? "page_site_css" : "page_css"
    if (html) return file ~ /index/ ? "index_html" : "about_html"
    if (file ~ /site/) return "page_site_js"
    if (file ~ /edit/) return "edit_js"
    if (file ~ /page_ops/) return "page_block"
    if (file ~ /numbers/) return "page_evaluator"
    if (file ~ /edges/) return "page_edges"
    return file ~ /frames|slide/ ? "page_slide" : "page_js"
}

FNR == 1 {
    style = FILENAME ~ /\.css$/
    html = FILENAME ~ /\.html$/
    name = name_of(FILENAME)
    if (open != name) start(name)
}
open == "page_block" && /^op\('/ { split($0, part, "'"); begin_block(part[2], 1) }
open == "page_block" && /^(function|const) / { word = $2; sub(/\(.*/, "", word); begin_block(word, 0) }
{ sub(/^ +/, "") }
/^$/ || /^\/\// || /^\/\*.*\*\/$/ { next }
!html && !style { sub(/ \/\/ [^'"`]*$/, "") }
!html { $0 = pressed($0, style ? "{};,:" : "{};,:?=<>&|*()[]!+-") }
{ line_end = !html && !style && /[{;,([]$/ ? "" : "\\n" } # there a script needs none
open == "page_block" { script[blocks] = script[blocks] $0 "\n" }
{ gsub(/\\/, "&&"); gsub(/"/, "\\\"") }
open == "page_block" { text[blocks] = text[blocks] "\n      \"" $0 line_end "\"" }
open != "page_block" { print "    \"" $0 line_end "\"," }
END {
    finish()
    if (!blocks) exit
    for (i = 1; i <= blocks; i++) print "static const short page_needs_" i "[] = { " needs(script[i], i) " };"
    print "static const wgi_page_block page_block[] = {"
    for (i = 1; i <= blocks; i++) print "    { \"" op_of[i] "\", page_needs_" i "," text[i] " },"
    print "};"
}
