/**
 * The way in. What must be quick (version, help, completion) is answered by the little it needs; everything else goes through the
 * parser. Nothing is imported here before it is known to be wanted.
 */
const answer = async (words: readonly string[]): Promise<number> => {
  const [first, second] = words;
  if (words.length === 0 || (words.length === 1 && (first === '--help' || first === '-h' || first === 'help'))) {
    const { rootHelp } = await import('./help.ts');
    return print(rootHelp(process.stdout.columns));
  }
  if (words.length === 1 && (first === '--version' || first === '-V')) return print(`${(await import('./version.ts')).version}\n`);
  if (first === 'help' && second === 'exit-codes') return print((await import('./exit-codes.ts')).exitCodeText);
  if (first === 'completion' && words.length === 2) {
    const script = (await import('./completion-scripts.ts')).completionScripts[second ?? ''];
    if (script !== undefined) return print(script);
  }
  if (first === '__complete') return (await import('./complete.ts')).complete(words.slice(1));
  await optimiseLater();
  const { runCommand } = await import('./run-command.ts');
  if (first !== 'help') return runCommand(words);
  const { firstWords } = await import('./command-names.ts');
  // `help x` reads as `x --help`, so that both print the same; what is no command is told so.
  return runCommand(second !== undefined && firstWords().includes(second) ? [...words.slice(1), '--help'] : words.slice(1));
};

/**
 * Most commands end before machine code that V8 makes on the side has paid for itself: it takes a third of the CPU of a status. Newer V8
 * counts calls instead of this budget, and complains of a flag it does not know.
 */
const optimiseLater = async () => {
  if (process.versions.node.startsWith('20.')) (await import('node:v8')).setFlagsFromString('--interrupt-budget=500000');
};

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

// A reader that has seen enough (head, less) closes the pipe: that is success.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = 3;
});

process.exitCode = await answer(process.argv.slice(2));
