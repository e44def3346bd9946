"""What the user says: the configuration, its mistakes in sentences, and where the key lives."""
