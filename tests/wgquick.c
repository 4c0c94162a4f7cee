/* wgquick.c: Criterion starts libgit2 in each test's process, which then reads the machine's certificates: a
 * third of the processor time of all tests. Criterion needs libgit2 only to show how two texts differ in the
 * assertions of its new style, and the tests use those of the old style. So these functions stand in for
 * libgit2's. */
int git_libgit2_init(void);
int git_libgit2_shutdown(void);

int git_libgit2_init(void) { return 1; }
int git_libgit2_shutdown(void) { return 0; }
