"""The account's month: what the one who files for the account needs of all its clients together."""
