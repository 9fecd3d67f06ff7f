/* The calls that evm-seal may still make. */
#ifndef SEAL_FILTER_H
#define SEAL_FILTER_H

/* For this thread and those it starts; after no_new_privs. Returns 0, or -1 with errno. */
int seal_filter(void);

#endif
