#include "grain.h"
#include <assert.h>

int main(void)
{
    assert(grain_weight("wheat", 10) == 7800);
    assert(grain_meal("rye", 100) == 68400);
    assert(grain_meal("gravel", 1) == -1);
    return 0;
}
