import { headings } from './command-names.ts';
import { globalFlags } from './global-flags.ts';

const widest = 100;
const narrowest = 50;

/** `agentops --help`: the commands under the questions they answer. Made without the parser, which costs more than the text. */
export const rootHelp = (columns: number | undefined): string => {
  const width = Math.max(narrowest, Math.min(widest, columns ?? 80));
  const all = headings();
  const groups = [...new Set(all.map(({ group }) => group))];
  const lines = [
    'Run a fleet of AI agents in production: is each one up, and are its answers still right?',
    '',
    'Usage: agentops <command> [flags]',
    ...groups.flatMap((group) => [
      '',
      group,
      ...twoColumns(
        all.filter((each) => each.group === group).map(({ name, summary }) => [name, summary]),
        12,
        width,
      ),
    ]),
    '',
    'Flags of every command',
    ...twoColumns(
      [
        ...globalFlags.map(({ flags, summary }): Row => [flags, summary]),
        ['-h, --help', 'show help'],
        ['-V, --version', 'print the version'],
      ],
      22,
      width,
    ),
    '',
    'Start here',
    ...twoColumns(
      [
        ['agentops demo', 'a whole fleet on this machine, checked before your eyes'],
        ['agentops init', 'a first manifest for your own agents'],
        ['agentops health', 'is every agent up and right?'],
      ],
      22,
      width,
    ),
    '',
    'Exit codes: agentops help exit-codes · a command: agentops help health',
    '',
  ];
  return lines.flatMap((line) => (line.length > width && !line.startsWith(' ') ? wrap(line, width) : [line])).join('\n');
};

type Row = readonly [string, string];

const twoColumns = (rows: readonly Row[], left: number, width: number): readonly string[] =>
  rows.flatMap(([name, text]) => wrap(text, width - left - 4).map((line, at) => `  ${(at === 0 ? name : '').padEnd(left)}  ${line}`));

const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
