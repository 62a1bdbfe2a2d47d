import type { Reference } from '../ground/units/reference.ts';
import type { FoundReference } from './interpolate.ts';
import type { PlacedProblem } from './problems.ts';
import type { At } from './slots.ts';

/** What a manifest from a stranger may use; everything else it names is refused. */
export interface Allowance {
  readonly variables: readonly string[];
  /** Host names, with or without a port. */
  readonly hosts: readonly string[];
}

/** What a manifest names that a stranger should not choose. */
export interface Named {
  readonly references: readonly FoundReference[];
  /** Null where the host cannot be told. */
  readonly urls: readonly { readonly url: string | null; readonly at: At }[];
  /** Slots that were read, with the hole they stand in. */
  readonly slots: readonly { readonly slot: string; readonly kind: string; readonly at: At }[];
  /** The folder that is written to, as the manifest names it; `isOutside`: links, its own or in it, lead out of the manifest's folder. */
  readonly state: { readonly folder: unknown; readonly isOutside: boolean; readonly at: At };
}

/** Kinds that run code of the manifest's author on this machine, by the hole they stand in; a kubeconfig can name programs to run. */
const code: Readonly<Record<string, readonly string[]>> = {
  endpoint: ['command'],
  expect: ['javascript', 'not-javascript'],
  control: ['exec', 'kubernetes'],
  channel: ['exec'],
};

/** What stands before the kind in a sentence. */
const nouns: Readonly<Record<string, string>> = { endpoint: 'protocol ', control: 'control ' };

/** Absolute, or upward: outside the folder of the manifest. */
export const leavesFolder = (path: string): boolean => /^[\\/]|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)/.test(path);

export const isAllowed = (reference: Reference, { variables }: Allowance): boolean =>
  reference.kind === 'variable' && variables.includes(reference.name);

/** Why a manifest may not be run for somebody who is not trusted: code, files, variables and hosts beyond the allowance. */
export const distrustProblems = ({ references, urls, slots, state }: Named, allowance: Allowance): readonly PlacedProblem[] => [
  ...references
    .filter(({ reference }) => !isAllowed(reference, allowance))
    .map(({ reference: { kind, name }, at }): PlacedProblem => {
      if (kind === 'file')
        return {
          at,
          message: `the file reference \${file:${name}} is refused under --untrusted`,
          hint: 'write its text into the manifest',
        };
      return { at, message: `the variable \${${name}} is refused under --untrusted`, hint: `allow it with --allow-env ${name}` };
    }),
  ...urls.flatMap(({ url, at }): readonly PlacedProblem[] => {
    const host = url !== null && URL.canParse(url) ? new URL(url) : null;
    if (host === null) return [{ at, message: 'a url whose host cannot be told is refused under --untrusted', hint: 'write the host out' }];
    if (allowance.hosts.includes(host.hostname) || allowance.hosts.includes(host.host)) return [];
    return [{ at, message: `the host ${host.host} is refused under --untrusted`, hint: `allow it with --allow-host ${host.host}` }];
  }),
  ...stateProblems(state),
  ...slots
    .filter(({ slot, kind }) => code[slot]?.includes(kind))
    .map(
      ({ slot, kind, at }): PlacedProblem => ({
        at,
        message: `${nouns[slot] ?? ''}${kind} runs code of the author, which is refused under --untrusted`,
        hint: 'read the file, and run it without --untrusted if you trust it',
      }),
    ),
];

const stateProblems = ({ folder, isOutside, at }: Named['state']): readonly PlacedProblem[] => {
  const message = 'a state folder outside the folder of the manifest is refused under --untrusted';
  if (typeof folder === 'string' && leavesFolder(folder)) return [{ at, message, hint: 'write state: .agentops' }];
  return isOutside ? [{ at, message, hint: 'take the symbolic link away' }] : [];
};
