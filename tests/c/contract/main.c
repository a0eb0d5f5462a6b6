/*
 * Walks the contract of the C interface: what every function does with what it is given, right and wrong. One program,
 * so that it is also a test that all of it can be done in one process; it is run under valgrind too.
 */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "parts.h"

#include <unistd.h>

enum { HANGS_AFTER_S = 540 };

int main(void)
{
    /* Nothing here has a deadline of its own that could end a call that hangs. */
    alarm(HANGS_AFTER_S);
    silence_begin();
    test_versions();
    test_arguments();
    test_configurations();
    test_handles();
    test_values();
    test_texts();
    test_check();
    test_endings();
    test_signals();
    test_threads();
    test_callbacks();
    test_jobs();
    test_secrets();
    test_forks();
    silence_end();
    return check_report("contract");
}
