import { relative } from 'node:path';
import { withRequestBudget } from '../fleet/budget-edit.ts';
import type { LoadedFleet } from '../fleet/load-fleet.ts';
import { maxManifestBytes, openSources } from '../fleet/open-sources.ts';
import { badFile } from '../fleet/problem-report.ts';
import { readManifest } from '../fleet/read-manifest.ts';
import { refusedError, unableError } from '../ground/errors.ts';
import type { FileClaim, Files } from '../ground/runtime/context.ts';
import type { BudgetProposal } from '../telemetry/advice/budget-proposal.ts';
import { moneyText } from '../telemetry/advice/next-step.ts';
import type { Session } from './command.ts';
import { lineDiff } from './line-diff.ts';

/** A file of the manifest as it is and as it would be. */
export interface FileChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What the files of a manifest become with proposed budgets, and the agents that cannot be changed where they stand. */
export const drawBudgetChanges = (
  files: Files,
  proposals: readonly BudgetProposal[],
): { readonly changes: readonly FileChange[]; readonly left: readonly string[] } => {
  const changes = new Map<string, FileChange>();
  const left: string[] = [];
  for (const { agent, file, proposedNanos } of proposals) {
    const known = changes.get(file);
    const before = known?.before ?? files.readText(file, maxManifestBytes);
    const after = withRequestBudget(known?.after ?? before, file, agent, moneyText(proposedNanos));
    if (after === null) left.push(agent);
    else changes.set(file, { path: file, before, after });
  }
  return { changes: [...changes.values()], left };
};

/** The changes as one text, paths as seen from the working directory. */
export const diffOf = (changes: readonly FileChange[], cwd: string): string =>
  changes.map(({ path, before, after }) => lineDiff(relative(cwd, path) || path, before, after)).join('');

/**
 * Writes the changes, once a person has agreed to them: each file whole, and only if it still says what was read and the manifest
 * is valid with all of them. Throws a refusal where nobody agrees, or a file changed meanwhile; nothing is written then.
 */
export const applyBudgets = async (
  session: Session,
  loaded: LoadedFleet,
  changes: readonly FileChange[],
  isAgreed: boolean,
): Promise<void> => {
  const { ctx } = session;
  requireWritable(ctx.files, changes);
  await requireValid(session, loaded, changes);
  if (!isAgreed) await confirmChanges(session, changes);
  const claims: FileClaim[] = [];
  try {
    for (const { path } of changes) claims.push(claimFile(ctx.files, path));
    for (const { path, before } of changes)
      if (ctx.files.readText(path, maxManifestBytes) !== before)
        throw refusedError({
          code: 'file_changed',
          message: `${path} was changed by somebody else meanwhile; nothing was written`,
          hint: 'agentops advise budgets --apply',
        });
    for (const { path, after } of changes) ctx.files.replace(path, after);
  } finally {
    for (const claim of claims) claim.release();
  }
};

/** So that not one file of several is written and another cannot be. */
const requireWritable = (files: Files, changes: readonly FileChange[]): void => {
  const fixed = changes.find(({ path }) => !files.mayReplace(path));
  if (fixed !== undefined)
    throw unableError({
      code: 'write_failed',
      message: `${fixed.path} cannot be written`,
      hint: 'check its permissions, and those of its folder',
    });
};

const claimFile = (files: Files, path: string): FileClaim => {
  const claim = files.claim(path);
  if (claim !== null) return claim;
  throw refusedError({
    code: 'file_claimed',
    message: `${path} is being changed by somebody else: ${files.claimOwner(path) ?? 'who is gone by now'}`,
    hint: `agentops advise budgets --apply, once ${path}.lock is gone`,
  });
};

const confirmChanges = async ({ ctx, terminal, cwd }: Session, changes: readonly FileChange[]): Promise<void> => {
  const hint = 'agentops advise budgets --apply --yes writes it without asking';
  if (terminal.prompts === null)
    throw refusedError({ code: 'not_confirmed', message: 'nobody is there to confirm the change; nothing was written', hint });
  for (const line of diffOf(changes, cwd).trimEnd().split('\n')) terminal.say(ctx.secrets.mask(line));
  if (!(await terminal.prompts.confirm('Write this?', ctx.signal)))
    throw refusedError({ code: 'not_confirmed', message: 'not confirmed; nothing was written', hint });
};

/** Reads the manifest as it would be. Throws what is wrong with it. */
const requireValid = async (session: Session, { place }: LoadedFleet, changes: readonly FileChange[]): Promise<void> => {
  const { ctx, cwd } = session;
  const changed = new Map(changes.map(({ path, after }) => [path, after]));
  const files: Files = { ...ctx.files, readText: (path, most) => changed.get(path) ?? ctx.files.readText(path, most) };
  const sources = openSources({ env: ctx.env, files }, place.path);
  const { fleet, problems } = await readManifest(
    { ...sources, secrets: ctx.secrets, allowance: null },
    place.path,
    await session.extensions(),
  );
  if (fleet !== null) return;
  if (problems.length === 0)
    throw unableError({ code: 'manifest_unread', message: 'the manifest could not be read again', hint: 'agentops validate' });
  throw badFile({ code: 'manifest_invalid', path: place.path, problems, hint: 'nothing was written' }, cwd);
};
