/* lesson_texts.c: the lessons of the library, and what belongs to them, as the command has them with it. */
#include "lesson.h"
#include "lessons.h"
