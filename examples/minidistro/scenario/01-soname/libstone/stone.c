#include "stone.h"

enum { FURROWS = 40, GAP_IN_MICROMETRES = 250, LOSS_PERCENT = 5 };

const char *stone_version(void)
{
    return STONE_VERSION;
}

long stone_grind(long grain)
{
    return grain - grain * LOSS_PERCENT / 100;
}

int stone_sharpen(int furrows, int depth)
{
    return furrows >= FURROWS ? depth : furrows * depth / FURROWS;
}

int stone_gap(void)
{
    return GAP_IN_MICROMETRES;
}
