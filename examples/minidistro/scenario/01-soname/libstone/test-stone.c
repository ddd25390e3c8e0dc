#include "stone.h"
#include <assert.h>
#include <string.h>

int main(void)
{
    assert(strcmp(stone_version(), STONE_VERSION) == 0);
    assert(stone_grind(1000) == 950);
    assert(stone_sharpen(20, 100) == 50);
    assert(stone_gap() == 250);
    return 0;
}
