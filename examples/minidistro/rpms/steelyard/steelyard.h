/* The scale of the mill: old measures in litres, by the table of mill-measures. */
#ifndef MILL_STEELYARD_H
#define MILL_STEELYARD_H

/* Whole litres in so many of a measure; -1 when the table does not know it or cannot be read. */
long steelyard_litres(const char *measure, long count);

#endif
