"""From drafts to people: selection, journal, SMTP, and the mail to the operator."""
