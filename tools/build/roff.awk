# Text as roff prints it unchanged: for the programs that make pages of man, awk -f tools/build/roff.awk -f
# ...
function roff(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    gsub(/'/, "\\(aq", s)
    if (s ~ /^\./) s = "\\&" s
    return s
}
