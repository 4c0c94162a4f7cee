#!/usr/bin/env perl
# Prints how large the code is, beside what it may be: the ceilings in tools/size.txt. `make size` calls it; `make check` calls it
# with --check, and then it prints only what is above its ceiling. The exit status is 1 when something is.
#
# All text that is code, or data of tests, counts in every language. A room is a folder of src/ or a folder beside src/; the
# Makefile belongs to tools. Pages do not count. What a program has made does not count: the table of digits, the fuzzers' inputs,
# the table in python/wengert.py.
# A line of code holds more than blanks and comments. A token is a word (letters, digits and _), a string that ends on its line,
# or any other character that is no blank. A text in three quotes, as Python has it, counts as an empty string.
use strict;
use warnings;

my ($here) = $0 =~ m{(.*)/};
chdir "$here/.." or die "$here/..: $!";
my $check = @ARGV && $ARGV[0] eq '--check';
my $bad;

# ---- how is counted ----

sub files
{
    my $in = 'src ops include tools tests bench examples python Makefile';
    my @found = -e '.git' ? split /\n/, `git ls-files --cached --others --exclude-standard $in` : ();
    @found = split /\n/, `find $in` unless @found;
    @found = grep { m{\.(?:[ch]|[ch]pp|js|css|py|sh|awk|pl|mk|wg)$|^Makefile$|^tests/.*\.(?:txt|md|csv|json)$} } @found;
    return sort grep { -f && !m{digits_table|^tests/fuzz/corpus/} } @found;
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

# ---- ceilings ----

my (%ceilings, %row_of);
open my $table, '<', 'tools/size.txt' or die "tools/size.txt: $!";
while (<$table>) {
    my ($row, @most) = split ' ', s/#.*//r;
    next unless defined $row;
    $ceilings{$row} = \@most;
    $row_of{$_} = $row for split /\+/, $row;
}

# Prints a row: its name, each number beside its ceiling, and what it is.
sub row
{
    my ($name, $what, @is) = @_;
    my @most = @{ $ceilings{$name} // [] };
    my $wrong = @most != @is ? 'has no ceiling in tools/size.txt' : (grep { $is[$_] > $most[$_] } keys @is) ? 'is above its ceiling' : '';
    $bad = 1 if $wrong;
    return if $check && !$wrong;
    printf '%-16s', $name;
    printf '%8d of %-8s', $is[$_], $most[$_] // '-' for keys @is;
    print $what, $wrong && "  <-- $wrong", "\n";
}

# ---- what is measured ----

my @files = files();
my %rooms;
for my $file (@files) {
    my $room = $file =~ m{^(?:src/)?([^/]+)/} ? $1 : 'tools';
    push @{ $rooms{ $row_of{$room} // $room } }, $file;
}
printf "%-16s%8s %-11s%8s\n", 'room', 'lines', 'of code', 'tokens' unless $check;
row($_, @{ $rooms{$_} } . ' files', lines(@{ $rooms{$_} }), tokens(@{ $rooms{$_} })) for sort keys %rooms;
my @library = grep { m{^(?:src|ops)/} } @files;
printf "%-16s%8d %-11s%8d\n", 'src and ops', lines(@library), '', tokens(@library) unless $check;
my @core = grep { m{^src/(?:base|graph|grad|run)/} && !m{/(?:fast|plan)/} } @files;
row('core', @core . ' files of base, graph, grad and run: make CORE=1', lines(@core), tokens(@core));

my @headers = grep { m{^include/.*\.h$} } @files;
row('header-files', 'public headers of C', scalar @headers);
row('functions', 'public functions', scalar(() = join('', map { code($_) } @headers) =~ /\bWG_API\b/g));
my %members = members(grep { m{^(?:src|include)/.*\.[ch]$} } @files);
my ($most) = sort { $members{$b} <=> $members{$a} || $a cmp $b } keys %members;
row('members', "members of the largest struct, $most", $members{$most});
row('structs', 'structs of more than 20 members', scalar(grep { $_ > 20 } values %members));
exit($bad ? 1 : 0);
