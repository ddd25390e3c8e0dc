/* A pair of millstones: the runner turns upon the bed stone. */
#ifndef MILL_STONE_H
#define MILL_STONE_H

#define STONE_VERSION "1.0"

/* Version of the library that runs, in the form of STONE_VERSION. */
const char *stone_version(void);

/* Grams of meal that so many grams of grain give. */
long stone_grind(long grain);

/* Cuts so many furrows anew; gives the sharpness in percent. */
int stone_dress(int furrows);

/* Distance of the runner from the bed stone, in hundredths of a millimetre. */
int stone_gap(void);

#endif
