#!/usr/bin/env perl
# Wraps comments of C with long lines, and prints the files that it changed. tools/build/format.sh calls it.
#
#   tools/build/wrap_comments.pl all|behind FILE...      behind: only those behind code
#
# What does not fit on a line goes to the next one, if that goes on with the same paragraph, or makes a new one. A comment with code
# behind it stays.
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
