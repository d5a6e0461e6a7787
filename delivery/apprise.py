"""Apprise: what people already use (Slack, Telegram, ntfy, e-mail, Matrix...), by the address that Apprise gives it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from delivery._registry import Failed, Field, Invalid, Kind, Values
from delivery.message import Message, filled, unknown
from delivery.reach import Reach, Unreachable

SCHEMAS = frozenset({
    "bark", "barks", "discord", "gchat", "gotify", "gotifys", "guilded", "ifttt", "ilert", "incidentio", "line",
    "mailgun", "mailto", "mailtos", "mastodon", "mastodons", "matrix", "matrixs", "mmost", "mmosts", "mqtt",
    "mqtts", "nctalk", "nctalks", "ntfy", "ntfys", "opsgenie", "pagerduty", "pbul", "postmark", "pover", "prowl",
    "pushy", "resend", "rocket", "rockets", "sendgrid", "signal", "signals", "sinch", "slack", "smtp2go", "spike",
    "splunk", "squadcast", "tgram", "threema", "toot", "toots", "twilio", "twist", "victorops", "vonage", "webex",
    "whatsapp", "workflow", "workflows", "wxteams", "zulip",
})  # fmt: skip
"""What is taken. Not there: schemas that send what one likes to any web server (json, xml, form, apprise), that reach
this machine (syslog, desktops), and that read files of it (keys, configurations)."""

READS_FILES = re.compile(r"keyfile|key_file|pgp\w*|subfile|attach\w*|include|config|template|cert\w*|smime\w*")
"""Parameters by which a plugin opens a file of this machine or an address of its own."""

_SEPARATORS = re.compile(r"[?&;]")

TIMEOUT_S = 30.0
TITLE, BODY = "{title}", "{text}\n{time}"

FIELDS = (
    Field("url", "Apprise address", "Such as ntfys://ntfy.sh/topic, slack://..., tgram://..., mailtos://...",
          required=True, secret=True),
    Field("title", "Title", "Plain text; names in braces are replaced", default=TITLE, most=200),
    Field("body", "Text", "Plain text; names in braces are replaced", type="lines", default=BODY),
)  # fmt: skip


def schema_of(url: str) -> str:
    return url.partition("://")[0].lower() if "://" in url else ""


def check(values: Values, reach: Reach) -> None:
    url = values["url"]
    if schema_of(url) not in SCHEMAS:
        what = f"{schema_of(url)[:30]}://" if schema_of(url) else "an address without a service, such as ntfys://,"
        raise Invalid("url", f"{what} is not taken; docs/alerts.md lists what is")
    if any(READS_FILES.fullmatch(name) for name in _parameters(url)):
        raise Invalid("url", "parameters that name files or other addresses are not taken")
    if "," in url.partition("?")[0] and "://" in url.partition("://")[2]:
        raise Invalid("url", "one address for one destination: make another destination for the second")
    for name in ("title", "body"):
        if wrong := unknown(values[name]):
            raise Invalid(name, f"{{{wrong[0][:40]}}} stands for nothing; docs/alerts.md lists the names")
    try:
        reach.check_literal(_plugin(url).host or "")
    except Unreachable as error:
        raise Invalid("url", str(error)) from None


def _parameters(url: str) -> Iterator[str]:
    """Names of the parameters as Apprise reads them: `;` parts them too, escapes stand for characters, and neither
    blanks around them nor capitals count. More than it would read is no harm."""
    plain = url
    while (decoded := unquote(plain)) != plain:
        plain = decoded
    for one in _SEPARATORS.split(url)[1:] + _SEPARATORS.split(plain)[1:]:
        yield unquote(one.partition("=")[0]).replace("+", " ").strip().lower()


def _plugin(url: str) -> Any:
    """Apprise's plugin for the address. Raises Invalid where there is none."""
    import apprise

    logging.getLogger("apprise").disabled = True  # its warnings quote addresses
    asset = apprise.AppriseAsset(app_id="Skysift", app_desc="Skysift", plugin_paths=[], secure_logging=True)
    plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise Invalid("url", f"Apprise cannot read this {schema_of(url)}:// address; its documentation shows the form")
    return plugin


def shown(values: Values) -> str:
    return f"{schema_of(values['url'])}://..."


async def send(values: Values, message: Message, reach: Reach) -> str:
    """Sent in a thread, where every address is judged as it is connected to (`reach.guarded`)."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            done = await asyncio.to_thread(_notify, values, message)
    except TimeoutError:
        raise Failed(f"{schema_of(values['url'])}: no answer within {TIMEOUT_S:.0f} s") from None
    except Invalid as error:
        raise Failed(str(error)) from None
    if not done:
        raise Failed(f"{schema_of(values['url'])}: the service did not take it, or may not be reached")
    return "sent"


def _notify(values: Values, message: Message) -> bool:
    words = message.words()
    body, title = filled(values["body"], words), filled(values["title"], words)
    # Without a format a service that takes HTML is given names as markup, and all lines as one.
    return bool(_plugin(values["url"]).notify(body=body, title=title, body_format="text"))


KIND = Kind(
    "apprise", "Apprise", "Slack, Discord, Teams, Telegram, ntfy, Pushover, e-mail, Matrix and more", FIELDS, check,
    shown, send,
)  # fmt: skip
