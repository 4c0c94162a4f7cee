#!/usr/bin/env perl
# Prints how large the code is. `make size` calls it. budget.pl, shape.pl and rooms.sh say what is refused, count.pl what
# counts. A room is a folder of a wing.
use strict;
use warnings;

my ($here) = $0 =~ m{(.*)/};
chdir "$here/../.." or die "$here/../..: $!";

require './tools/build/count.pl';

my %text = map { $_ => read_file($_) } files();

# The lines of code and the tokens of files.
sub sizes
{
    my ($lines, $tokens) = (0, 0);
    ($lines += lines($_, $text{$_}), $tokens += tokens($_, $text{$_})) for @_;
    return $lines, $tokens;
}

# The number of members of each struct that is named behind it or before it; those of structs without a name count in the
# struct around them.
sub members
{
    my %count;
    for my $file (@_) {
        my $text = code($file, $text{$file});
        $text =~ s/^\s*#(?:[^\n]*\\\n)*[^\n]*//gm;
        while ($text =~ /\bstruct\s+(\w+)\s*(\{(?:[^{}]|(?2))*\})/g) {
            my ($name, $body) = ($1, $2);
            $body =~ s/\benum\s*\w*\s*\{[^{}]*\}/int/g;
            $body =~ s/\([^()]*\)//g while $body =~ /\(/;
            $body =~ s/\[[^\]]*\]//g;
            $count{$name} = ($body =~ tr/;,//) unless $count{$name};
        }
    }
    return %count;
}

# ---- what is measured ----

my @files = sort keys %text;
my %rooms;
for (@files) {
    my $wing = wing($_, $text{$_});
    push @{ $rooms{ $wing ne 'made' && m{^src/([^/]+/[^/]+)/} ? $1 : $wing } }, $_;
}

# Prints a row: its name, the files, their lines of code, their tokens, and what they are.
sub row
{
    my ($name, $what, @of) = @_;
    printf "%-16s%6d%8d%9d  %s\n", $name, scalar @of, sizes(@of), $what;
}

printf "%-16s%6s%8s%9s\n", 'room', 'files', 'lines', 'tokens';
row($_, '', @{ $rooms{$_} }) for sort keys %rooms;
row('core', 'base, graph, grad and run: make CORE=1', grep { m{^src/engine/(?:base|graph|grad|run)/} && !m{/(?:fast|plan)/} } @files);

my @headers = grep { m{^include/.*\.h$} } @files;
my %members = members(grep { m{^(?:src|include)/.*\.[ch]$} } @files);
my ($most) = sort { $members{$b} <=> $members{$a} || $a cmp $b } keys %members;
printf "%-16s%6d  %s\n", @$_
    for ['headers', scalar @headers, 'public, of C'],
    ['members', $members{$most}, "of the largest struct, $most"],
    ['structs', scalar(grep { $_ > 20 } values %members), 'of more than 20 members'];
