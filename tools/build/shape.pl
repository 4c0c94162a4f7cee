#!/usr/bin/env perl
# Prints what a reader of C, JavaScript, awk or shell must not meet. `make check` calls it. The exit status is 1
# when something is printed.
#
#   tools/build/shape.pl FILE...
#
# A function has at most 60 lines. Six lines of code in a row stand at one place alone: a line counts if it holds a
# letter or a digit outside comments; blanks do not count. Headers of users are not given to it: a struct of options
# names its options in full.
#
# A script has at most 800 lines, and a line of it at most 110 letters. A function of shell or awk is called in its
# folder. In JavaScript no comma stands between two statements, and a name that is declared is used: in its block, or
# else in its folder. A here-document of shell is text, not code, and may be wide if cat takes it.
use strict;
use warnings;
use open qw(:std :utf8);

my ($most, $row, $long, $wide) = (60, 6, 800, 110);
my $string = qr{"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'};
my $pattern = qr{/(?:\\.|\[(?:\\.|[^]\\\n])*\]|[^/\\\n\[])+/};
my $block = qr/(?:[){};]|=>|\belse|\bdo|\btry)\s*$/; # what stands before the brace of a block of JavaScript
my $sign = qr{([(\[\{])|([)\]\}])|(;)|(?:\b(const|let|var)\b|(,)) # brackets; where names may be declared
    (?:\s*([\w\$]+)(?=\s*(?:=(?![=>])|;|,|\ of\b)))?|\bfunction\*?\s+([\w\$]+)}x;
my %calls = (js => '(?:(?<=\.\.\.)|(?<![\w$.]))NAME(?![\w$:])', sh => '(?<![\w$./-])NAME(?![\w=(])', awk => '(?<!\w)NAME\(');
my ($bad, $file, $language, %at, %folder, %declared) = 0;

sub at { $bad = print "$file:$_[0]: $_[1]\n" }
sub function { at($_[0], "a function of $_[1] lines; at most $most") if $_[1] > $most }
sub blank { $_[0] =~ s/[^\n]/ /gr }

sub uses {
    my ($name, $code) = @_;
    my $call = $calls{$language} =~ s/NAME/\Q$name\E/r;
    return scalar(() = $code =~ /$call/g);
}

sub declares { my ($line, $name) = @_; push @{ $declared{"$language " . folder()}{$name} }, "$file:$line" }
sub folder { $file =~ m{^(.*)/} ? $1 : '.' }

# Functions, and rules of awk, that begin at a line that matches and end at a line that begins with a brace.
sub blocks {
    my ($opens, @line) = @_;
    my $begins;
    for my $n (0 .. $#line) {
        $begins = $n if $line[$n] =~ $opens;
        next if !defined $begins || $line[$n] !~ /^\}/;
        function($begins + 1, $n - $begins + 1);
        undef $begins;
    }
}

sub c {
    my $text = shift;
    $text =~ s{($string)|/\*.*?\*/|//[^\n]*}{defined $1 ? $1 : $& =~ tr/\n//cdr}gse;
    blocks(qr/^\{/, split /\n/, $text);
    return $text;
}

# Shell and awk.
sub script {
    my ($name, @code, $end, $is_text) = $language eq 'sh' ? qr/^\s*(\w+)\(\) / : qr/^function (\w+)\(/;
    for (split /\n/, shift) {
        at(@code + 1, 'a line of ' . length() . " letters; at most $wide") if length > $wide && !($is_text && defined $end);
        if (defined $end) {
            undef $end if /^\t*$end$/;
            push @code, '';
            $folder{"$language " . folder()} .= $_ if /\$\(/;
        } else {
            push @code, s/^\s*#.*|\s#\s[^'"]*$//r;
            declares(scalar @code, $1) if $code[-1] =~ $name;
            $is_text = /\bcat\b/;
            ($end) = $code[-1] =~ /(?<!<)<<-?["'\\]?([A-Za-z]\w*)/ if $language eq 'sh';
        }
    }
    blocks($language eq 'sh' ? qr/^\w+\(\) \{$/ : qr/\{$/, @code);
    return join "\n", @code;
}

# A function of shell may be called by part of its name, "need_$what", and by another program of its folder.
sub is_named {
    my ($where, $name) = @_;
    return 1 if $name =~ /^([a-z]+_)/ && $folder{$where} =~ /$1\$/;
    my $path = $where =~ s/^sh //r;
    for my $other (glob "$path/*.c") {
        open my $in, '<', $other or next;
        local $/;
        return 1 if uses($name, scalar <$in>);
    }
    return 0;
}

# JavaScript without comments. In $bare there are no strings, templates and regular expressions either; each letter stays at its place.
sub js {
    my $text = shift;
    my ($code, $bare, @open, @names, %opened) = ('', '');
    $text =~ s/^(#!.*)/blank($1)/e;
    while ($text =~ m{\G(?:(//[^\n]*|/\*.*?\*/)|($string|`(?:\\.|[^`\\])*`)|($pattern)|([^/"'`]+|.))}gs) {
        my ($comment, $quoted, $other, $slash) = ($1, $2 // $3, $4, $3);
        my $end = substr $bare, -20;
        if (defined $slash && $end =~ /[\w\$)\]]\s*$/ && $end !~ /\breturn\s*$/) { # a sign of division
            pos($text) -= length($slash) - 1;
            ($quoted, $other) = (undef, '/');
        }
        $code .= $quoted // $other // blank($comment);
        $bare .= $other // blank($quoted // $comment);
    }
    my $line = sub { 1 + (substr($text, 0, shift) =~ tr/\n//) };
    my $before = sub { my $i = shift; substr $bare, $i < 40 ? 0 : $i - 40, $i < 40 ? $i : 40 };
    my @declares; # whether a declaration has begun, of each depth of brackets
    while ($bare =~ /$sign/g) {
        my ($i, $opens, $closes, $ends, $declares, $comma, $name) = ($-[0], $1, $2, $3, $4, $5, $6 // $7);
        push @open, $i if $opens;
        $declares[@open] = !!$declares if $opens || $ends || $declares;
        push @names, [$i, $name] if defined $name && !($comma && !$declares[@open]);
        my $in_block = !@open || substr($bare, $open[-1], 1) eq '{' && $before->($open[-1]) =~ $block;
        at($line->($i), 'two statements, between them a comma') if $comma && !$declares[@open] && $in_block;
        next if !$closes;
        my $from = $opened{$i} = pop @open;
        next if $closes ne '}';
        my $head = $before->($from);
        my $of_round = $head =~ /(\)\s*)$/ ? $before->($opened{ $from - length $1 }) : 'if';
        if ($head =~ /=>\s*$/ || $of_round !~ /\b(?:if|for|while|switch|catch)\s*$/) {
            function($line->($from), $line->($i) - $line->($from) + 1);
        }
        my $inside = substr $code, $from, $i - $from;
        for (grep { $_->[0] > $from } @names) {
            at($line->($_->[0]), "$_->[1] is declared and not used") if uses($_->[1], $inside) < 2;
        }
        @names = grep { $_->[0] <= $from } @names;
    }
    declares($line->($_->[0]), $_->[1]) for @names;
    while ($text =~ /[^\n]{$wide}([^\n]+)/g) { at($line->($-[0]), 'a line of ' . ($wide + length $1) . " letters; at most $wide") }
    return $code;
}

for (@ARGV) {
    local $/;
    $file = $_;
    open my $in, '<', $file or die "$file: $!";
    my $text = <$in>;
    $language = $file =~ /\.[ch]$/ ? 'c' : $file =~ /\.(js|awk)$/ ? $1 : 'sh';
    my $code = $language eq 'c' ? c($text) : $language eq 'js' ? js($text) : script($text);
    $folder{"$language " . folder()} .= "$code\n";
    my ($n, $lines, @line) = (0, $text =~ tr/\n//);
    $n++, /\w/ && push @line, [$n, join ' ', split] for split /\n/, $code;
    at(1, "a file of $lines lines; at most $long") if $lines > $long && $language ne 'c';
    push @{ $at{ join "\n", map { $_->[1] } @line[$_ .. $_ + $row - 1] } }, "$file:$line[$_][0]" for 0 .. $#line - $row + 1;
}
for my $where (sort keys %declared) {
    ($language) = split ' ', $where;
    for my $name (sort keys %{ $declared{$where} }) {
        my @places = @{ $declared{$where}{$name} };
        next if uses($name, $folder{$where}) > ($language eq 'sh' ? 0 : @places) || $language eq 'sh' && is_named($where, $name);
        $bad = print "@places: $name is not used\n";
    }
}
for (sort { $a->[0] cmp $b->[0] } grep { @$_ > 1 } values %at) {
    $bad = print "$row equal lines: @$_\n";
}
exit $bad;
