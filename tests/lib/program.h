/* Programs of the build that a test runs beside itself. */
#ifndef PB_TEST_PROGRAM_H
#define PB_TEST_PROGRAM_H

/*
 * The path of a program of this build ("probant-mime"), whose directory is one of those above
 * the test's own; panics if it was not built.  To be freed.
 */
char *test_program(const char *name);

#endif
