#!/usr/bin/env perl
# Prints the links of pages of Markdown that lead nowhere: tools/build/links.pl PAGE...
# A link is relative to its page: to a file or a folder, and to a #heading, by the name that GitHub makes of it.
# Blocks and code are no links, nor are addresses of the web looked at.
use strict;
use warnings;
use utf8;
use open qw(:std :utf8);
use File::Basename;

# The lines of a page, without its blocks and without code: pairs of number and text.
sub lines_of {
    my ($page) = @_;
    open my $in, '<', $page or die "$page: $!\n";
    my ($fence, @lines) = ('');
    while (my $line = <$in>) {
        if ($line =~ /^\s*(`{3,})/) {
            $fence = $fence eq '' ? $1 : $fence eq $1 ? '' : $fence;
        } elsif ($fence eq '') {
            push @lines, [$., $line];
        }
    }
    return @lines;
}

my %names;

# The names of the headings of a page.
sub names_of {
    my ($page) = @_;
    return $names{$page} if $names{$page};
    my (%of, %count);
    for (lines_of($page)) {
        next unless $_->[1] =~ /^#{1,6} +(.*?)\s*$/;
        my $name = lc($1 =~ s/\[([^\]]*)\]\([^)]*\)/$1/gr) =~ s/[^\w\- ]//gr =~ tr/ /-/r;
        my $n = $count{$name}++;
        $of{$n ? "$name-$n" : $name} = 1;
    }
    return $names{$page} = \%of;
}

for my $page (@ARGV) {
    for (lines_of($page)) {
        my ($number, $line) = @$_;
        $line =~ s/`[^`]*`/code/g;
        while ($line =~ /\]\(([^)\s]+)\)/g) {
            my $link = $1;
            next if $link =~ /^[a-z]+:/;
            my ($path, $heading) = split /#/, $link, 2;
            my $to = $path eq '' ? $page : dirname($page) . "/$path";
            if (!-e $to) {
                print "$page:$number: there is no $link\n";
            } elsif (defined $heading && $to =~ /\.md$/ && !names_of($to)->{$heading}) {
                print "$page:$number: no heading is called $link\n";
            }
        }
    }
}
