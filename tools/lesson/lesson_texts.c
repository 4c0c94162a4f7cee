/* lesson_texts.c: the lessons of the library, and what belongs to them, as the command has them with it. */
#include "lesson.h"
#include "lessons.h"

#ifdef __EMSCRIPTEN__ /* pages have their lessons beside them */
const lesson_file lesson_files[] = { { NULL, NULL } };
const char lesson_solutions[] = "";
#endif
