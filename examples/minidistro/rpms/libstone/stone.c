#include "stone.h"

enum { FURROWS = 40, GAP_IN_HUNDREDTHS = 25, LOSS_PERCENT = 5 };

const char *stone_version(void)
{
    return STONE_VERSION;
}

long stone_grind(long grain)
{
    return grain - grain * LOSS_PERCENT / 100;
}

int stone_dress(int furrows)
{
    return furrows >= FURROWS ? 100 : furrows * 100 / FURROWS;
}

int stone_gap(void)
{
    return GAP_IN_HUNDREDTHS;
}
