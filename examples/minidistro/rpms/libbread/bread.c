#include "bread.h"
#include <flour.h>
#include <grain.h>
#include <stone.h>
#include <string.h>

enum { FRESH_FURROWS = 40, FLOUR_IN_A_LOAF = 500 };

const char *bread_version(void)
{
    return BREAD_VERSION;
}

const char *bread_built_on(void)
{
    return STONE_VERSION;
}

static int made_for_these_stones(void)
{
    const char *running = stone_version();
    return strcmp(running, STONE_VERSION) == 0 && strcmp(running, grain_built_on()) == 0 &&
           strcmp(running, flour_built_on()) == 0;
}

long bread_loaves(long litres)
{
    if (!made_for_these_stones())
        return -1;
    return grain_meal("wheat", litres) * flour_yield(FRESH_FURROWS) / 100 / FLOUR_IN_A_LOAF;
}
