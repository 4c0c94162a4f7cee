#!/usr/bin/env perl
# Prints each statement of the files that compares the name of an op. A user's op may have any name: ask wgx_op_is, or look for a
# property of the descriptor. `make check` refuses what this prints.
#
#   tools/build/op_names.pl FILE...
#
# A name is op->name of whatever has the type wg_op, wg_node_op_name(n), a variable that is set to one, and the result of a function of
# the file that returns one. It is compared by strcmp and its like, or by a function that so compares its parameter. Not meant are names that
# are compared with each other, a condition that asks whose op it is (`library ==`), and what the user has written (`intended`).
use strict;
use warnings;

my $compare = qr/str(?:n?case|n)?cmp|memcmp|strn?str|bsearch/;
my @function; # file, first line, text
my %compares; # by function, of a static one with its file: the places of the parameters that it compares

for my $file (@ARGV) {
    open my $in, '<', $file or die "$file: $!\n";
    my ($text, $line) = (do { local $/; <$in> }, 1);
    $text =~ s{(/\*.*?\*/)}{$1 =~ tr/\n//cdr}gse;
    for (split /(?<=\n\})|(?<=\}\n)(?=[^\s}])/, $text) {
        push @function, { file => $file, line => $line, text => $_ };
        $line += tr/\n//;
    }
}

# The calls of functions that compare, in a text of a file: the offset of each, and the arguments that it compares.
sub comparisons {
    my ($file, $text) = @_;
    my $known = join '|', $compare, map { s/.*://r } grep { !/^wg_op_(?:find|is)$/ } keys %compares;
    my @found;
    while ($text =~ /\b($known)(\((?:[^()"]++|"(?:\\.|[^"\\])*+"|(?2))*\))/g) {
        my ($name, $at, @in) = ($1, $-[0], split /,(?![^(]*\))/, substr($2, 1, -1));
        my $of = $compares{"$file:$name"} || $compares{$name};
        push @found, [$at, $of ? grep { defined } @in[keys %$of] : @in] if $of || $name =~ /^$compare$/;
        pos($text) = $at + length $name;
    }
    return @found;
}

for (my $before = -1; $before != (my $now = map { keys %$_ } values %compares); $before = $now) {
    for my $f (@function) {
        next unless $f->{text} =~ /(?:^|\n)(static )?(?:inline )?[\w *]*?\b(\w+)\(([^;{}]*)\)\s*\{/;
        my ($own, @parameter) = (($1 ? "$f->{file}:" : '') . $2, split /,/, $3);
        my @asked = map { @$_[1 .. $#$_] } comparisons($f->{file}, substr($f->{text}, $+[0]));
        for my $k (0 .. $#parameter) {
            my ($v) = $parameter[$k] =~ /\bchar \*(?:const )?(\w+)/ or next;
            $compares{$own}{$k} = 1 if grep { /^\s*$v\s*(?:\+.*)?$/ } @asked;
        }
    }
}

for my $file (@ARGV) {
    my @own = grep { $_->{file} eq $file } @function;
    my $ops = join '|', 'op', map { $_->{text} =~ /\bwg_op \*(?:const )?(\w+)/g } @own;
    my $name = "\\b(?:$ops)(?:\\[[^\\]]*\\])?(?:->|\\.)name\\b|\\bwg_node_op_name\\(|\\bwg_(?:node_op|op_at)\\([^;]*?\\)->name\\b|->op\\[[^\\]]*\\]\\.op\\b|\\bshown\\.op\\b";
    my @returns = map { $_->{text} =~ /\bchar \*(\w+)\([^;{}]*\)\s*\{[^}]*return [^;]*?(?:$name)/ } @own;
    $name = join '|', $name, map { "\\b$_\\(" } @returns;
    for my $f (@own) {
        my $text = $f->{text};
        my %set = map { $_ => 1 } $text =~ /\b(\w+)(?:\[\w*\])?\s*=\s(?:(?!\s=\s|str\w+\(|memcmp\()[^;])*?(?:$name)/g;
        my $named = join '|', $name, map { "\\b$_\\b(?![(.])" } keys %set;
        for my $c (comparisons($file, $text)) {
            my ($at, @asked) = @$c;
            next unless 1 == grep { s/"(?:\\.|[^"\\])*"//gr =~ /$named/ && !/^\s*(?:\(\w+\))?\s*strlen/ } @asked;
            my $begin = 1 + (sort { $b <=> $a } map { rindex $text, $_, $at } ';', '{', '}')[0];
            my ($statement) = substr($text, $begin) =~ /^\s*([^;{]*)/;
            my ($before) = substr($text, $begin, $at - $begin) =~ /((?:(?!\|\|).)*)$/s;
            my ($after) = substr($text, $at) =~ /^((?:(?!\|\|)[^;{])*)/;
            next if "$before$after" =~ /library ==|wgi_op_is_ours|\bintended\b/;
            print "$file:", $f->{line} + (substr($text, 0, $at) =~ tr/\n//), ': ', $statement =~ s/\s+/ /gr, "\n";
        }
    }
}
