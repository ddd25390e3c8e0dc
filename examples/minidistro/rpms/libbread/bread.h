/* Bread, at the end of it all. */
#ifndef MILL_BREAD_H
#define MILL_BREAD_H

#define BREAD_VERSION "1.0"

const char *bread_version(void);

/* Version of libstone that this library was compiled for. */
const char *bread_built_on(void);

/* Loaves out of so many litres of wheat; -1 when grain, flour and bread were made for different stones. */
long bread_loaves(long litres);

#endif
