import { setMaxListeners } from 'node:events';
import { Command, CommanderError, Option } from 'commander';
import { messageOf, OpsError, unableError, usageError } from '../ground/errors.ts';
import { inertText } from '../ground/output/escape.ts';
import { type Look, plainLook } from '../ground/output/look.ts';
import { batches, type Text, whole } from '../ground/output/pieces.ts';
import { systemFiles } from '../ground/runtime/files.ts';
import { openSecrets } from '../ground/runtime/secrets.ts';
import type { Terminal } from '../ground/runtime/terminal.ts';
import type { Format, GlobalFlags, Leaf, Outcome } from './command.ts';
import { commandOf, firstWords, verbsOf } from './command-names.ts';
import { type CommandEntry, commandTable, nouns } from './command-table.ts';
import { exitOfError, exitOfFinding, exitOfSignal } from './exit-codes.ts';
import { type Flag, spellingOf } from './flags.ts';
import { globalFlags } from './global-flags.ts';
import { maskAnswer, maskValue } from './mask-answer.ts';
import { outputsOf, writeOutput } from './outputs.ts';
import { version } from './version.ts';

type SignalName = keyof typeof exitOfSignal;

const secrets = openSecrets(process.env, systemFiles);
const abort = new AbortController();
// Every request and child in flight listens to it; that is no leak.
setMaxListeners(0, abort.signal);
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

/** Parses, runs and renders one command; answers its exit number. */
export const runCommand = async (words: readonly string[]): Promise<number> => {
  for (const name of Object.keys(exitOfSignal) as SignalName[]) process.on(name, () => onSignal(name));
  const program = buildProgram(words[0] ?? '');
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    return report(thrown instanceof CommanderError ? usageOf(thrown, words) : thrown, program.opts<GlobalFlags>(), words);
  }
};

let exit = 0;

/** A line that begins with a command is read by that command alone; a parser of all of them takes several milliseconds to make. */
const buildProgram = (opening: string): Command => {
  const program = new Command('agentops')
    .usage('<command> [flags]')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} });
  for (const flag of globalFlags) addFlag(program, flag);
  const isKnown = firstWords().includes(opening);
  const isWanted = (word: string) => !isKnown || word === opening;
  const nounCommands = new Map(
    nouns.filter(({ name }) => isWanted(name) && verbsOf(name).length > 0).map((noun) => [noun.name, addCommand(program, noun.name, noun)]),
  );
  program.version(version, '-V, --version', 'print the version');
  for (const entry of commandTable) {
    const [first = '', verb] = entry.name.split(' ');
    if (!isWanted(first)) continue;
    if (verb === undefined) addCommand(program, first, entry);
    else addCommand(nounCommands.get(first) ?? program, verb, { summary: entry.summary, group: 'Commands:' });
  }
  const fillLeaf = async (_parent: Command, command: Command) => {
    const entry = commandOf(pathOf(command));
    if (entry === null) return;
    const { default: leaf } = await entry.load();
    for (const { name, summary, fallback } of leaf.arguments ?? []) command.argument(name, summary, fallback);
    for (const flag of leaf.flags ?? []) addFlag(command, flag);
    command.addHelpText('after', helpEnd(leaf));
    command.action(async (...given: unknown[]) => {
      exit = await runLeaf(entry, leaf, program.opts<GlobalFlags>(), given);
    });
  };
  for (const parent of [program, ...nounCommands.values()]) parent.hook('preSubcommand', fillLeaf);
  return program;
};

const addCommand = (parent: Command, word: string, { summary, group }: { summary: string; group: string }): Command => {
  const command = parent.command(word).summary(summary).description(summary).helpGroup(group);
  return command.configureHelp({ showGlobalOptions: true }).helpOption('-h, --help', 'show help').helpCommand(false);
};

/** The words that lead to a command, without the program's own name. */
const pathOf = (command: Command): readonly string[] => (command.parent === null ? [] : [...pathOf(command.parent), command.name()]);

/** More words than that stand in the text of a flag, not in its name: the longest name sets the column that all texts begin at. */
const manyWords = /<([\w-]+(?:\|[\w-]+){4,})>/;

const addFlag = (command: Command, { flags, summary, parse, fallback }: Flag) => {
  const [, words] = manyWords.exec(flags) ?? [];
  const option =
    words === undefined
      ? new Option(flags, summary)
      : new Option(flags.replace(manyWords, '<key>'), `${summary}: ${words.replaceAll('|', ', ')}`);
  if (parse !== undefined) option.argParser((given, before) => parse(given, before, spellingOf(flags).long));
  // A fallback is written as a person would type it, so that the help can say it.
  if (typeof fallback === 'string' && parse !== undefined) option.default(parse(fallback, undefined, spellingOf(flags).long), fallback);
  else if (fallback !== undefined) option.default(fallback);
  command.addOption(option);
};

/** As wide as commander makes its own part where there is no terminal. */
const helpColumns = 80;

/** A text in lines behind what it begins with; a word that is longer than a line stays whole. */
const wrapped = (lead: string, text: string): readonly string[] => {
  const lines: string[] = [];
  let line = lead;
  for (const word of text.split(' ')) {
    const isFirst = line.trim() === '' || line === lead;
    if (!isFirst && line.length + 1 + word.length > helpColumns) {
      lines.push(line);
      line = ' '.repeat(lead.length) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
};

/** Examples and exit codes at the end of a command's help. */
const helpEnd = ({ examples, exits = [] }: Leaf): string => {
  const width = Math.max(...examples.map(([line]) => line.length));
  const beside = examples.map(([line, why]) => `  $ ${line.padEnd(width)}   ${why}`);
  const fits = beside.every((line) => line.length <= helpColumns);
  const lines = fits ? beside : examples.flatMap(([line, why]) => [`  $ ${line}`, ...wrapped('      ', why)]);
  const codes = exits.flatMap(([code, meaning]) => wrapped(`  ${code.padStart(3)}  `, meaning));
  return ['', 'Examples:', ...lines, ...(codes.length > 0 ? ['', 'Exit codes:', ...codes] : [])].join('\n');
};

const runLeaf = async (entry: CommandEntry, leaf: Leaf, flags: GlobalFlags, given: readonly unknown[]): Promise<number> => {
  const outputs = outputsOf(entry.name, leaf.formats, flags);
  const format = outputs.stdout;
  const terminal = await terminalFor(flags);
  const show = async ({ formats, next }: Outcome) => {
    const rendered = async (wanted: Format, look: Look): Promise<Text | null> => {
      const text = await formats[wanted]?.({
        look,
        verbose: flags.verbose === true,
        get zone() {
          return terminal.zone;
        },
      });
      return text === undefined ? null : maskAnswer(secrets, text, wanted === 'json');
    };
    const answer = await rendered(format, terminal.out);
    for (const piece of batches(answer ?? '')) await terminal.print(piece);
    for (const file of outputs.files) {
      const text = await rendered(file.format, plainLook);
      if (text !== null) writeOutput(file.path, whole(text));
    }
    if (answer !== null && format === 'text' && terminal.out.width !== null && next !== undefined && next.length > 0) {
      terminal.say(terminal.err.paint('dim', secrets.mask(['', 'Next:', ...next.map((line) => `  ${line}`)].join('\n'))));
    }
  };
  const { openSession } = await import('./session.ts');
  const session = openSession({
    env: process.env,
    cwd: workingFolder(),
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
    if (stoppedBy !== null && outcome.outlastsSignal !== true) return exitOfSignal[stoppedBy];
    return outcome.exits?.[format] ?? exitOfFinding(outcome.finding);
  } finally {
    await session.close();
  }
};

const workingFolder = (): string => {
  try {
    return process.cwd();
  } catch {
    throw unableError({
      code: 'working_folder_gone',
      message: 'the working directory is not there any more',
      hint: 'go to a folder that is there: cd',
    });
  }
};

/** commander's own words, as one of our errors. */
const usageOf = (thrown: CommanderError, words: readonly string[]): OpsError => {
  const typed = words.filter((word) => !word.startsWith('-'));
  const named = typed.map((_, at) => typed.slice(at)).find((rest) => commandOf(rest) !== null || verbsOf(rest[0] ?? '').length > 0) ?? [];
  const command = commandOf(named);
  const verbs = verbsOf(named[0] ?? '');
  const help =
    command !== null
      ? `agentops ${command.name} --help tells what it takes`
      : `agentops ${verbs.length > 0 ? `${named[0]} ` : ''}--help lists the commands`;
  if (thrown.code === 'commander.help')
    return usageError({
      code: 'usage',
      message: verbs.length > 0 ? `${named[0]} needs one of ${verbs.join(', ')}` : 'no command is named',
      hint: help,
    });
  const [first = '', ...rest] = thrown.message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/[()]/g, '').trim();
  return usageError({ code: 'usage', message: first, hint: hint === '' ? help : hint });
};

/** Each line by itself: a long list of problems is no long text that somebody smuggled in. */
const inertLines = (text: string): string => text.split('\n').map(inertText).join('\n');

/** The one place where an error becomes words and an exit number. */
const report = async (thrown: unknown, flags: GlobalFlags, words: readonly string[]): Promise<number> => {
  if (stoppedBy !== null) return exitOfSignal[stoppedBy];
  const { isPromptExit } = await import('../ground/runtime/terminal.ts');
  // A question reads keys itself: a Ctrl-C inside one never becomes a signal.
  if (isPromptExit(thrown)) return exitOfSignal.SIGINT;
  const known = thrown instanceof OpsError ? thrown : null;
  const code = exitOfError(known?.kind ?? 'bug');
  const message = secrets.mask(known?.message ?? `this is a bug in agentops: ${messageOf(thrown)}`);
  const hint =
    known === null ? 'run it again with --debug and report what it prints' : known.hint === null ? null : secrets.mask(known.hint);
  const asJson = flags.json === true || flags.output?.includes('json') || words.includes('--json');
  if (asJson) {
    const details = maskValue(secrets, known?.details ?? null);
    process.stderr.write(`${JSON.stringify({ error: { code: known?.code ?? 'bug', message, hint, exit: code, details } })}\n`);
  } else {
    const { err } = await terminalFor(flags);
    process.stderr.write(
      `${err.paint('bad', 'error:')} ${inertLines(message)}\n${hint === null ? '' : `${err.paint('strong', 'hint:')} ${inertText(hint)}\n`}`,
    );
  }
  if (flags.debug === true && thrown instanceof Error) process.stderr.write(`${secrets.mask(thrown.stack ?? '')}\n`);
  return code;
};
