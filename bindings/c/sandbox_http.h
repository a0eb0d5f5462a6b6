/*
 * Talks to a sandbox's own interface under /sandbox/: plays the customer, sets faults, reads the journal. For tests and
 * demonstrations; a program that only uses contactway needs none of it. POSIX sockets, loopback only.
 */
#ifndef SANDBOX_HTTP_H
#define SANDBOX_HTTP_H

/*
 * Sends one request and returns the answer's body, to be freed with free; NULL if the sandbox cannot be reached.
 * base_url is the sandbox's, such as "http://127.0.0.1:49152"; path such as "/sandbox/scan"; body may be NULL.
 */
char *sandbox_request(const char *base_url, const char *method, const char *path, const char *body);

#endif
