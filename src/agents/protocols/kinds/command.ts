import { z } from 'zod';
import { deferredTextField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { commandSaid, pluginSaid } from '../command-output.ts';
import type { AgentProtocol, Ask, Card, Turn } from '../port.ts';
import { timeoutOnly } from '../schema.ts';
import { maxAnswerBytes } from '../send-exchange.ts';
import { noWire, type Said, turnOf } from '../turn.ts';

const inputPlace = '{{input}}';
/** Linux refuses a single argument of 128 KiB and more (execve(2), MAX_ARG_STRLEN). */
const maxArgumentBytes = 128 * 1024 - 1;

const config = z
  .strictObject({
    protocol: z.literal('command'),
    argv: z
      .array(z.string())
      .refine((argv) => (argv[0] ?? '') !== '', 'must name a program')
      .describe('The program and its arguments; no shell reads them.'),
    cwd: z.string().min(1).optional().describe('The working directory; default: that of agentops.'),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable'), deferredTextField())
      .optional()
      .describe('Variables for the program, credentials as references. It sees these and PATH, HOME, LANG, LC_ALL, TZ, TMPDIR.'),
    input: z
      .enum(['stdin', 'arg'])
      .default('stdin')
      .describe(`How the question arrives; arg puts it in place of the argument ${inputPlace}, or last.`),
    nagios: z.boolean().default(false).describe('The program is a monitoring plugin: its exit code says how it is.'),
    ...timeoutOnly,
  })
  .refine(({ argv, input }) => argv.filter((argument) => argument === inputPlace).length <= (input === 'arg' ? 1 : 0), {
    path: ['argv'],
    message: `may hold ${inputPlace} once, and only with input: arg`,
  });
type Config = z.infer<typeof config>;

/** A program of this machine. It prints its answer, or a JSON object with `text`, `tool_calls`, `usage`, `cost_usd`, `steps`, and so on. */
export default adapter<Config, AgentProtocol>({
  kind: 'command',
  summary: 'A program: the question on its standard input or as an argument, the answer on its standard output.',
  config,
  open: (endpoint, world) => ({
    traits: { streams: false, multiTurn: false },
    async probe() {
      const startedAt = world.clock.monotonic();
      const program = programOf(endpoint);
      const said: Said =
        world.process.find(program, endpoint.cwd) === null
          ? { outcome: 'unreachable', cause: 'no such program', detail: `there is no program ${program} that could be run` }
          : { outcome: 'ok', card: emptyCard };
      return turnOf(said, noWire(world.clock.monotonic() - startedAt));
    },
    turn: (ask, signal) => turn(endpoint, world, ask, signal),
  }),
});

const emptyCard: Card = { name: null, version: null, models: [], tools: [], skills: [], facets: {} };

const programOf = (endpoint: Config): string => endpoint.argv[0] ?? '';

const turn = async (endpoint: Config, world: World, ask: Ask, signal: AbortSignal): Promise<Turn> => {
  const { argv, refused } = endpoint.input === 'arg' ? withArgument(endpoint.argv, ask.input) : { argv: endpoint.argv, refused: null };
  if (refused !== null) return turnOf({ outcome: 'checker_error', cause: 'input not sent', detail: refused }, noWire(0));
  const [program = '', ...rest] = argv;
  const result = await world.process.run(
    {
      argv: [program, ...rest],
      ...(endpoint.cwd === undefined ? {} : { cwd: endpoint.cwd }),
      env: environment(endpoint, world, ask),
      ...(endpoint.input === 'stdin' ? { stdin: ask.input } : {}),
      timeoutMs: ask.limits.totalMs,
      maxBytes: maxAnswerBytes,
    },
    signal,
  );
  const said = endpoint.nagios ? pluginSaid(program, result) : commandSaid(program, result);
  const wire = noWire(result.totalMs);
  return turnOf(said, { ...wire, timings: { ...wire.timings, firstByteMs: result.firstByteMs } });
};

const environment = (endpoint: Config, world: World, ask: Ask): Record<string, string> => ({
  ...world.process.baseEnv,
  TRACEPARENT: `00-${ask.traceId}-${ask.spanId}-01`,
  AGENTOPS_SYNTHETIC: '1',
  ...Object.fromEntries(Object.entries(endpoint.env ?? {}).map(([name, value]) => [name, world.secrets.reveal(value)])),
});

/** The question as one argument. It must not be taken for an option, and the machine must be able to pass it on. */
const withArgument = (argv: readonly string[], input: string): { readonly argv: readonly string[]; readonly refused: string | null } => {
  const refuse = (why: string) => ({ argv, refused: `the input was not given to ${argv[0]} as an argument: ${why}` });
  const marked = argv.indexOf(inputPlace);
  const place = marked === -1 ? argv.length : marked;
  if (input.startsWith('-') && !argv.slice(0, place).includes('--'))
    return refuse('it starts with - and would be an option; put -- before it in argv');
  if (input.includes('\0')) return refuse('it holds a NUL character');
  if (new TextEncoder().encode(input).length > maxArgumentBytes)
    return refuse(`it has more than ${maxArgumentBytes} bytes; use input: stdin`);
  return { argv: [...argv.slice(0, place), input, ...argv.slice(place + 1)], refused: null };
};
