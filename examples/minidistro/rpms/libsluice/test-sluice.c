#include "sluice.h"
#include <assert.h>

int main(void)
{
    assert(sluice_hours(899) == 1);
    assert(sluice_meal(900) == 114000);
    return 0;
}
