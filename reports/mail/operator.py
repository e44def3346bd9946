"""Tells the operator, by a short mail, how a run ended that left something to look at.

A run that cannot tell is none the better for it, and none the worse: that is logged, and its outcome stays.
"""

import datetime as dt
import logging
import secrets
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from reports import TOOL
from reports.errors import ExitCode, MailError
from reports.mail.mailer import Post
from reports.plan import OVERVIEW, Outcome, Plan, Screen
from reports.redaction import Redactor
from reports.render.content.labels import Labels

UNTOLD = {ExitCode.DONE, ExitCode.INTERRUPTED}
"""Who interrupts a run is there."""

_POLICY = policy.SMTP.clone(max_line_length=76)
_log = logging.getLogger(__name__)


def tell(planned: Plan, outcome: Outcome, *, at: dt.datetime, screen: Screen, redact: Redactor) -> None:
    """Mails the operator of the configuration, where there is one and something to tell."""
    email = planned.config.email
    is_told = not planned.is_offline and outcome.exit_code not in UNTOLD
    if not is_told or not email or not email.operator or not email.smtp:
        return
    mail = _mail(planned, outcome, sender=email.sender, operator=email.operator, at=at, redact=redact)
    trouble: str | None
    try:
        with Post(email.smtp, planned.mail_password) as post:
            trouble = post.deliver(mail, sender=email.sender, recipients=[email.operator]).reason
    except MailError as error:
        trouble = str(error)
    except KeyboardInterrupt:
        # The month is done and recorded: it ends as its record says.
        trouble = "interrupted"
    if trouble:
        said = f"{email.operator} could not be told how this run ended: {trouble}"
        _log.error("%s", said)
        screen.say(said)
    else:
        _log.info("%s was told how this run ended", email.operator)


def _mail(
    planned: Plan, outcome: Outcome, *, sender: str, operator: str, at: dt.datetime, redact: Redactor
) -> bytes:
    account, period = planned.config.account.name, planned.period.label
    labels = Labels(planned.config.language)
    mail = EmailMessage(policy=_POLICY)
    mail["Date"] = format_datetime(at.astimezone(planned.config.time_zone))
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>"
    mail["From"] = sender
    mail["To"] = operator
    mail["Subject"] = labels.say(f"{TOOL}: {account} {period} ended with exit code {int(outcome.exit_code)}")
    mail["Auto-Submitted"] = "auto-generated"
    text = (
        f"{outcome.message}\n\nAccount: {account}\nPeriod: {period}\nExit code: {int(outcome.exit_code)}\n"
        f"Overview: {planned.folder / OVERVIEW}\nLog: {planned.folder / 'run.log'}\n"
        f"Configuration: {planned.config.path}\n"
    )
    told = "\n".join([labels.say(text), *outcome.month, ""]) if outcome.month else labels.say(text)
    mail.set_content(redact(told).encode("utf-8", "replace").decode(), cte="quoted-printable")
    return mail.as_bytes()
