# As much of Homebrew as tools/packages/homebrew/wengert.rb uses: ruby tests/tools/brew.rb FORMULA PREFIX runs
# its commands of `install`, and then its test.
require "fileutils"
require "open3"
require "tmpdir"

class Place < String
  def /(other) = Place.new("#{self}/#{other}")

  def write(text) = File.write(self, text)
end

class Formula
  %w[desc url license depends_on].each { |word| define_singleton_method(word) { |*| } }

  class << self
    attr_reader :tried

    def test(&block) = @tried = block
  end

  def prefix = Place.new(ARGV[1])

  def bin = prefix/"bin"

  def include = prefix/"include"

  def lib = prefix/"lib"

  def testpath = Place.new(Dir.pwd)

  def system(*words)
    return if Kernel.system(*words)

    abort "brew: #{words.join(" ")} failed"
  end

  def shell_output(command) = Open3.capture2(command).first

  def assert_equal(expected, said)
    abort "brew: #{said}, and not #{expected}" unless expected == said
  end
end

def ENV.cc = "cc"

load ARGV[0]
formula = Wengert.new
formula.install
Dir.mktmpdir { |folder| Dir.chdir(folder) { formula.instance_eval(&Wengert.tried) } }
