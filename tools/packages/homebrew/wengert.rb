# A formula of Homebrew on Linux. The archive of `make dist` lies beside it: no site has it yet.
#   cp build/wengert-0.1.0.tar.gz tools/packages/homebrew && brew install --formula tools/packages/homebrew/wengert.rb
class Wengert < Formula
  desc "Computation graphs with automatic differentiation"
  url "file://#{__dir__}/wengert-0.1.0.tar.gz"
  license "MIT"

  depends_on "pkg-config" => :build
  depends_on "graphviz"
  depends_on :linux
  depends_on "numpy"
  depends_on "openblas"
  depends_on "python@3.12"

  def install
    python = "lib/python3.12/site-packages"
    system "make", "NO_INSTALL=1", "MPI=0"
    system "make", "NO_INSTALL=1", "MPI=0", "install", "PREFIX=#{prefix}", "PYTHON_FOLDER=#{python}"
  end

  test do
    assert_equal "5", shell_output("#{bin}/wengert eval -e '2 + 3'").strip
    (testpath/"p.c").write <<~EOS
      #include <wengert/wengert.h>
      int main(void)
      {
          wg_context *c = wg_start();
          wg_graph *g = wg_graph_new(c);
          printf("%g\\n", wg_item(wg_square(wg_fill(g, 3, WG_SCALAR))));
          return wg_finish(c, stderr);
      }
    EOS
    system ENV.cc, "p.c", "-I#{include}", "-L#{lib}", "-lwengert", "-Wl,-rpath,#{lib}", "-o", "p"
    assert_equal "9", shell_output("./p").strip
  end
end
