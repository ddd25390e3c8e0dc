#include "stone.h"
#include <assert.h>
#include <string.h>

int main(void)
{
    assert(strcmp(stone_version(), STONE_VERSION) == 0);
    assert(stone_grind(1000) == 950);
    assert(stone_dress(20) == 50);
    assert(stone_gap() == 25);
    return 0;
}
