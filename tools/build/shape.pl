#!/usr/bin/env perl
# Prints what a reader of C must not meet: a function of more than 60 lines, and six lines in a row that stand at another place, too.
# `make check` calls it. The exit status is 1 when something is printed.
#
#   tools/build/shape.pl FILE...
#
# A line counts if it holds a letter or a digit outside comments. Blanks do not count. Headers of users are not given to it: a
# struct of options names its options in full.
use strict;
use warnings;

my ($most, $row, %at) = (60, 6);
my $string = qr{"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'};
my $bad = 0;
for my $file (@ARGV) {
    local $/;
    open my $in, '<', $file or die "$file: $!";
    my $text = <$in>;
    $text =~ s{($string)|/\*.*?\*/|//[^\n]*}{defined $1 ? $1 : $& =~ tr/\n//cdr}gse;
    my ($begins, $n, @line) = (undef, 0);
    for (split /\n/, $text) {
        $n++;
        $begins = $n if /^\{/;
        if (/^\}/ && defined $begins) {
            my $lines = $n - $begins + 1;
            $bad = print "$file:$begins: a function of $lines lines; at most $most\n" if $lines > $most;
            undef $begins;
        }
        push @line, [$n, join ' ', split] if /\w/;
    }
    push @{ $at{ join "\n", map { $_->[1] } @line[$_ .. $_ + $row - 1] } }, "$file:$line[$_][0]" for 0 .. $#line - $row + 1;
}
for (sort { $a->[0] cmp $b->[0] } grep { @$_ > 1 } values %at) {
    $bad = print "$row equal lines: @$_\n";
}
exit $bad;
