"""The ground: sessions, the change log, history tables and migrations. It knows no entity."""
