#!/usr/bin/env perl
# Prints how large the code is, beside what it may be: the ceilings in tools/size.txt. `make size` calls it; `make check` calls it
# with --check, and then it prints only what is above its ceiling. The exit status is 1 when something is.
#
# A line of code holds more than blanks and comments. The digits' table is data, and does not count.
use strict;
use warnings;

my $check = @ARGV && $ARGV[0] eq '--check';
my (%is, %what, @names, $bad);

sub files { my $of = join ' ', @_; return grep { !/digits_table/ } split /\n/, `find $of -name '*.[ch]' | LC_ALL=C sort`; }

# The text without comments, as the compiler sees it: what looks like one in a string is none.
sub code
{
    my $file = shift;
    local $/;
    open my $in, '<', $file or die "$file: $!";
    my $text = <$in>;
    $text =~ s{("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|/\*.*?\*/|//[^\n]*}{defined $1 ? $1 : ''}gse;
    return $text;
}

sub lines { return scalar grep { /\S/ } map { split /\n/ } map { code($_) } @_; }

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

sub add { my ($name, $value, $text) = @_; push @names, $name; $is{$name} = $value; $what{$name} = $text; }

# ---- what is measured ----

my @library = files('src', 'ops');
add('code', lines(@library), 'lines of code of src and ops');
my %room;
for my $file (@library) { push @{ $room{ $file =~ m{^src/([^/]+)/} ? $1 : 'ops' } }, $file }
add($_, lines(@{ $room{$_} }), 'lines of code of ' . @{ $room{$_} } . ' files') for sort keys %room;
my @core = grep { !m{/(?:fast|plan)/} } files('src/base', 'src/graph', 'src/grad', 'src/run');
add('core', lines(@core), 'lines of code of ' . @core . ' files of base, graph, grad and run: make CORE=1');
add($_, lines(files($_)), "lines of code of $_") for qw(tools tests bench examples);

my @headers = glob 'include/wengert/*.h';
my $declared = join '', map { code($_) } @headers;
add('header-files', scalar @headers, 'public headers of C');
add('header-lines', lines(@headers), 'their lines of code');
add('functions', scalar(() = $declared =~ /\bWG_API\b/g), 'public functions');

my %members = members(files('src', 'include'));
my ($most) = sort { $members{$b} <=> $members{$a} || $a cmp $b } keys %members;
add('members', $members{$most}, "members of the largest struct, $most");
add('structs', scalar(grep { $_ > 20 } values %members), 'structs of more than 20 members');

# ---- ceilings ----

open my $table, '<', 'tools/size.txt' or die "tools/size.txt: $!";
my %ceiling;
while (<$table>) { $ceiling{$1} = $2 if /^([\w-]+)\s+(\d+)/ }
for my $name (@names) {
    my $top = $ceiling{$name};
    my $over = !defined $top ? 'has no ceiling in tools/size.txt' : $is{$name} > $top ? 'is above its ceiling' : '';
    $bad = 1 if $over;
    next if $check && !$over;
    printf "%-14s %6d of %-6s %s%s\n", $name, $is{$name}, $top // '-', $what{$name}, $over && "  <-- $over";
}
exit($bad ? 1 : 0);
