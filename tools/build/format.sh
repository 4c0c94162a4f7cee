#!/usr/bin/env bash
# Gives all files of C and JavaScript the form that the house rules ask for: what clang-format makes of them; of C also
# comments whose lines have at most 110 bytes. `make format` calls it. It leaves and prints what it cannot mend: a line of code
# that is too long, and a word of a comment that is longer than a line.
# --check: changes nothing, and prints what has not this form. `make check` calls it.
set -u
cd "$(dirname "$0")/../.." || exit 1

# Public headers are not among them: their tables are aligned by hand.
files() { find bench examples ops python src tests tools -name "$1" | LC_ALL=C sort; }

# Prints file:line for each line of more than 110 bytes. The table of digits is data.
long_lines() { files '*.[ch]' | grep -v digits_table | LC_ALL=C xargs -r grep -anE '^.{111}' /dev/null | cut -d : -f 1,2; }

# wrap_comments WHICH FILE...: wraps comments with long lines, all or only those behind code, and prints the files that it
# changed. What does not fit on a line goes to the next one, if that goes on with the same paragraph, or makes a new one. A
# comment with code behind it stays.
wrap_comments() {
    perl - "$@" <<'END'
use strict;
use warnings;
my $most = 110;
my $which = shift;

# $before: what stands before the comment on its first line. Strings and comments that need no change are returned as they are.
sub wrapped
{
    my ($before, $comment) = @_;
    my $column = ' ' x length $before;
    my ($open) = $comment =~ m{^(/[/*]+ ?)};
    my @to_do = split /\n/, $before . $comment;
    my @done;
    while (defined(my $line = shift @to_do)) {
        my ($own, $next); # what stands before the text of this line, and before the text that goes on with it
        if (@done) {
            ($own) = $line =~ m{^(\s*(?://|\*(?!/))?\s*)};
            $next = $own;
        } else {
            $own = $before . $open;
            $next = $open =~ m{^//} ? "$column// " : @to_do && $to_do[0] =~ /^($column   )\S/ ? $1 : "$column * ";
        }
        $next .= ' ' x length $1 if substr($line, length $own) =~ /^(- |\d+\. )/; # a row of a list
        my $cut = 0;
        if (length $line > $most) {
            while ($line =~ m{ +(?=[^ ])(?!\*/)}g) {
                $cut = $-[0] if $-[0] > length($own) && ($-[0] <= $most || !$cut);
            }
        }
        if ($cut) {
            my $rest = substr $line, $cut;
            $rest =~ s/^ +//;
            $line = substr $line, 0, $cut;
            if (@to_do && $to_do[0] =~ m{^\Q$next\E(?!- |\d+\. |\*/)\S}) {
                substr($to_do[0], length $next, 0) = "$rest ";
            } else {
                unshift @to_do, $next . $rest;
            }
        }
        push @done, $line;
    }
    return substr join("\n", @done), length $before;
}

for my $file (@ARGV) {
    local $/;
    open my $in, '<', $file or die "$file: $!";
    my $text = <$in>;
    my $new = '';
    while ($text =~ m{\G(.*?)("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|/\*.*?\*/|//[^\n]*(?:\n[ \t]*//[^\n]*)*|\z)}gs) {
        $new .= $1;
        my $token = $2;
        my $before = substr $new, rindex($new, "\n") + 1;
        my $may = $token =~ m{^/} && $token !~ /\\\n/ && $text =~ /\G[ \t]*(?:\n|\z)/ && length $before < 70 &&
            ($which eq 'all' || $before =~ /\S/);
        $new .= $may ? wrapped($before, $token) : $token;
    }
    next if $new eq $text;
    open my $out, '>', $file or die "$file: $!";
    print $out $new;
    print "$file\n";
}
END
}

command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 1; }
case "${1:-}" in
--check)
    { files '*.[ch]' && files '*.js'; } | xargs -r clang-format --dry-run -Werror -ferror-limit=1 2>&1 |
        sed -nE 's/^([^:]+):[0-9:]+ error: code should be.*/\1: not as clang-format has it/p; /^Error/p' | sort -u
    long_lines | sed 's/$/: more than 110 bytes/' ;;
'')
    # Comments behind code come first, since clang-format breaks the code before a comment that is too long. The others come
    # when clang-format has put them in their place. Each may move the other's, so the loop ends when nothing changes.
    mapfile -t todo < <(files '*.[ch]' && files '*.js')
    for which in behind all all all; do
        mapfile -t long < <(long_lines | cut -d : -f 1 | sort -u)
        mapfile -t wrapped < <([ ${#long[@]} = 0 ] || wrap_comments "$which" "${long[@]}")
        todo+=("${wrapped[@]}")
        [ ${#todo[@]} -gt 0 ] || break
        printf '%s\0' "${todo[@]}" | xargs -0 clang-format -i || exit 1
        todo=()
    done
    long_lines | sed 's/$/: more than 110 bytes; shorten it by hand/' ;;
*) echo "usage: tools/build/format.sh [--check]" >&2; exit 2 ;;
esac
