#include <grain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stone.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bolter KIND LITRES\n");
        return 2;
    }
    if (strcmp(stone_version(), grain_built_on()) != 0) {
        fprintf(stderr, "bolter: grain was measured for stones %s, not %s\n", grain_built_on(), stone_version());
        return 1;
    }
    long meal = grain_meal(argv[1], atol(argv[2]));
    if (meal < 0) {
        fprintf(stderr, "bolter: nobody knows %s\n", argv[1]);
        return 1;
    }
    printf("%ld g of %s meal\n", meal, argv[1]);
    return 0;
}
