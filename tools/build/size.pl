#!/usr/bin/env perl
# Prints how large the code is. `make size` calls it. Nothing forbids a size: tools/build/shape.pl and tools/build/rooms.sh say what is refused.
#
# All text that is code, or data of tests, counts in every language. A wing is a folder of src/, a room a folder of
# a wing, and each folder beside src/ is one; the Makefile belongs to tools. Pages do not count. What a program has made does not count: the tables of digits and of letters, the fuzzers' inputs,
# the table in python/wengert/_table.txt.
# A line of code holds more than blanks and comments. A token is a word (letters, digits and _), a string that ends on its line,
# or any other character that is no blank. A text in three quotes, as Python has it, counts as an empty string.
use strict;
use warnings;

my ($here) = $0 =~ m{(.*)/};
chdir "$here/../.." or die "$here/../..: $!";

# ---- how is counted ----

sub files
{
    my $in = 'src ops include tools tests bench examples python Makefile';
    my @found = -e '.git' ? split /\n/, `git ls-files --cached --others --exclude-standard $in` : ();
    @found = split /\n/, `find $in` unless @found;
    @found = grep { m{\.(?:[ch]|[ch]pp|js|css|py|sh|awk|pl|mk|wg)$|^Makefile$|^tests/.*\.(?:txt|md|csv|json)$} } @found;
    return sort grep { -f && !m{digits_table|text_table|^tests/(?:fuzz/corpus|tables)/} } @found;
}

my $string = qr{"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'};
my %code;

# The text without comments: what looks like one in a string is none.
sub code
{
    my $file = shift;
    return $code{$file} if defined $code{$file};
    my $comment = $file =~ /\.(?:[ch]|[ch]pp|js|css)$/ ? qr{/\*.*?\*/|//[^\n]*}s : qr{(?<!\S)\#[^\n]*};
    local $/;
    open my $in, '<', $file or die "$file: $!";
    my $text = <$in>;
    $text =~ s{""".*?"""}{""}gs;
    $text =~ s{($string)|$comment}{defined $1 ? $1 : ''}ge;
    return $code{$file} = $text;
}

sub lines { return scalar grep { /\S/ } map { split /\n/ } map { code($_) } @_; }
sub tokens { my $n = 0; $n += () = code($_) =~ /$string|[\w\x80-\xff]+|\S/g for @_; return $n; }

# The number of members of each struct that is named behind it or before it; those of structs without a name count in the
# struct around them.
sub members
{
    my %count;
    for my $file (@_) {
        my $text = code($file);
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

my @files = files();
my %rooms;
push @{ $rooms{ m{^src/([^/]+/[^/]+)/} || m{^(?:src/)?([^/]+)/} ? $1 : 'tools' } }, $_ for @files;

# Prints a row: its name, the files, their lines of code, their tokens, and what they are.
sub row
{
    my ($name, $what, @of) = @_;
    printf "%-16s%6d%8d%9d  %s\n", $name, scalar @of, lines(@of), tokens(@of), $what;
}

printf "%-16s%6s%8s%9s\n", 'room', 'files', 'lines', 'tokens';
row($_, '', @{ $rooms{$_} }) for sort keys %rooms;
for my $wing (sort { $a cmp $b } keys %{ { map { m{^src/([^/]+)/} ? ($1 => 1) : () } @files } }) {
    row("wing $wing", '', grep { m{^src/$wing/} } @files);
}
row('src and ops', '', grep { m{^(?:src|ops)/} } @files);
row('core', 'base, graph, grad and run: make CORE=1', grep { m{^src/engine/(?:base|graph|grad|run)/} && !m{/(?:fast|plan)/} } @files);

my @headers = grep { m{^include/.*\.h$} } @files;
my %members = members(grep { m{^(?:src|include)/.*\.[ch]$} } @files);
my ($most) = sort { $members{$b} <=> $members{$a} || $a cmp $b } keys %members;
printf "%-16s%6d  %s\n", @$_
    for ['headers', scalar @headers, 'public, of C'],
    ['functions', scalar(() = join('', map { code($_) } @headers) =~ /\bWG_API\b/g), 'public'],
    ['members', $members{$most}, "of the largest struct, $most"],
    ['structs', scalar(grep { $_ > 20 } values %members), 'of more than 20 members'];
