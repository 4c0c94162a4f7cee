# Prints the first block of a page that is written in a language, or with output=1 the block after it.
/^```/ {
    inside = !inside
    if (inside) {
        if (found) after++
        if (substr($0, 4) == language && !found) found = mine = 1
        else mine = 0
    } else if (mine) mine = 0
    next
}
inside && (output ? found && after == 1 && !mine : mine)
