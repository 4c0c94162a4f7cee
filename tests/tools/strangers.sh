# strangers.sh: files of strangers, and what the command does with them. For test_strangers.c, read by a shell
# that has $in, $build and $compile (wgshell.h).
#
# Each case has a folder of its own, $in/case, with the files of the stranger. Beside it stands $in/outside
# with secret.csv, whose number may not be printed, and victim, which may not change. A case prints a line if
# the command opens what it was not given (paths.c), prints a byte that a terminal obeys, prints the secret,
# changes a file, does not end, or has another exit status than is said.
set -f
wengert=$(cd "$build" && pwd)/wengert
$compile -O1 tests/tools/paths.c -o "$in/paths" || exit 1
"$in/paths" "$in/opened" /bin/true || { echo "skipped: processes cannot be traced here"; exit 0; }
export OMP_NUM_THREADS=1 LC_ALL=C.UTF-8 TMPDIR=/tmp
# A traced process cannot look for leaks. What a sanitizer finds has a status that no command has.
export ASAN_OPTIONS=detect_leaks=0:exitcode=99 UBSAN_OPTIONS=halt_on_error=1:exitcode=99

# What every run opens: libraries, the machine, and the program itself.
usual() {
    "$in/paths" "$in/opened" "$wengert" eval -e 'x = ones(64, 64); sum(x@x)' >/dev/null 2>&1
    cat "$in/opened"
    for command in 'draw -e y=exp(x)' 'plot -e x^2 --over x=0:1' 'lesson tape' 'check -e sum(exp(x))' \
        'train -e w=param(init=1);train(w^2)'; do
        "$in/paths" "$in/opened" "$wengert" $command >/dev/null 2>&1
        cat "$in/opened"
    done
}

# A folder for the next case.
fresh() {
    rm -rf "$in/case" "$in/outside"
    mkdir "$in/case" "$in/outside"
    printf 'a,b\n7319,1\n7319,2\n' >"$in/outside/secret.csv"
    echo untouched >"$in/outside/victim"
    cd "$in/case" || exit 1
}

# run NAME STATUS ALLOWED COMMAND ...: ALLOWED are patterns of paths in the folder that may be opened besides;
# STATUS "any": 0 to 6.
run() {
    name=$1 status=$2 allowed=$3
    shift 3
    cases=$((cases + 1))
    timeout 20 "$in/paths" "$in/opened" "$wengert" "$@" >"$in/said" 2>&1 </dev/null
    got=$?
    case $status-$got in any-[0-6] | $got-$got) ;; *) echo \
        "$name: status $got, not $status: $(head -c 200 "$in/said" | tr -c '[:print:]' '?')" ;; esac
    sort -u "$in/opened" | grep -avxFf "$in/usual" | while read -r what path; do
        case $path in "" | . | ./) continue ;; esac
        path=${path#$in/case/}
        for pattern in $allowed; do case $path in $pattern | ./$pattern) continue 2 ;; esac; done
        echo "$name: $what $path"
    done
    "$in/paths" -plain "$in/said" || echo "$name: prints bytes that a terminal obeys"
    grep -q 7319 "$in/said" && echo "$name: prints the secret"
    [ "$(cat "$in/outside/victim")" = untouched ] || echo "$name: changes a file"
    [ "$(ls "$in/outside")" = "$(printf 'secret.csv\nvictim')" ] || echo "$name: makes a file"
    [ ! -f page.html ] || "$in/paths" -plain page.html || echo "$name: writes them to the page"
    return 0
}

# lesson BLOCK: a file l.md with it.
lesson() {
    fresh
    printf '# A lesson\n\nText.\n\n```wg\nx = 3\nW = [[1, 2], [3, 4]]\nz = x^2\n```\n\n%b\n' "$1" >l.md
}

# The lesson is refused, as text and as a page, at its line.
refused() {
    lesson "$2"
    run "$1" 3 'l.md' lesson ./l.md
    grep -q '^wengert: ./l.md:[0-9]*:' "$in/said" || echo "$1: its line is not named: $(head -n 1 "$in/said")"
    run "$1 (page)" 3 'l.md' lesson ./l.md --page -o page.html
}

block() { printf '```draw\\nA picture\\n%s\\n```' "$1"; }

lessons() {
    for flags in "--format txt -o $in/outside/victim" "--output=$in/outside/victim" "-o$in/outside/victim" \
        "--outpu $in/outside/victim" \
        "--steps -o $in/outside/x-%02d.svg" "--load $in/outside/secret.csv" \
            "--set x=@$in/outside/secret.csv" "-e @$in/outside/secret.csv" \
        "--data $in/outside/secret.csv" "$in/outside/secret.csv" "--expression=1" "--format=json" \
            "--id=../x" "--seconds 1" \
        "--help" "--json" "-q" "--mode eval" "-- $in/outside/secret.csv" "wrt x -o $in/outside/victim"; do
        refused "draw $flags" "$(block "z $flags")"
        refused "draw in front: $flags" "$(block "$flags z")"
    done
    for flags in "" "wrt x" "wrt x --values" "--style circuit" "--level ops" "--dir TB" "--hide z" \
        "--for page" "--steps" "--ops" "--no-scopes"; do
        lesson "$(block "z $flags")"
        run "draw $flags" 0 'l.md' lesson ./l.md
        run "draw $flags (page)" 0 'l.md page.html .*.tmp /tmp/wengert-* /tmp/.' lesson ./l.md --page -o \
            page.html
    done
    ln_csv
    for path in "$in/outside/secret.csv" ../outside/secret.csv ./../outside/secret.csv link.csv \
        below/link.csv /dev/zero /dev/null /proc/self/environ /proc/kmsg \
        /proc/self/maps fifo . below '' /etc/passwd "$in/case/../outside/secret.csv"; do
        for where in '{csv("%s", "a")}' '```wg\\na = csv("%s", "a")\\n```' \
            '```check\\ncsv("%s", "a") == 1\\n```' \
            '```plot\\nT\\npoints csv("%s")\\n```' '```wg\\nf(p) = csv("%s", "a")\\nb = f(1)\\n```' \
                '```ask\\nHow?\\nanswer sum(csv("%s", "a")) within 1\\n```'; do
            lesson "$(printf "$where" "$path")"
            ln_csv
            run "csv $path in $where" 3 'l.md' lesson ./l.md
        done
        lesson '```try\nSet x. => sum(csv("'"$path"'", "a")) > 0\n```'
        ln_csv
        echo 'x = 1; z = 1' >mine.wg
        run "csv $path in an exercise" 3 'l.md mine.wg' lesson ./l.md --check mine.wg
    done
    lesson '{sum(csv("own.csv", "a"))} {sum(csv("below/own.csv", "a"))}'
    mkdir -p below && printf 'a\n1\n2\n' | tee own.csv >below/own.csv
    run 'its own data' 0 'l.md own.csv */own.csv' lesson ./l.md
    cd .. && run 'its own data from elsewhere' 0 \
        'case/l.md case/own.csv case/below/own.csv */case/own.csv */own.csv' lesson case/l.md && cd case
    lesson '{csv("../outside/secret.csv", "b")}'
    run 'trusted' 0 'l.md *secret.csv' lesson ./l.md --trust
    for address in 'javascript:alert(1)' 'JavaScript:alert(1)' ' javascript:alert(1)' \
        'java\tscript:alert(1)' 'data:text/html,<script>alert(1)</script>' 'vbscript:x' \
        'file:///etc/passwd' 'mailto:a@b' 'blob:x' 'ftp://h/x' ':x' '"onload="x' 'x" onmouseover="alert(1)' \
            '//example.org/x' '/etc/passwd' '\\\\example.org\\x' 'a\\b'; do
        lesson "A [link]($address) here."
        run "link $address (page)" any 'l.md page.html .*.tmp' lesson ./l.md --page -o page.html
        [ -f page.html ] &&
            grep -qiE 'href="(/|[^"]*(\\|(script|data|file|mailto|blob|ftp|^):))|" on' page.html &&
            echo "link $address: is in the page"
    done
    for address in 'https://example.org/a?b=c:d' 'http://example.org' '#here' 'other.html' '../a/b.html' \
        '?a:b'; do
        lesson "A [link]($address) here."
        run "link $address" 0 'l.md page.html .*.tmp' lesson ./l.md --page -o page.html
        grep -qF "<a href=\"$address\">" page.html || echo "link $address: is not in the page"
    done
}

ln_csv() {
    mkdir -p below && ln -sf "$in/outside/secret.csv" link.csv &&
        ln -sf "$in/outside/secret.csv" below/link.csv
    [ -p fifo ] || mkfifo fifo
}

# What would clear a screen, in each place of a lesson, and of a program. $@: the bytes.
few_controls="'\033]0;pwn\007\033[2J' '\302\233[2J'"
more_controls="'\377\376' '\b\b\b' '\r' '\000' '\177' '\355\240\200' '\300\257'"
controls() {
    for bytes; do
        for text in "# T BYTES\n\nText.\n" "# T\nnumber: 1\nafter: aBYTES\n\nText\n" \
            "# T\nnotes: BYTES\n\nText.\n" "# T\n\n## H BYTES\n" "# T\n\nText BYTES.\n" \
            "# T\n\n\`BYTES\`\n" "# T\n\n[aBYTES](#bBYTES)\n" "# T\n\n\`\`\`wg\nx = 1 # BYTES\n\`\`\`\n" \
                "# T\n\n\`\`\`wg\nBYTES\n\`\`\`\n" "# T\n\n\`\`\`wg\nxBYTES = 1\n\`\`\`\n" \
            "# T\n\n\`\`\`BYTES\n\`\`\`\n" "# T\n\n\`\`\`wg aBYTES\nx = 1\n\`\`\`\n" \
                "# T\n\n\`\`\`check\n1 == 1  BYTES\n\`\`\`\n" "# T\n\n\`\`\`check\n1 == BYTES\n\`\`\`\n" \
            "# T\n\n\`\`\`ask\nQ BYTES\nanswer 1 within 1\nhint BYTES\nthen BYTES\n\`\`\`\n" \
                "# T\n\n\`\`\`plot\nT BYTES\nline t over t in 0:1 as \"BYTES\"\n\`\`\`\n" \
            "# T\n\n\`\`\`wg\nx = 1\n\`\`\`\n\n\`\`\`draw\nT BYTES\nx --BYTES\n\`\`\`\n" \
                "# T\n\n\`\`\`try\nDo BYTES => 1 == 1 BYTES\n\`\`\`\n" "BYTES" "# T\n\n{BYTES}\n"; do
            fresh
            printf "$(printf '%s' "$text" | sed "s/BYTES/$(printf '%s' "$bytes" | sed 's/\\/\\\\/g')/g")" \
                >l.md
            run "control $bytes in $text" any 'l.md' lesson ./l.md
            run "control $bytes in $text (page)" any 'l.md page.html .*.tmp /tmp/wengert-* /tmp/.' lesson \
                ./l.md --page -o page.html
            for flag in --source --program --json; do
                [ $# -gt 2 ] && run "control $bytes in $text ($flag)" any 'l.md' lesson ./l.md $flag
            done
        done
        for text in 'x = 1 # BYTES' 'xBYTES = 1' \
            'plot "BYTES" { line t over t in 0:1 as "BYTES"; x "BYTES"; y "BYTES" }' 'x = csv("BYTES")' \
            'check 1 == 2 # BYTES' 'f("BYTES")' \
            'x = 1 BYTES' 'train(w^2BYTES)' 'x = y.BYTES' 'x = relu(z, BYTES=1)' 'name "BYTES"'; do
            fresh
            printf "$(printf '%s' "$text" | sed "s/BYTES/$(printf '%s' "$bytes" | sed 's/\\/\\\\/g')/g")\n" \
                >p.wg
            for command in eval plot $([ $# -gt 2 ] && echo check draw grad step train); do
                run "control $bytes in $text ($command)" any 'p.wg *' $command p.wg
            done
            run "control $bytes in $text (json)" any 'p.wg *' draw p.wg --json
        done
    done
    return 0
}

# A folder as a training leaves it, as strangers make it.
run_folder() {
    fresh
    printf '%s\n' "$layer" 'z = x @ w' "$loss" >own.wg
    printf 'a,b,c,d,k\n1,2,3,4,u\n2,3,4,5,v\n3,4,5,7,w\n4,1,1,1,u\n' >own.csv
    "$wengert" train own.wg --data own.csv --map x=a:d,y=k --epochs 2 -o run -q >/dev/null 2>&1 ||
        echo "no training"
}
trained='run/* run own.wg own.csv'
layer='w = param(4, 3, init=1)
x = input(m, 4)
y = input(m, classes=3)'
loss='J = softmax_cross_entropy(z, y)
train(J)'

folders() {
    folders_of_files
    folders_of_flags
}

# Links, pipes and control bytes in the place of each file of a folder.
folders_of_files() {
    for file in weights.safetensors settings.json log.jsonl curve.svg classes.txt columns.txt trained.wg \
        trained.txt state.safetensors path.csv log.jsonl.new settings.json.new \
        weights.safetensors.wengert-0.tmp; do
        for to in "$in/outside/victim" "$in/outside/new" /dev/zero; do
            for more in "" --fresh; do
                run_folder
                ln -sf "$to" "run/$file"
                run "train over a link $file to $to $more" any "$trained" train own.wg --data own.csv --map \
                    x=a:d,y=k --epochs 3 -o run $more
            done
            case $file in *.new | *.tmp) continue ;; esac
            run_folder
            ln -sf "$to" "run/$file"
            run "plot with a link $file to $to" 3 "$trained" plot run
        done
        case $file in *.new | *.tmp) continue ;; esac
        run_folder
        rm "run/$file" 2>/dev/null
        mkfifo "run/$file"
        run "train over a pipe $file" any "$trained" train own.wg --data own.csv --map x=a:d,y=k --epochs 3 \
            -o run
        run "plot of a pipe $file" any "$trained" plot run
        for bytes in '\033]0;pwn\007\033[2J' '\302\233[2J' '\377\376'; do
            rest="\"epoch\": 1, \"$bytes\": 2, \"loss\": 1, \"metrics\": {\"$bytes\": 1}}\n"
            rest="$rest$bytes\t$bytes\nx\t$bytes\n"
            run_folder
            printf "{\"wengert\": 1,\n$rest" >"run/$file"
            run "train over control bytes in $file" any "$trained" train own.wg --data own.csv --map \
                x=a:d,y=k --epochs 3 -o run
            run_folder
            printf "{\"wengert\": 1, $rest" >"run/$file"
            run "plot of control bytes in $file" any "$trained" plot run
        done
    done
    for file in classes.txt columns.txt; do
        run_folder
        ln -sf "$in/outside/victim" "run/$file"
        run "eval with a link $file" 3 "$trained" eval run/trained.wg --load run/weights.safetensors --data \
            own.csv --map x=a:d,y=k
    done
}

# What a folder says of its data.
folders_of_flags() {
    run_folder
    run 'plot' 0 "$trained" plot run
    for line in "data\t$in/outside/secret.csv" "data\t../outside/secret.csv" "data\tlink.csv" "data\tfolder" \
        "data\tfifo" "data\tfifo.csv" "data\tfifo.npy" "data\tidx" "set\tx=@fifo.npy" \
        "set\tx=@$in/outside/secret.csv" "set\tx=@../outside/secret.csv" \
        "load\t$in/outside/secret.csv" "output\t$in/outside/victim" "o\t$in/outside/victim"; do
        run_folder
        mkdir idx && mkfifo fifo fifo.csv fifo.npy idx/t10k-images-idx3-ubyte
        mkdir folder && ln -s "$in/outside/secret.csv" link.csv &&
            ln -s "$in/outside/secret.csv" folder/train-images-idx3-ubyte
        printf "$line\nmap\tx=a:d,y=k\n" >run/trained.txt
        run "plot with the flag $line" any "$trained folder idx" plot run
    done
    for path in "$in/outside/secret.csv" ../outside/secret.csv link.csv run/link.csv fifo; do
        run_folder
        ln_csv && ln -s "$in/outside/secret.csv" run/link.csv
        printf '%s\n' "s = csv(\"$path\", \"a\")" "$layer" 'z = x @ w + sum(s)' "$loss" >run/trained.wg
        run "plot with csv $path" 3 "$trained" plot run
    done
    run_folder
    printf 'data\t%s\nmap\tx=a:d,y=k\n' "$in/case/own.csv" >run/trained.txt
    run 'plot of its own data' 0 "$trained" plot run
    mkdir other && mv own.csv "$in/outside/../own.csv"
    printf 'data\t%s\nmap\tx=a:d,y=k\n' "$in/own.csv" >run/trained.txt
    run 'plot of data that are trusted' 0 "$trained $in/own.csv" plot run --trust
    run 'plot of data that are not' 2 "$trained" plot run
    run_folder
    touch run/weights.safetensors.wengert-0.tmp run/state.safetensors.wengert-7.tmp run/log.jsonl.new
    run 'train beside what was left' 0 "$trained" train own.wg --data own.csv --map x=a:d,y=k --epochs 3 -o \
        run
    ls run | grep -E 'tmp|new' | sed 's/^/is left: /'
}

# Every option that takes a name, with names that are none.
names() {
    long=$(printf '%0100000d' 0)
    for command in eval grad check draw plot step train lesson; do
        for flag in $("$wengert" $command --help | grep -oE '^ +(-[a-z], )?--[a-z-]+ [A-Z]' |
            grep -oE -- '--[a-z-]+'); do
            for name in '' / . .. // "$long" "$long/" "/$long" '/dev/null/x' \
                "$(printf '%050000d' 0 | sed 's/0/a\//g')"; do
                fresh
                what='-e w=param(init=1);train(w^2)'
                [ $command = lesson ] && what=tape
                [ $flag = --run ] && continue
                run "$command $flag $(printf %.20s "$name")" any "* $in/case* /*" $command "$what" $flag \
                    "$name"
            done
        done
    done
}
