"""A mail server that keeps what it is given: each mail as a file. Arguments: port, folder, and for TLS the mode, certificate and key."""

import asyncio
import ssl
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Keep:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy@"):
            return "450 4.2.1 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        secure = "yes" if session.ssl is not None else "no"
        head = f"X-Sink-Rcpt: {','.join(envelope.rcpt_tos)}\r\nX-Sink-Tls: {secure}\r\n".encode()
        name = self.folder / f"{self.count}.eml"
        beside = name.with_suffix(".part")
        beside.write_bytes(head + envelope.original_content)
        beside.rename(name)
        return "250 OK"


def accept(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == b"ops" and data.password == b"sink-password"
    return AuthResult(success=right)


def main():
    port, folder, *tls = sys.argv[1:]
    options = {}
    if tls:
        mode, cert, key = tls
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
        options = {"ssl_context": context} if mode == "tls" else {"tls_context": context, "require_starttls": True}
        options |= {"auth_require_tls": mode == "starttls", "authenticator": accept, "auth_required": mode == "starttls"}
    controller = Controller(Keep(folder), hostname="127.0.0.1", port=int(port), **options)
    controller.start()
    print("ready", flush=True)
    asyncio.new_event_loop().run_forever()


main()
