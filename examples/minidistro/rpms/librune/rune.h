/* Rune: "= title", "- term :: meaning", everything else is text. */
#ifndef MILL_RUNE_H
#define MILL_RUNE_H

enum rune_kind { RUNE_TITLE, RUNE_ITEM, RUNE_TEXT };

struct rune_line {
    enum rune_kind kind;
    /* The title, the term or the text. */
    char first[256];
    /* The meaning of an item, else empty. */
    char second[256];
};

/* Reads one line, with or without its end. What is longer than the fields is cut. */
struct rune_line rune_read(const char *line);

#endif
