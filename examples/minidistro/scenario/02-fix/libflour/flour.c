#include "flour.h"
#include <stone.h>

enum { BEST_YIELD_PERCENT = 72, FULL_DEPTH = 100 };

const char *flour_version(void)
{
    return FLOUR_VERSION;
}

const char *flour_built_on(void)
{
    return STONE_VERSION;
}

int flour_yield(int furrows)
{
    return stone_sharpen(furrows, FULL_DEPTH) * BEST_YIELD_PERCENT / 100;
}
