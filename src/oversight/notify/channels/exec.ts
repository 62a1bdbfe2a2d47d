import { z } from 'zod';
import { deferredTextField, timeoutField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import type { ProcessResult } from '../../../ground/runtime/context.ts';
import { excerpt } from '../../../ground/runtime/http-answer.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import { envelopeOf } from '../envelope.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';

const config = z.strictObject({
  kind: z.literal('exec'),
  argv: z
    .array(z.string())
    .refine((argv) => (argv[0] ?? '') !== '', 'must name a program')
    .describe('The program and its arguments; no shell reads them, and nothing of a message is put there.'),
  cwd: z.string().min(1).optional().describe('The working directory; default: that of agentops.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable'), deferredTextField())
    .optional()
    .describe('Variables for the program, credentials as references. It sees these and PATH, HOME, LANG, LC_ALL, TZ, TMPDIR.'),
  timeout: timeoutField().optional().describe('How long the program may take; default 10s.'),
});
type Config = z.infer<typeof config>;

const maxOutputBytes = 64 * 1024;

/** A program of this machine, which gets each message as JSON on its standard input. It has been told when it exits with 0. */
export default adapter<Config, Notifier>({
  kind: 'exec',
  summary: 'Runs a program with each message as JSON on its standard input.',
  config,
  open: (channel, world) => ({ send: (letter, signal) => send(channel, world, letter, signal) }),
});

const send = async (channel: Config, world: World, letter: Letter, signal: AbortSignal): Promise<Delivery> => {
  const [program = '', ...rest] = channel.argv;
  const timeoutMs = channel.timeout ?? usualTimeoutMs;
  const own = Object.entries(channel.env ?? {}).map(([name, value]) => [name, world.secrets.reveal(value)]);
  const ended = await world.process.run(
    {
      argv: [program, ...rest],
      ...(channel.cwd === undefined ? {} : { cwd: channel.cwd }),
      env: { ...world.process.baseEnv, ...Object.fromEntries(own) },
      stdin: `${JSON.stringify(envelopeOf(letter))}\n`,
      timeoutMs,
      maxBytes: maxOutputBytes,
    },
    signal,
  );
  if (ended.ended === 'exit' && ended.code === 0) return { result: 'sent', ref: null };
  return { result: 'retry', afterMs: null, why: world.secrets.mask(endOf(program, ended, timeoutMs)) };
};

const endOf = (program: string, { ended, code, signal, stderr }: ProcessResult, timeoutMs: number): string => {
  if (ended === 'missing') return `there is no program ${program} that could be run`;
  if (ended === 'timeout') return `${program} did not end within ${humanDuration(timeoutMs)}`;
  if (ended === 'overflow') return `${program} printed more than ${maxOutputBytes} bytes`;
  if (ended === 'aborted') return `${program} was stopped with agentops`;
  const said = excerpt(stderr);
  const end = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${code}`;
  return `${program} ${end}${said === '' ? '' : `: ${said}`}`;
};
