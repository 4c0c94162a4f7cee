/* start.c: what runs before main on a Cortex-M4: the memory, the floating-point unit. Printing and the exit
 * go through the emulator (semihosting). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern uint32_t data_from[], data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];
int main(void);
void initialise_monitor_handles(void);
void reset(void);
void _init(void);
void _fini(void);

void _init(void) {}
void _fini(void) {}

void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* CPACR: coprocessors 10 and 11 */
    memcpy(data_begin, data_from, (size_t)((char *)data_end - (char *)data_begin));
    memset(bss_begin, 0, (size_t)((char *)bss_end - (char *)bss_begin));
    initialise_monitor_handles();
    exit(main());
}
static void halt(void) { exit(99); }

__attribute__((section(".vectors"), used)) static void *const vectors[16] = { stack_top, (void *)reset,
                                                                              (void *)halt, (void *)halt };
