#include "sluice.h"
#include <mill.h>
#include <stone.h>
#include <string.h>

enum { CUBIC_METRES_AN_HOUR = 450 };

const char *sluice_version(void)
{
    return SLUICE_VERSION;
}

const char *sluice_built_on(void)
{
    return STONE_VERSION;
}

int sluice_hours(long pond)
{
    return (int)(pond / CUBIC_METRES_AN_HOUR);
}

long sluice_meal(long pond)
{
    if (strcmp(stone_version(), STONE_VERSION) != 0)
        return 0;
    return mill_output(sluice_hours(pond));
}
