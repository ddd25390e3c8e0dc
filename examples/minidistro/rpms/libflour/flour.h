/* Flour, by its grade. */
#ifndef MILL_FLOUR_H
#define MILL_FLOUR_H

#define FLOUR_VERSION "1.0"

const char *flour_version(void);

/* Version of libstone that this library was compiled for. */
const char *flour_built_on(void);

/* Percent of the meal that becomes white flour on stones with so many fresh furrows. */
int flour_yield(int furrows);

#endif
