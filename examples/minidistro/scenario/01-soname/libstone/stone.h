/* A pair of millstones: the runner turns upon the bed stone. */
#ifndef MILL_STONE_H
#define MILL_STONE_H

#define STONE_VERSION "2.0"

/* Version of the library that runs, in the form of STONE_VERSION. */
const char *stone_version(void);

/* Grams of meal that so many grams of grain give. */
long stone_grind(long grain);

/* Cuts so many furrows anew, to a depth in percent of a full furrow; gives the sharpness in percent. */
int stone_sharpen(int furrows, int depth);

/* Distance of the runner from the bed stone, in micrometres. */
int stone_gap(void);

#endif
