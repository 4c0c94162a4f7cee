# Writes C arrays of strings, one a line, from the page's style and scripts: page.css gives page_css, the others page_js.
# Comments that are whole lines, and spaces that say nothing, are left out.
#
#   awk -f tools/page_text.awk src/draw/page.css src/draw/page_numbers.js src/draw/page.js > page_text.h

function start(name) { if (open) print "    NULL\n};"; print "static const char *const " name "[] = {"; open = name }

# Without the spaces beside signs, but for those in '...', "..." and beside + and -. In a style, ( and ) may need them.
function pressed(s, signs,    i, c, quote, out, before) {
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (quote) {
            if (c == quote) quote = ""
        } else if (c == "'" || c == "\"") quote = c
        else if (c == " " && (index(signs, before) || index(signs, substr(s, i + 1, 1)))) continue
        out = out c
        before = c
    }
    return out
}

FNR == 1 { style = FILENAME ~ /\.css$/; name = style ? "page_css" : "page_js"; if (open != name) start(name) }
{ sub(/^ +/, "") }
/^$/ || /^\/\// || /^\/\*.*\*\/$/ { next }
{ $0 = pressed($0, style ? "{};,:" : "{};,:?=<>&|*()[]"); gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "    \"" $0 "\\n\"," }
END { if (open) print "    NULL\n};" }
