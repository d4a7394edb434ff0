// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sqlite3.h>

// A macro that casts -1 to a function pointer: sqlite copies the bytes at once.
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

// Variadic. With `keep`, closing the last connection leaves the -wal file as it is: evidence when the database is damaged.
static inline int csqlite_keep_wal_on_close(sqlite3 *database, int keep) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, (int *)0);
}
