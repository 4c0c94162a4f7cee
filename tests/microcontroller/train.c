/* train.c: trains net.c on the digits of digits.h, 5 times over all, and prints the losses with all their
 * bits, and how many of the others it gets right. */
#include "net.c"
#include "digits.h"

#include <stdio.h>

enum { BATCH = 16, TRAIN = 640, TEST = 160 };

int main(void)
{
    static net_work work;
    static float x[BATCH * 64];
    static int y[BATCH];
    float loss = 0, logits[10];
    int right = 0;
    for (int step = 0; step < 5 * TRAIN / BATCH; step++) {
        uint32_t bits;
        for (int i = 0; i < BATCH; i++) {
            const int row = (step * BATCH + i) % TRAIN;
            for (int j = 0; j < 64; j++) x[64 * i + j] = (float)train_x[row][j] / 16;
            y[i] = train_y[row];
        }
        loss = net_step(x, y, &work);
        memcpy(&bits, &loss, sizeof bits);
        if (step % 40 == 39) printf("step %3d: loss bits %08lx\n", step + 1, (unsigned long)bits);
    }
    for (int i = 0; i < TEST; i++) {
        int best = 0;
        for (int j = 0; j < 64; j++) x[j] = (float)test_x[i][j] / 16;
        net_forward(x, logits, &work);
        for (int j = 1; j < 10; j++) best = logits[j] > logits[best] ? j : best;
        right += best == test_y[i];
    }
    printf("%d of %d right\n", right, TEST);
    return 0;
}
