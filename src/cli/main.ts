import { Command, CommanderError } from 'commander';
import { messageOf, OpsError, usageError } from '../ground/errors.ts';
import { inertText } from '../ground/output/escape.ts';
import { systemFiles } from '../ground/runtime/files.ts';
import { openSecrets } from '../ground/runtime/secrets.ts';
import type { Terminal } from '../ground/runtime/terminal.ts';
import type { Format, GlobalFlags, Leaf, Outcome } from './command.ts';
import { listFlag } from './command.ts';
import { type CommandEntry, commandTable } from './command-table.ts';
import { exitCodeTable, exitOfError, exitOfFinding, exitOfSignal } from './exit-codes.ts';
import { version } from './version.ts';

type SignalName = keyof typeof exitOfSignal;

const secrets = openSecrets(process.env, systemFiles);
const abort = new AbortController();
let stoppedBy: SignalName | null = null;

/** The first signal stops new work and lets what ended be stored; the second leaves at once. */
const onSignal = (name: SignalName) => {
  if (stoppedBy !== null) process.exit(exitOfSignal[name]);
  stoppedBy = name;
  abort.abort(new Error(`stopped by ${name}`));
};

const terminalFor = async ({ color, input, quiet, verbose }: GlobalFlags): Promise<Terminal> => {
  const { openTerminal } = await import('../ground/runtime/terminal.ts');
  // commander has `--no-color` as a `color` that is true unless said otherwise: true says nothing.
  const flags = {
    ...(color === false ? { color } : {}),
    ...(input === false ? { input } : {}),
    quiet: quiet === true,
    verbose: verbose === true,
  };
  const { env, stdin, stdout, stderr } = process;
  return openTerminal({ env, stdin, stdout, stderr, flags, monotonic: () => performance.now() });
};

const main = async (argv: readonly string[]): Promise<number> => {
  const words = helpWordsFirst(argv);
  if (words[0] === 'exit-codes' && words[1] === '--help') return printExitCodes();
  if (words[0] === '__complete') return (await import('./complete.ts')).complete(words.slice(1));
  const program = buildProgram();
  if (words.length === 0) return printHelp(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    return report(thrown instanceof CommanderError ? usageOf(thrown) : thrown, program.opts<GlobalFlags>(), words);
  }
};

let exit = 0;

/** `help x y` reads as `x y --help`, so that both print the same. */
const helpWordsFirst = (argv: readonly string[]): readonly string[] => (argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv);

const printHelp = (program: Command): number => {
  program.outputHelp();
  return 0;
};

const printExitCodes = (): number => {
  process.stdout.write(`${exitCodeTable.map(([code, meaning]) => `${code.padStart(4)}  ${meaning}`).join('\n')}\n`);
  return 0;
};

const buildProgram = (): Command => {
  const program = new Command('agentops')
    .description('Run a fleet of AI agents in production: is each one up, and are its answers still right?')
    .usage('[command] [flags]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .showSuggestionAfterError(true)
    .option('-m, --manifest <file>', 'the manifest; default: the nearest agentops.yaml upward')
    .option('-o, --output <format>', 'text, json, and where they suit junit, github, markdown, nagios, prometheus, csv')
    .option('--json', 'short for --output json')
    .option('-q, --quiet', 'only the answer and errors')
    .option('-v, --verbose', 'everything that is known')
    .option('--no-color', 'no colour; NO_COLOR does the same')
    .option('--no-input', 'never ask a question')
    .option('--debug', 'show the stack of a bug')
    .option('--untrusted', 'refuse code, files, variables and hosts that are not allowed by flag (pull requests from forks)')
    .option('--allow-env <names>', 'with --untrusted: variables that may be read', listFlag)
    .option('--allow-host <hosts>', 'with --untrusted: hosts that may be asked', listFlag)
    .addHelpText('after', '\nExit codes: agentops help exit-codes');
  for (const entry of commandTable) {
    const command = program.command(entry.name).summary(entry.summary).description(entry.summary).helpGroup(entry.group);
    command.configureHelp({ showGlobalOptions: true }).helpOption('-h, --help', 'show help');
  }
  program.hook('preSubcommand', async (_program, command) => {
    const entry = commandTable.find(({ name }) => name === command.name());
    if (entry === undefined) return;
    const { default: leaf } = await entry.load();
    leaf.configure(command);
    command.action(async (...given: unknown[]) => {
      exit = await runLeaf(entry, leaf, program.opts<GlobalFlags>(), given);
    });
  });
  return program;
};

const runLeaf = async (entry: CommandEntry, leaf: Leaf, flags: GlobalFlags, given: readonly unknown[]): Promise<number> => {
  const format = formatOf(entry, leaf, flags);
  const terminal = await terminalFor(flags);
  const show = async ({ formats, next }: Outcome) => {
    const render = formats[format];
    if (render === undefined) return;
    await terminal.print(secrets.mask(render({ look: terminal.out, verbose: flags.verbose === true, zone: terminal.zone })));
    if (format === 'text' && terminal.out.width !== null && next !== undefined && next.length > 0) {
      terminal.say(terminal.err.paint('dim', secrets.mask(['', 'Next:', ...next.map((line) => `  ${line}`)].join('\n'))));
    }
  };
  const { openSession } = await import('./session.ts');
  const session = openSession({
    env: process.env,
    cwd: process.cwd(),
    flags,
    format,
    terminal,
    secrets,
    version,
    signal: abort.signal,
    show,
  });
  try {
    // commander hands over the arguments, the flags and the command itself.
    const outcome = await leaf.run(session, given.slice(0, -2), given.at(-2) as Readonly<Record<string, unknown>>);
    await show(outcome);
    if (terminal.readerGone.aborted) return 0;
    if (stoppedBy !== null) return exitOfSignal[stoppedBy];
    return outcome.exits?.[format] ?? exitOfFinding(outcome.finding);
  } finally {
    await session.close();
  }
};

const formatOf = (entry: CommandEntry, leaf: Leaf, flags: GlobalFlags): Format => {
  const wanted = flags.output ?? (flags.json === true ? 'json' : leaf.formats[0]);
  const known = leaf.formats.find((format) => format === wanted);
  if (known !== undefined) return known;
  const given = flags.output === undefined ? '--json' : `--output ${flags.output}`;
  throw usageError({
    code: 'format_unknown',
    message: `${entry.name} has no ${given}`,
    hint: `it can answer as ${leaf.formats.join(', ')}`,
  });
};

/** commander's own words, as one of our errors. */
const usageOf = (thrown: CommanderError): OpsError => {
  const [first = '', ...rest] = thrown.message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/[()]/g, '').trim();
  return usageError({ code: 'usage', message: first, hint: hint === '' ? 'agentops --help lists the commands' : hint });
};

/** The one place where an error becomes words and an exit number. */
const report = async (thrown: unknown, flags: GlobalFlags, words: readonly string[]): Promise<number> => {
  if (stoppedBy !== null) return exitOfSignal[stoppedBy];
  const known = thrown instanceof OpsError ? thrown : null;
  const code = exitOfError(known?.kind ?? 'bug');
  const message = secrets.mask(known?.message ?? `this is a bug in agentops: ${messageOf(thrown)}`);
  const hint =
    known === null ? 'run it again with --debug and report what it prints' : known.hint === null ? null : secrets.mask(known.hint);
  const asJson = flags.json === true || flags.output === 'json' || words.includes('--json');
  if (asJson) {
    const details = known?.details === undefined ? null : (JSON.parse(secrets.mask(JSON.stringify(known.details))) as unknown);
    process.stderr.write(`${JSON.stringify({ error: { code: known?.code ?? 'bug', message, hint, exit: code, details } })}\n`);
  } else {
    const { err } = await terminalFor(flags);
    process.stderr.write(
      `${err.paint('bad', 'error:')} ${inertText(message)}\n${hint === null ? '' : `${err.paint('strong', 'hint:')} ${inertText(hint)}\n`}`,
    );
  }
  if (flags.debug === true && thrown instanceof Error) process.stderr.write(`${secrets.mask(thrown.stack ?? '')}\n`);
  return code;
};

process.on('SIGINT', () => onSignal('SIGINT'));
process.on('SIGTERM', () => onSignal('SIGTERM'));

// A reader that has seen enough (head, less) closes the pipe: that is success.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = exitOfError('unable');
});

process.exitCode = await main(process.argv.slice(2));
