#include "flour.h"
#include <assert.h>

int main(void)
{
    assert(flour_yield(0) == 0);
    assert(flour_yield(20) == 36);
    assert(flour_yield(40) == 72);
    return 0;
}
