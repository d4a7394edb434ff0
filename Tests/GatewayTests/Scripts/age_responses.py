# SPDX-License-Identifier: Apache-2.0
"""Makes the replies that a stopped gateway has kept older: the file and the number of days are the arguments. Prints how many there are
and how many of them still have what was said."""

import sqlite3
import sys

path, days = sys.argv[1], int(sys.argv[2])
database = sqlite3.connect(path)
database.execute("UPDATE responses SET made_at = made_at - ?", (days * 86_400_000,))
database.commit()
print(*database.execute("SELECT COUNT(*), COUNT(reply) FROM responses").fetchone())
