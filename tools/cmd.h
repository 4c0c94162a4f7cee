/* cmd.h: the commands. wengert.c lists them; each stands at the end of its file. */
#ifndef CMD_H
#define CMD_H

#include "tool.h"

extern const command cmd_eval, cmd_grad, cmd_check, cmd_draw, cmd_ops, cmd_doctor, cmd_version, cmd_help;

#endif
