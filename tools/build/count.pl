# What size.pl and budget.pl count, for `require`.
#
# All text that is code, or data of tests, counts in every language. A wing is a folder of src/, and each folder
# beside src/ is one; the Makefile belongs to tools. Pages do not count, nor the fuzzers' inputs, the tables of
# users that tests read, and the table in python/wengert/_table.txt. What a program has made is a wing of its own,
# `made`: its first line says by which command. So are the widths of characters in fonts.
# A line of code holds more than blanks and comments. A token is a word (letters, digits and _), a string that ends
# on its line, or any other character that is no blank. A text in three quotes, as Python has it, counts as an
# empty string.
use strict;
use warnings;

my $string = qr{"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'};

# Those of the files that count.
sub counted
{
    return grep { m{^(?:src|ops|include|tools|tests|bench|examples|python|lessons)/|^Makefile$}
            && m{\.(?:[ch]|[ch]pp|c99|inc|js|css|py|sh|awk|pl|mk|wg)$|^Makefile$|^tests/.*\.(?:txt|md)$}
            && !m{^tests/(?:fuzz/corpus|tables)/} } @_;
}

# The files of the tree.
sub files
{
    my @found = -e '.git' ? split /\n/, `git ls-files --cached --others --exclude-standard` : ();
    @found = map { s{^\./}{}r } split /\n/, `find . -type f` unless @found;
    return sort grep { -f } counted(@found);
}

sub read_file
{
    my $file = shift;
    local $/;
    open my $in, '<', $file or die "$file: $!";
    return scalar <$in>;
}

# The text without comments: what looks like one in a string is none.
sub code
{
    my ($file, $text) = @_;
    my $comment = $file =~ /\.(?:[ch]|[ch]pp|js|css|c99|inc)$/ ? qr{/\*.*?\*/|//[^\n]*}s : qr{(?<!\S)\#[^\n]*};
    $text =~ s{""".*?"""}{""}gs;
    $text =~ s{($string)|$comment}{defined $1 ? $1 : ''}ge;
    return $text;
}

sub lines { return scalar grep { /\S/ } split /\n/, code(@_) }
sub tokens { return scalar(() = code(@_) =~ /$string|[\w\x80-\xff]+|\S/g) }

sub wing
{
    my ($file, $text) = @_;
    return 'made' if $text =~ m{^# \S+\.txt: [^\n]*\bby `[^`]+`} || $file =~ m{/metric_table\.c$};
    return $file =~ m{^src/([^/]+)/|^([^/]+)/} ? $1 // $2 : 'tools';
}

1;
