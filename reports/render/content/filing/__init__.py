"""The sheets of the account's month: help with what is filed and with what is owed."""
