# Whether standard input is what the file `told` says: awk -v told=FILE [-v about=1] -f as_told.awk
# `...` in `told` stands for any lines, or inside a line for any text. With about=1 numbers may differ
# by 2 %: sums of 32-bit floats depend on the processor.
function number(word) { return word ~ /^[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?[^0-9]*$/ }

function sign_off(word) {
    sub(/^[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?/, "", word)
    return word
}

function like(a, b,    n, i, as, bs, off) {
    if (a == b) return 1
    if (!about || (n = split(a, as)) != split(b, bs)) return 0
    for (i = 1; i <= n; i++) {
        if (as[i] == bs[i]) continue
        if (!number(as[i]) || !number(bs[i]) || sign_off(as[i]) != sign_off(bs[i])) return 0
        off = as[i] - bs[i]
        if (off * off > 0.0004 * as[i] * as[i]) return 0
    }
    return 1
}

# Whether the line b has the pieces of a, between its `...`, one after the other: it begins with the first
# one, and ends with the last one.
function has_pieces(a, b,    n, i, at, piece) {
    n = split(a, piece, / *\.\.\. */)
    if (index(b, piece[1]) != 1) return 0
    b = substr(b, length(piece[1]) + 1)
    for (i = 2; i < n; i++) {
        if (!(at = index(b, piece[i]))) return 0
        b = substr(b, at + length(piece[i]))
    }
    return length(b) >= length(piece[n]) && substr(b, length(b) - length(piece[n]) + 1) == piece[n]
}

# Whether the lines i.. of want are the lines j.. of got.
function same(i, j,    k) {
    for (; i <= n; i++) {
        if (want[i] ~ /^ *\.\.\.$/) {
            for (k = j; k <= m + 1; k++) if (same(i + 1, k)) return 1
            return 0
        }
        if (j > m) return 0
        if (index(want[i], "...") ? !has_pieces(want[i], got[j]) : !like(want[i], got[j])) return 0
        j++
    }
    return j == m + 1
}

BEGIN { while ((getline line < told) > 0) want[++n] = line }
{ sub(/ +$/, ""); got[++m] = $0 }
END { exit !same(1, 1) }
