import { isIP } from 'node:net';
import type SMTPTransport from 'nodemailer/lib/smtp-transport';
import { messageOf } from '../ground/errors.ts';

/** A mail server that takes mail for others, and how it is spoken to. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls`: in the clear until both agree to encrypt, which must happen; `tls`: encrypted from the first byte; `none`: never. */
  readonly security: 'starttls' | 'tls' | 'none';
  /** Null: no name is given. */
  readonly login: { readonly user: string; readonly password: string } | null;
  /** Certificates that are trusted beside those of this machine, PEM; null: none. */
  readonly authority: string | null;
  readonly timeoutMs: number;
}

/** A mail of plain text. Ids are without their angle brackets. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly id: string;
  /** The mail that it answers; null: it begins something. */
  readonly inReplyTo: string | null;
  /** Mails that it belongs with. */
  readonly references: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** UTC epoch ms. */
  readonly date: number;
}

export type MailOutcome =
  | { readonly taken: true }
  /** `lasting`: the server will say the same to the next attempt (RFC 5321, section 4.2.1: 5yz), of this mail or of whom it is for. */
  | { readonly taken: false; readonly lasting: boolean; readonly why: string };

/** Hands one mail to a server. Never throws for what the server or the network did. Nothing is read from disk or fetched for it. */
export const sendMail = async (server: MailServer, mail: Mail, signal: AbortSignal): Promise<MailOutcome> => {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(optionsOf(server));
  const stop = () => transport.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { rejected } = await transport.sendMail({
      from: mail.from,
      to: [...mail.to],
      subject: mail.subject,
      text: mail.text,
      messageId: `<${mail.id}>`,
      ...(mail.inReplyTo === null ? {} : { inReplyTo: `<${mail.inReplyTo}>` }),
      references: mail.references.map((id) => `<${id}>`),
      headers: { ...mail.headers },
      date: new Date(mail.date),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return rejected.length === 0 ? { taken: true } : { taken: false, lasting: true, why: `${server.host} refused ${rejected.join(', ')}` };
  } catch (thrown) {
    const { code, responseCode } = thrown as { readonly code?: unknown; readonly responseCode?: unknown };
    const isOfMail = code === 'EENVELOPE' || code === 'EMESSAGE';
    return { taken: false, lasting: isOfMail && typeof responseCode === 'number' && responseCode >= 500, why: messageOf(thrown) };
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
};

const optionsOf = ({ host, port, security, login, authority, timeoutMs }: MailServer): SMTPTransport.Options => ({
  host,
  port,
  secure: security === 'tls',
  requireTLS: security === 'starttls',
  ignoreTLS: security === 'none',
  ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
  tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ...(authority === null ? {} : { ca: authority }) },
  connectionTimeout: timeoutMs,
  greetingTimeout: timeoutMs,
  socketTimeout: timeoutMs,
  dnsTimeout: timeoutMs,
  disableFileAccess: true,
  disableUrlAccess: true,
});
