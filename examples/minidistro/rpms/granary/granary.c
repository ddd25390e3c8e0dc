#include <grain.h>
#include <stdio.h>
#include <stdlib.h>
#include <steelyard.h>
#include <string.h>
#include <stone.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--try") == 0) {
        execl("/usr/bin/quern", "quern", SAMPLE_GRAMS, (char *)NULL);
        perror("granary: /usr/bin/quern");
        return 1;
    }
    if (argc != 2) {
        fprintf(stderr, "usage: granary BUSHELS | granary --try\n");
        return 2;
    }
    long litres = steelyard_litres("bushel", atol(argv[1]));
    if (litres < 0) {
        fprintf(stderr, "granary: the table of measures knows no bushel\n");
        return 1;
    }
    long grams = grain_weight("wheat", litres);
    printf("%s bushels of wheat: %ld kg, %ld kg of meal\n", argv[1], grams / 1000, stone_grind(grams) / 1000);
    return 0;
}
