/* The parts of the contract, each in the file of its name. */
#ifndef PARTS_H
#define PARTS_H

void test_versions(void);
void test_arguments(void);
void test_configurations(void);
void test_handles(void);
void test_values(void);
void test_texts(void);
void test_check(void);
void test_endings(void);
void test_signals(void);
void test_threads(void);
void test_callbacks(void);
void test_jobs(void);
void test_secrets(void);
void test_forks(void);

#endif
