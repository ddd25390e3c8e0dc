#include "steelyard.h"
#include <stdio.h>
#include <string.h>

long steelyard_litres(const char *measure, long count)
{
    FILE *table = fopen(MEASURES, "r");
    char line[128], name[32];
    double litres;
    long found = -1;
    if (!table)
        return -1;
    while (found < 0 && fgets(line, sizeof line, table))
        if (sscanf(line, "%31s %lf", name, &litres) == 2 && strcmp(name, measure) == 0)
            found = (long)(litres * count);
    fclose(table);
    return found;
}
