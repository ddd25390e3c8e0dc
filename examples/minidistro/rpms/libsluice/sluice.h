/* The sluice between the pond and the wheel. */
#ifndef MILL_SLUICE_H
#define MILL_SLUICE_H

#define SLUICE_VERSION "1.0"

const char *sluice_version(void);

/* Version of libstone that this library was compiled for. */
const char *sluice_built_on(void);

/* Whole hours that a pond of so many cubic metres drives the wheel. */
int sluice_hours(long pond);

/* Grams of meal in a pond of so many cubic metres; 0 when the stones are not those that it was made for. */
long sluice_meal(long pond);

#endif
