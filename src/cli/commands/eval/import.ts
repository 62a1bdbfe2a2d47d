import type { Leaf } from '../../command.ts';

const importSuite: Leaf = {
  formats: ['text', 'json'],
  words: (before) => (before.length === 0 ? ['promptfoo'] : []),
  arguments: [
    { name: '<format>', summary: 'what the file is of: promptfoo' },
    { name: '[file]', summary: 'its configuration', fallback: 'promptfooconfig.yaml' },
  ],
  flags: [
    { flags: '--out <file>', summary: 'the suite to write; default: suites/promptfoo.yaml' },
    { flags: '--force', summary: 'write over a file that is there' },
  ],
  examples: [
    ['agentops eval import promptfoo promptfooconfig.yaml --out support.yaml', 'take over what maps, list what does not'],
    ['agentops eval import promptfoo --json', 'the list for a script'],
  ],
  exits: [
    ['0', 'all of it was taken over'],
    ['1', 'the suite was written, and something was left out: it is listed with its place'],
    ['2', 'the file cannot be read, or nothing in it can be taken over; nothing was written'],
    ['4', 'the suite is there already'],
  ],
  async run({ ctx, cwd }, [format, file], flags) {
    const { usageError } = await import('../../../ground/errors.ts');
    if (format !== 'promptfoo')
      throw usageError({
        code: 'format_unknown',
        message: `there is no import of ${JSON.stringify(format)} in this version`,
        hint: 'agentops eval import promptfoo promptfooconfig.yaml',
      });
    const [{ resolve }, { readPromptfoo }, { writeOpenly }, { importFormats }] = await Promise.all([
      import('node:path'),
      import('../../../quality/evals/exchange/read-promptfoo.ts'),
      import('../../write-first-files.ts'),
      import('../../../views/eval-import.ts'),
    ]);
    const from = resolve(cwd, file as string);
    const suite = resolve(cwd, (flags['out'] as string | undefined) ?? 'suites/promptfoo.yaml');
    const { text, cases, assertions, leftOut } = await readPromptfoo(ctx.files, from, cwd);
    writeOpenly(suite, text, flags['force'] === true);
    const report = { generatedAt: ctx.clock.now(), from, suite, cases, assertions, remarks: leftOut, cwd };
    return {
      finding: leftOut.some(({ isKept }) => !isKept) ? 'found' : 'none',
      formats: importFormats(report),
      next: [`agentops eval run ${suite}`],
    };
  },
};

export default importSuite;
