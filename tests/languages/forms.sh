# forms.sh LANGUAGE: runs the lines of forms.txt in a language, c, cpp, py or wg, and prints those that are
# unlike. For test_forms.c, read by a shell that has $in, $build and $compile (wgshell.h), and $python for py.
forms=tests/languages/forms.txt
language=$1

# "N LINE" of each form that the language has.
lines() {
    awk -v of="$language" '$1 == "form" { n++ } $1 == of { sub(/^[a-z]+ +/, ""); print n, $0 }' \
        $forms
}

# A function for each line: c or cpp.
functions() {
    echo '#include "tests/languages/forms.h"'
    lines | while read -r n line; do echo "static wg_node form_$n(VALUES) { return $line; }"; done
    echo 'int main(void) { const form all[] = {'
    lines | while read -r n line; do echo "{ $n, form_$n },"; done
    echo '}; return run_forms(all, (int)(sizeof all / sizeof *all)); }'
}

# What the lines give: "N [shape] elements", or "N refused: the error".
given() {
    case $language in
    c) functions >"$in/forms.c" &&
        ${CC:-gcc} -std=gnu17 -w -I. -Iinclude $sanitize "$in/forms.c" -o "$in/forms" $linked &&
        "$in/forms" ;;
    cpp) need_cpp
        cpp=$(set -- $compilers && echo "$1")
        functions >"$in/forms.cpp" &&
            $cpp -std=c++17 -w -I. -Iinclude $sanitize "$in/forms.cpp" -o "$in/forms" $linked &&
            "$in/forms" ;;
    py) lines | $python tests/languages/forms.py ;;
    wg) lines | while read -r n line; do
            if said=$("$build/wengert" eval -q --json -e \
                'v = [3,1,2]; A = [[1,2,3],[4,5,6]]; S = [[1,2],[3,4]]' -e "$line" 2>/dev/null); then
                echo "$said" |
                    sed "s/.*\"value\":\(.*\),\"shape\":\(\[[0-9,]*\]\).*/$n \2 \1/" |
                    sed 's/true/1/g; s/false/0/g' |
                    awk '{ v = $3; gsub(/[][,]/, " ", v); $3 = v; print }'
            else
                echo "$n refused: $(echo "$said" | sed 's/.*"message":"//; s/\\"/"/g')"
            fi
        done ;;
    esac
}

# Compares them with the file.
judged() {
    awk -v of="$language" '
        function rounded(text,   part, k, n, to) {
            n = split(text, part, " ")
            to = part[1]
            for (k = 2; k <= n; k++) to = to " " sprintf("%.5g", part[k])
            return to
        }
        FNR == 1 { file++ }
        file == 1 { n = $1; sub(/^[0-9]+ /, ""); got[n] = $0; next }
        $1 == "form" { n = ++count; sub(/^form +/, ""); what[n] = $0 }
        $1 == "is" { sub(/^is +/, ""); is[n] = $0 }
        $1 == of { sub(/^[a-z]+ +/, ""); line[n] = $0 }
        $1 == "says" && $2 == of { sub(/^says +[a-z]+ +/, ""); says[n] = $0 }
        END {
            for (n = 1; n <= count; n++) {
                if (!(n in line)) continue
                refused = got[n] ~ /^refused/
                holds = is[n] != "refused" && rounded(got[n]) == rounded(is[n])
                if (!refused && !(n in says) && holds) equal++
                else if (refused && n in says && index(got[n], says[n])) written++
                else {
                    unlike++
                    printf "%s: %s\n  %s: %s\n  gives  %s\n  is     %s%s\n",
                        n, what[n], of, line[n], got[n], is[n],
                        n in says ? "; says " says[n] : ""
                }
            }
            printf "%s: %d equal, %d refused with the line, %d unlike\n", of, equal, written, unlike
            exit unlike > 0
        }' - $forms
}
linked="-L$build -lwengert -lm -Wl,-rpath,$(cd "$build" && pwd)"
given >"$in/given" && judged <"$in/given"
