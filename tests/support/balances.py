"""What the service answers to whoever asks for a client's balance, in the documented shape."""

DOCUMENTED_BALANCE = {
    "currency": {"symbol": "€", "code": "EUR"},
    "initial_balance": {"value": 5.0, "created_at": "2026-01-01", "observation": None},
    "balance": {"with_vat": 1234.5, "without_vat": 1003.66},
    "overdue_balance": {"with_vat": "200.00", "without_vat": 162.6},
    "remaining_balance": {"total": 0, "value": 0},
}
