#include "rune.h"
#include <stdio.h>
#include <string.h>

struct rune_line rune_read(const char *line)
{
    struct rune_line read = { RUNE_TEXT, "", "" };
    int length = (int)strcspn(line, "\n");
    if (strncmp(line, "= ", 2) == 0) {
        read.kind = RUNE_TITLE;
        snprintf(read.first, sizeof read.first, "%.*s", length - 2, line + 2);
        return read;
    }
    const char *middle = strstr(line, " :: ");
    if (strncmp(line, "- ", 2) == 0 && middle) {
        read.kind = RUNE_ITEM;
        snprintf(read.first, sizeof read.first, "%.*s", (int)(middle - line) - 2, line + 2);
        snprintf(read.second, sizeof read.second, "%.*s", length - (int)(middle + 4 - line), middle + 4);
        return read;
    }
    snprintf(read.first, sizeof read.first, "%.*s", length, line);
    return read;
}
