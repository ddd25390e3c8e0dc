#include <mill.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stone.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--gap") == 0) {
        printf("stones %.2f mm apart\n", stone_gap() / 1000.0);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "--day") == 0) {
        printf("%ld g of meal\n", mill_output(atoi(argv[2])));
        return 0;
    }
    if (argc != 2) {
        fprintf(stderr, "usage: quern GRAMS | quern --gap | quern --day HOURS\n");
        return 2;
    }
    printf("%ld g of meal\n", stone_grind(atol(argv[1])));
    return 0;
}
