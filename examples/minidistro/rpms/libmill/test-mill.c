#include "mill.h"
#include <assert.h>

int main(void)
{
    assert(mill_output(0) == 0);
    assert(mill_output(2) == 114000);
    return 0;
}
