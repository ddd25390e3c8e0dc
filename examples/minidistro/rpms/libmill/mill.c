#include "mill.h"
#include <stone.h>

enum { GRAMS_AN_HOUR = 60000 };

const char *mill_version(void)
{
    return MILL_VERSION;
}

const char *mill_built_on(void)
{
    return STONE_VERSION;
}

long mill_output(int hours)
{
    return stone_grind((long)hours * GRAMS_AN_HOUR);
}
