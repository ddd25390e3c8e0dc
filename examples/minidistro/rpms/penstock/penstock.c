#include <sluice.h>
#include <stdio.h>
#include <stdlib.h>
#include <stone.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: penstock CUBIC-METRES\n");
        return 2;
    }
    long pond = atol(argv[1]);
    long meal = sluice_meal(pond);
    if (meal == 0 && sluice_hours(pond) > 0) {
        fprintf(stderr, "penstock: the sluice was made for stones %s, not %s\n", sluice_built_on(), stone_version());
        return 1;
    }
    printf("%d h of water, %ld g of meal\n", sluice_hours(pond), meal);
    return 0;
}
