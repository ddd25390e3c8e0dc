#include <ctype.h>
#include <rune.h>
#include <stdio.h>
#include <string.h>

static void print_upper(const char *text)
{
    for (; *text; text++)
        putchar(toupper((unsigned char)*text));
}

static void print_man(const struct rune_line *line)
{
    switch (line->kind) {
    case RUNE_TITLE:
        printf(".TH ");
        print_upper(line->first);
        printf(" 1 \"\" \"\" \"Minidistro\"\n.SH NAME\n%s\n.SH DESCRIPTION\n", line->first);
        return;
    case RUNE_ITEM:
        printf(".TP\n.B %s\n%s\n", line->first, line->second);
        return;
    case RUNE_TEXT:
        printf("%s\n", line->first);
        return;
    }
}

static void print_text(const struct rune_line *line)
{
    switch (line->kind) {
    case RUNE_TITLE:
        print_upper(line->first);
        printf("\n\n");
        return;
    case RUNE_ITEM:
        printf("    %s: %s\n", line->first, line->second);
        return;
    case RUNE_TEXT:
        printf("%s\n", line->first);
        return;
    }
}

int main(int argc, char **argv)
{
    int man = argc == 3 && strcmp(argv[1], "--man") == 0;
    if (!man && !(argc == 3 && strcmp(argv[1], "--text") == 0)) {
        fprintf(stderr, "usage: runedoc --man FILE | runedoc --text FILE\n");
        return 2;
    }
    FILE *file = fopen(argv[2], "r");
    if (!file) {
        perror(argv[2]);
        return 1;
    }
    char buffer[512];
    while (fgets(buffer, sizeof buffer, file)) {
        struct rune_line line = rune_read(buffer);
        man ? print_man(&line) : print_text(&line);
    }
    fclose(file);
    return 0;
}
