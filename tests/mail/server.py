"""A mail server for tests: aiosmtpd, which behaves as the recipient's local part asks.

    ok…        taken
    no…        550 at RCPT
    later…     451 at RCPT the first time
    dropped…   the connection is closed after the content, before the answer, the first time; the content is lost
    kept…      the same, but the content is kept: what a client cannot know
    slow…      five seconds of thought at RCPT

Prints one JSON object a line: first its port, then every letter that it took, as Python's email package reads it. With
--folder, letters become files there instead, for a program that does not hold the other end of the pipe: 0001.json and on,
each whole as soon as it has its name.
"""

import argparse
import asyncio
import collections
import email
import email.policy
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

arguments = argparse.ArgumentParser()
arguments.add_argument("--certificate")
arguments.add_argument("--key")
arguments.add_argument("--implicit", action="store_true")
arguments.add_argument("--refuse", action="append", default=[])
arguments.add_argument("--user")
arguments.add_argument("--password")
arguments.add_argument("--folder", type=pathlib.Path)
options = arguments.parse_args()

seen = collections.Counter()
connections = 0
kept = 0


def tell(what):
    print(json.dumps(what), flush=True)


def keep(letter):
    global kept
    kept += 1
    unfinished = options.folder / f"{kept:04}.part"
    unfinished.write_text(json.dumps(letter))
    unfinished.rename(unfinished.with_suffix(".json"))


def read(content):
    letter = email.message_from_bytes(content, policy=email.policy.default)
    parts = [letter, *letter.walk()]
    return {
        "headers": [[name, str(value)] for name, value in letter.items()],
        "type": letter.get_content_type(),
        "parts": {part.get_content_type(): part.get_content() for part in letter.iter_parts()},
        "defects": [str(defect) for part in parts for defect in part.defects],
        "ascii": all(byte < 128 for byte in content),
        "longest": max(len(line) for line in content.split(b"\r\n")),
    }


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, _):
        way = address.split("@")[0]
        seen[address] += 1
        tell({"event": "recipient", "to": address})
        if way.startswith("no") or address in options.refuse:
            return "550 5.1.1 no such mailbox"
        if way.startswith("later") and seen[address] == 1:
            return "451 4.7.1 greylisted, try again"
        if way.startswith("slow"):
            await asyncio.sleep(5)
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        way = address.split("@")[0]
        fails = way.startswith(("dropped", "kept")) and seen[address] == 1
        if not fails or way.startswith("kept"):
            letter = {
                "event": "letter",
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "connection": session.number,
                "tls": server.transport.get_extra_info("ssl_object") is not None,
                "login": session.login_data is not None,
                **read(envelope.content),
            }
            (keep if options.folder else tell)(letter)
        if fails:
            server.transport.abort()
        return "250 taken"


class Server(SMTP):
    def _create_session(self):
        global connections
        connections += 1
        session = super()._create_session()
        session.number = connections
        return session


def login(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (options.user.encode(), options.password.encode())
    return AuthResult(success=right, handled=False, auth_data=data)


async def main():
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    starttls = context if not options.implicit else None
    more = {}
    if options.user:
        more = {"authenticator": login, "auth_required": True, "auth_require_tls": starttls is not None}

    def made():
        return Server(
            Handler(), hostname="localhost", enable_SMTPUTF8=True, tls_context=starttls,
            require_starttls=starttls is not None, **more,
        )

    loop = asyncio.get_running_loop()
    served = await loop.create_server(made, "127.0.0.1", 0, ssl=context if options.implicit else None)
    tell({"port": served.sockets[0].getsockname()[1]})
    # The test holds the other end: with it gone, nobody wants this server any more.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
