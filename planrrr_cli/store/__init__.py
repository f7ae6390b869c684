"""The database: tables, migrations and named operations; nothing here decides what a publication deserves.

``open_store`` gives a :class:`Store`; operations are functions of the modules ``connections``, ``lanes``, ``posts``,
``publications`` and ``runs``, each taking the :class:`Tx` of an open transaction first.
"""

from __future__ import annotations

from planrrr_cli.store.cipher import Cipher
from planrrr_cli.store.engine import open_store
from planrrr_cli.store.migrating import Migrated
from planrrr_cli.store.session import Store, Tx

__all__ = ["Cipher", "Migrated", "Store", "Tx", "open_store"]
