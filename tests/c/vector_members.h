/* What a vector may hold, for the runners in C and C++: a misspelt member must not pass unseen. */
#ifndef VECTOR_MEMBERS_H
#define VECTOR_MEMBERS_H

/* The first member of a vector, or of a step, that is none of theirs: where its name begins in the text; NULL if none. */
const char *unknown_vector_member(const char *vector_json);
const char *unknown_step_member(const char *step_json);

#endif
