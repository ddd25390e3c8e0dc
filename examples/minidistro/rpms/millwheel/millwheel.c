#include <bread.h>
#include <mill.h>
#include <sluice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stone.h>

#define MILLWHEEL_VERSION "1.0"

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--loaves") == 0) {
        printf("%ld loaves\n", bread_loaves(atol(argv[2])));
        return 0;
    }
    printf("millwheel %s: stone %s -> mill %s (stone %s) -> sluice %s (stone %s) -> bread %s (stone %s)\n",
           MILLWHEEL_VERSION, stone_version(), mill_version(), mill_built_on(), sluice_version(), sluice_built_on(),
           bread_version(), bread_built_on());
    const char *parts[] = { STONE_VERSION, mill_built_on(), sluice_built_on(), bread_built_on() };
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i], stone_version()) != 0)
            return 1;
    return 0;
}
