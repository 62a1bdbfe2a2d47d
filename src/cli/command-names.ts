import { type CommandEntry, commandTable, nouns } from './command-table.ts';

const wordsOf = ({ name }: CommandEntry): readonly string[] => name.split(' ');

/** How many words of the line a command's name takes: `eval run` takes two. */
export const nameLength = (entry: CommandEntry): number => wordsOf(entry).length;

/** The command that the first words of a line name; null where they name none, or only the noun of several. */
export const commandOf = (words: readonly string[]): CommandEntry | null =>
  commandTable.find((entry) => wordsOf(entry).every((word, at) => words[at] === word)) ?? null;

/** The verbs of a noun in the order of the table; empty for what is no noun. */
export const verbsOf = (noun: string): readonly string[] =>
  commandTable.map(wordsOf).flatMap(([first, verb]) => (first === noun && verb !== undefined ? [verb] : []));

/** What may stand first on a line, in the order of the table: commands of one word, and each noun once. */
export const firstWords = (): readonly string[] => [...new Set(commandTable.map((entry) => wordsOf(entry)[0] ?? ''))];

/** One line of the overview: a command, or a noun with its verbs. */
export interface Heading {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
}

/** In one pass over the table: the overview may cost next to nothing. */
export const headings = (): readonly Heading[] => {
  const found = new Map<string, { readonly entry: CommandEntry; readonly verbs: string[] }>();
  for (const entry of commandTable) {
    const [first = '', verb] = wordsOf(entry);
    const known = found.get(first) ?? { entry, verbs: [] };
    if (verb !== undefined) known.verbs.push(verb);
    found.set(first, known);
  }
  return [...found].map(([first, { entry, verbs }]) => {
    const noun = nouns.find(({ name }) => name === first);
    return noun === undefined ? entry : { ...noun, summary: `${noun.summary}: ${verbs.join(', ')}` };
  });
};
