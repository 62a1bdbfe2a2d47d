import type { Flag } from './flags.ts';

// These two stand here and not with the other readers of flags, because the overview of all commands loads this file and not those.

/** Collects a flag that may be given several times, or once with commas. */
export const listFlag = (given: string, before: unknown): readonly string[] => [
  ...(Array.isArray(before) ? (before as readonly string[]) : []),
  ...given
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

/** Collects a flag that may be given several times; commas are part of it. */
export const repeatedFlag = (given: string, before: unknown): readonly string[] => [
  ...(Array.isArray(before) ? (before as readonly string[]) : []),
  given,
];

/** What every command understands, before or after its name. */
export const globalFlags: readonly Flag[] = [
  { flags: '-m, --manifest <file>', summary: 'the manifest; default: the nearest agentops.yaml upward' },
  {
    flags: '-o, --output <format>',
    summary:
      'text, json, and where they suit junit, github, markdown, html, nagios, prometheus, csv; junit=FILE writes that to a file as well',
    parse: repeatedFlag,
  },
  { flags: '--json', summary: 'short for --output json' },
  { flags: '-q, --quiet', summary: 'only the answer and errors' },
  { flags: '-v, --verbose', summary: 'everything that is known' },
  { flags: '--no-color', summary: 'no colour; NO_COLOR does the same' },
  { flags: '--no-input', summary: 'never ask a question' },
  { flags: '--debug', summary: 'show the stack of a bug' },
  { flags: '--untrusted', summary: 'refuse code, files, variables and hosts that no flag allows (pull requests from forks)' },
  { flags: '--allow-env <names>', summary: 'with --untrusted: variables that may be read', parse: listFlag },
  { flags: '--allow-host <hosts>', summary: 'with --untrusted: hosts that may be asked', parse: listFlag },
];
