/*
 * What the C tests say and hear. Failed checks are counted and told on the standard error of before silence_begin; the
 * program's own result is check_report's.
 */
#ifndef CHECK_H
#define CHECK_H

/* Counts a check, and tells of it where it fails. Answers whether it held. Any thread. */
#define CHECK(condition) check_that((condition) != 0, __FILE__, __LINE__, #condition)

/*
 * Takes an answer, checks what holds of every answer and what is said of this one, and frees it: pairs of a pointer into
 * it and the value there, as contactway_json_get gives it. ABSENT: nothing is there. A value that begins with ~ need
 * only be contained. Any thread.
 *
 *     EXPECT(contactway_del(0, "{}", NULL), "/errcode", "-1002", "/errmsg", "~never");
 */
#define EXPECT(answer, ...) check_answer(__FILE__, __LINE__, (answer), __VA_ARGS__, (const char *)0)

extern const char ABSENT[];

int check_that(int holds, const char *file, int line, const char *what);
void check_answer(const char *file, int line, char *answer, ...);

/* Checks what holds of every answer: one JSON object, errcode, errmsg, on failure a whole error; no secret in it. */
void check_form(const char *file, int line, const char *answer);

/* Adds a text that may stand in no answer and no log line. From one thread, before there are others. */
void check_secret(const char *secret);

/* Whether one of those texts stands in this one. */
int check_leaks(const char *text);

/* From here on whatever is written to stdout and stderr is a failure. */
void silence_begin(void);
void silence_end(void);

/* How many checks failed so far. */
unsigned long check_failures(void);

/* Says how it went, for the program called so; answers the exit status. */
int check_report(const char *program);

/* printf to a new string, to be freed with free. Ends the program where memory does. */
char *format(const char *pattern, ...);

#endif
