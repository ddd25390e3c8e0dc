#include "bread.h"
#include <assert.h>

int main(void)
{
    assert(bread_loaves(0) == 0);
    assert(bread_loaves(100) == 106);
    return 0;
}
