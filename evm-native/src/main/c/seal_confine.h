/* What evm-seal may still touch. */
#ifndef SEAL_CONFINE_H
#define SEAL_CONFINE_H

/* For this thread and those it starts: nothing but the folder, by Landlock. Returns 0, or -1 with errno. */
int seal_confine(int folder);

#endif
