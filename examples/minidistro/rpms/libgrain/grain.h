/* Grain, by its kind. */
#ifndef MILL_GRAIN_H
#define MILL_GRAIN_H

#define GRAIN_VERSION "1.0"

const char *grain_version(void);

/* Version of libstone that this library was compiled for. */
const char *grain_built_on(void);

/* Grams in so many litres of a kind ("wheat", "rye", "spelt", "oats"); -1 for a kind that nobody knows. */
long grain_weight(const char *kind, long litres);

/* Grams of meal that so many litres of a kind give; -1 for a kind that nobody knows. */
long grain_meal(const char *kind, long litres);

#endif
