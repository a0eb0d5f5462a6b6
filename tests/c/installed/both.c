/* A program with two libraries written in Rust. */
#include <contactway.h>

int other_catches(void);

int main(void)
{
    char *answer = contactway_get(0, "{}", 0);
    int is_well = contactway_errcode(answer) == CONTACTWAY_INVALID_HANDLE && other_catches() == 1;
    contactway_string_free(answer);
    return is_well ? 0 : 1;
}
