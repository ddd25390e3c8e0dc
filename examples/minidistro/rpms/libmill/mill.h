/* A mill: stones that run for hours. */
#ifndef MILL_MILL_H
#define MILL_MILL_H

#define MILL_VERSION "1.0"

const char *mill_version(void);

/* Version of libstone that this library was compiled for. */
const char *mill_built_on(void);

/* Grams of meal in so many hours. */
long mill_output(int hours);

#endif
