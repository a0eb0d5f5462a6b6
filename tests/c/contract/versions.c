/* Which library this is, and what it holds. */
#include "check.h"
#include "parts.h"

#include <contactway.h>

#include <string.h>

void test_versions(void)
{
    CHECK(contactway_abi_version() == CONTACTWAY_ABI_VERSION);
    CHECK(strcmp(contactway_version(), CONTACTWAY_VERSION) == 0);
    /* Static: the same place each time. */
    CHECK(contactway_version() == contactway_version());
    CHECK(contactway_features() == contactway_features());
    CHECK(strstr(contactway_features(), "sandbox") != NULL);
}
