#include "steelyard.h"
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: steelyard COUNT MEASURE\n");
        return 2;
    }
    long litres = steelyard_litres(argv[2], atol(argv[1]));
    if (litres < 0) {
        fprintf(stderr, "steelyard: nobody knows the measure %s\n", argv[2]);
        return 1;
    }
    printf("%ld l\n", litres);
    return 0;
}
