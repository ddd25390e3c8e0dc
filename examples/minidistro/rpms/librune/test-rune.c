#include "rune.h"
#include <assert.h>
#include <string.h>

int main(void)
{
    struct rune_line title = rune_read("= quern\n");
    assert(title.kind == RUNE_TITLE && strcmp(title.first, "quern") == 0);
    struct rune_line item = rune_read("- --gap :: prints the gap\n");
    assert(item.kind == RUNE_ITEM && strcmp(item.first, "--gap") == 0 && strcmp(item.second, "prints the gap") == 0);
    struct rune_line text = rune_read("- no item");
    assert(text.kind == RUNE_TEXT && strcmp(text.first, "- no item") == 0);
    return 0;
}
