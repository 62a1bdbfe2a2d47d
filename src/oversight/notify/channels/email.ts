import { z } from 'zod';
import { type Mail, type MailServer, sendMail } from '../../../clients/smtp.ts';
import { deferredTextField, secretField, timeoutField, urlField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { excerpt } from '../../../ground/runtime/http-answer.ts';
import { threadOf } from '../mail-thread.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
import { bodyOf, cut, headline, standingWord } from '../wording.ts';

const address = () =>
  z
    .string()
    .regex(
      /^[^\s@,;:<>"()[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/,
      'is not an address: write it like oncall@example.com',
    );

const config = z.strictObject({
  kind: z.literal('email'),
  url: urlField(['smtp:', 'smtps:']).describe(
    'The mail server: smtp://HOST, port 587, encrypts by STARTTLS or gets no mail; smtps://HOST, port 465, from the first byte.',
  ),
  plaintext: z.boolean().default(false).describe('Speaks to a server that does not encrypt, in the clear, by default at port 25.'),
  user: deferredTextField().optional().describe('The name of an account; needs password.'),
  password: secretField().optional().describe('Its password.'),
  ca: z.string().min(1).optional().describe('A file of certificates (PEM) to trust beside those of this machine; absolute.'),
  from: address().describe('Whom the mail is from.'),
  to: z.array(address()).min(1).max(50).describe('Whom it goes to.'),
  timeout: timeoutField().optional().describe('How long one attempt may take; default 10s.'),
});

const complete = config.superRefine(({ url, user, password, plaintext }, ctx) => {
  const missing = user === undefined ? 'user' : 'password';
  if ((user === undefined) !== (password === undefined))
    ctx.addIssue({ code: 'custom', path: [missing], message: 'is missing: user and password go together' });
  if (plaintext && password !== undefined)
    ctx.addIssue({ code: 'custom', path: ['plaintext'], message: 'would send the password in the clear', input: plaintext });
  if (plaintext && url.secret.startsWith('smtps:'))
    ctx.addIssue({ code: 'custom', path: ['plaintext'], message: 'contradicts smtps:, which encrypts', input: plaintext });
});
type Config = z.infer<typeof config>;

/** A mail server. What is said of one thing is one thread. */
export default adapter<Config, Notifier>({
  kind: 'email',
  summary: 'Mail by SMTP: what is said of one alert is one thread, and several of a group are one mail.',
  config: complete,
  open: (channel, world) => ({
    send: (letter, signal) => send(channel, world, [letter], signal),
    sendTogether: (letters, signal) => send(channel, world, letters, signal),
  }),
});

const usualPorts = { starttls: 587, tls: 465, none: 25 } as const;
const largestAuthority = 1024 * 1024;
/** Code points of a subject, whose line may have 998 bytes (RFC 5322, section 2.1.1); longer ones no list of mails shows. */
const longestSubject = 200;

const send = async (channel: Config, world: World, letters: readonly Letter[], signal: AbortSignal): Promise<Delivery> => {
  const outcome = await sendMail(serverOf(channel, world), mailOf(channel, letters), signal);
  if (outcome.taken) return { result: 'sent', ref: null };
  const why = world.secrets.mask(excerpt(outcome.why));
  return outcome.lasting ? { result: 'rejected', why } : { result: 'retry', afterMs: null, why };
};

const serverOf = ({ url, plaintext, user, password, ca, timeout }: Config, world: World): MailServer => {
  const text = world.secrets.reveal(url);
  const at = URL.canParse(text) ? new URL(text) : null;
  if (at === null || at.hostname === '')
    throw usageError({ code: 'channel_url_invalid', message: 'the url of the mail server does not stand for an smtp or smtps URL' });
  const security = at.protocol === 'smtps:' ? 'tls' : plaintext ? 'none' : 'starttls';
  return {
    host: at.hostname.replace(/^\[|\]$/g, ''),
    port: at.port === '' ? usualPorts[security] : Number(at.port),
    security,
    login:
      user === undefined || password === undefined ? null : { user: world.secrets.reveal(user), password: world.secrets.reveal(password) },
    authority: ca === undefined ? null : world.files.readText(ca, largestAuthority),
    timeoutMs: timeout ?? usualTimeoutMs,
  };
};

const mailOf = ({ from, to }: Config, letters: readonly Letter[]): Mail => ({
  from,
  to,
  subject: cut(subjectOf(letters), longestSubject),
  text: `${letters.map(partOf).join('\n\n')}\n`,
  ...threadOf(letters, from.slice(from.lastIndexOf('@') + 1)),
  // Nobody's answering machine is to answer (RFC 3834, section 5), nor that of Exchange.
  headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
  date: Math.max(...letters.map(({ madeAt }) => madeAt)),
});

const lineOf = ({ message }: Letter): string => `[${standingWord(message)}] ${headline(message)}`;

const subjectOf = (letters: readonly Letter[]): string => {
  const first = letters[0] === undefined ? '' : lineOf(letters[0]);
  return letters.length === 1 ? first : `${first} (and ${letters.length - 1} more)`;
};

const partOf = (letter: Letter): string =>
  [
    lineOf(letter),
    bodyOf(letter.message),
    `-- ${letter.message.fleet}, ${letter.message.severity}, ${letter.message.about?.key ?? letter.dedupKey}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
