import { gateWorkflow } from '../desk/export/gate-workflow.ts';
import { usageError } from '../ground/errors.ts';
import { nanosPerDollar } from '../ground/units/amount.ts';
import type { Outcome, Session } from './command.ts';
import { exportFile } from './export-file.ts';
import { needsOf, placeInRepository } from './print-schedule.ts';

/** The workflow of a gate for this fleet. Throws a usage error where it is not told what commit to install from. */
export const exportGate = async (
  session: Session,
  out: string | undefined,
  { source, baseline, maxUsd }: { readonly source?: string; readonly baseline?: string; readonly maxUsd: number },
): Promise<Outcome> => {
  const { fleet } = await session.fleet();
  const made = gateWorkflow(fleet, {
    source: readSource(source),
    manifestInRepository: placeInRepository(session, fleet.path),
    needs: needsOf(session, fleet.path),
    baseline: baseline ?? null,
    maxUsd: maxUsd / nanosPerDollar,
  });
  return exportFile(session, out, { kind: 'github-actions', ...made, next: ['git add .github/workflows', 'agentops eval accept'] });
};

/** A branch or a tag moves: what runs with secrets is one commit. */
const readSource = (source: string | undefined) => {
  const [, repository, commit] = /^([\w.-]+\/[\w.-]+)@([0-9a-f]{40})$/.exec(source ?? '') ?? [];
  if (repository !== undefined && commit !== undefined) return { repository, commit };
  throw usageError({
    code: 'flag_invalid',
    message:
      source === undefined
        ? 'agentops is not published yet: the workflow has to be told where to install it from'
        : `--source cannot be ${JSON.stringify(source)}: a branch or a tag moves`,
    hint: '--source OWNER/NAME@COMMIT, the commit with all 40 digits: git rev-parse HEAD',
  });
};
