"""The account's SAF-T (PT) file, and the account's own documents held against it."""
