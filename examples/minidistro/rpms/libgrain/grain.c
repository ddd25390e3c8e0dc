#include "grain.h"
#include <stone.h>
#include <string.h>

static const struct {
    const char *name;
    int grams_a_litre;
} kinds[] = { { "wheat", 780 }, { "rye", 720 }, { "spelt", 400 }, { "oats", 500 } };

const char *grain_version(void)
{
    return GRAIN_VERSION;
}

const char *grain_built_on(void)
{
    return STONE_VERSION;
}

long grain_weight(const char *kind, long litres)
{
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, kind) == 0)
            return litres * kinds[i].grams_a_litre;
    return -1;
}

long grain_meal(const char *kind, long litres)
{
    long grams = grain_weight(kind, litres);
    return grams < 0 ? -1 : stone_grind(grams);
}
