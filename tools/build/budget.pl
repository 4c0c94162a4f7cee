#!/usr/bin/env perl
# Tokens of each wing beside the row of tools/build/budget.txt, which says how a row is written; count.pl says what is
# counted. `make budget` calls it. The status is 1 when a wing is above its row.
#
#   budget.pl                 all wings
#   budget.pl --check         what is refused alone: a wing above its row, with the files that have grown since the
#                             commit before the last; a commit in which a row rises, and that changes more, or names no issue.
#                             `make check` calls it
#   budget.pl --change REV    one line: what has come and gone since the commit REV, by wing
use strict;
use warnings;

my ($here) = $0 =~ m{(.*)/};
chdir "$here/../.." or die "$here/../..: $!";
require './tools/build/count.pl';

my $rows = 'tools/build/budget.txt';

# The rows of a text: wing => tokens at most; with allowances => 1: and what issues may take beside it.
sub rows_of
{
    my ($text, %how) = @_;
    my %of;
    for (split /\n/, $text) {
        my ($wing, $most, @more) = /^\s*(?:#|$)/ ? next : split;
        for (@more) { /^\d+\+(\d+)$/ or die "$rows: $wing: no ISSUE+TOKENS: $_\n"; $most += $1 if $how{allowances} }
        $of{$wing} = $most;
    }
    return %of;
}

# Adds to the hash what each file has: wing => tokens. The file is given by its name, its text by the function.
sub add_up
{
    my ($of, $sign, $text_of, @names) = @_;
    for (@names) {
        my $text = $text_of->($_);
        $of->{ wing($_, $text) } += $sign * tokens($_, $text) if defined $text;
    }
}

sub now { return -f $_[0] ? read_file($_[0]) : undef }

# The text of a file in a commit.
sub then_of
{
    my ($rev) = @_;
    return sub {
        my $text = `git show '$rev:$_[0]' 2>/dev/null`;
        return $? ? undef : $text;
    };
}

sub changed
{
    my ($rev) = @_;
    system("git rev-parse -q --verify '$rev^{commit}' >/dev/null") and print("budget: no commit $rev\n"), exit 2;
    my %names = map { $_ => 1 } split /\n/, `git diff --no-renames --name-only '$rev'; git ls-files -o --exclude-standard`;
    return counted(sort keys %names);
}

# What files have more than in a commit: wing => tokens.
sub gain
{
    my ($rev, @names) = @_;
    my %of;
    add_up(\%of, 1, \&now, @names);
    add_up(\%of, -1, then_of($rev), @names);
    return %of;
}

# Prints what has come and gone since a commit.
sub change
{
    my ($rev) = @_;
    my %of = gain($rev, changed($rev));
    my $sum = 0;
    $sum += $_ for values %of;
    printf "tokens %+d%s\n", $sum, join '', map { $of{$_} ? sprintf(', %s %+d', $_, $of{$_}) : () } sort keys %of;
}

# The files of a wing that have grown most since the commit before the last.
sub grown
{
    my ($wing) = @_;
    my %by;
    for my $name (changed('HEAD~1')) {
        my %of = gain('HEAD~1', $name);
        $by{$name} = $of{$wing} if ($of{$wing} // 0) > 0;
    }
    my @most = sort { $by{$b} <=> $by{$a} || $a cmp $b } keys %by;
    return join ', ', map { "$_ +$by{$_}" } splice @most, 0, 3;
}

# Commits in which a row rises, and that change another file, or name no issue.
sub risen
{
    return unless -e '.git';
    my @commits = split /\n/, `git log --format=%H -- $rows 2>/dev/null`;
    pop @commits; # the first one has all rows
    for (@commits) {
        my ($commit, %up) = $_;
        for my $allowances (0, 1) {
            my ($old, $new) = map { { rows_of(then_of($_)->($rows) // '', allowances => $allowances) } } "$commit~1", $commit;
            $new->{$_} > ($old->{$_} // 0) and $up{$_} = 1 for keys %$new;
        }
        my @up = sort keys %up or next;
        my $files = () = `git diff-tree --no-commit-id --name-only -r $_` =~ /\n/g;
        my $wrong = $files > 1 ? "changes $files files"
            : `git log -1 --format=%B $_` !~ /\bissue \d+/i ? 'names no issue' : next;
        printf "%.8s: the row of %s rises, and the commit %s\n", $_, join(', ', @up), $wrong;
    }
}

my %most = rows_of(read_file($rows));
my ($mode) = @ARGV ? $ARGV[0] : '';
if ($mode eq '--change') { change($ARGV[1]); exit }
my (%now, $sum, $bad);
add_up(\%now, 1, \&now, files());
for (sort keys %now) {
    my $most = $most{$_} // 0;
    my $over = $now{$_} - $most;
    $sum += $now{$_};
    $bad ||= $over > 0;
    if ($mode ne '--check') {
        printf "%-10s%9d  of %8d%s\n", $_, $now{$_}, $most, $over > 0 ? "  above its row by $over" : '';
    } elsif ($over > 0) {
        printf "%s: %d tokens, %d more than its row in %s: %s\n", $_, $now{$_}, $over, $rows, grown($_);
    }
}
if ($mode eq '--check') {
    print "$rows has a row of $_, and no file is of that wing\n" for grep { !$now{$_} } sort keys %most;
    risen();
} else {
    my $library = 0;
    $library += $now{$_} for qw(engine models check show language ops);
    printf "%-10s%9d\n", @$_ for ['src, ops', $library], ['all', $sum];
}
exit($bad ? 1 : 0);
