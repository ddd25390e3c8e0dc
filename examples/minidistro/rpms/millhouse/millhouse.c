#include <sluice.h>
#include <stdio.h>
#include <string.h>
#include <stone.h>

enum { MILL_POND = 4500 };

int main(void)
{
    printf("millhouse 1.0, stones %s: %d h of water in the pond\n", stone_version(), sluice_hours(MILL_POND));
    return strcmp(stone_version(), STONE_VERSION) == 0 ? 0 : 1;
}
