import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import { listOf } from '../ground/output/phrases.ts';
import type { Recorded } from '../response/runbooks/record-approval.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops runbook approve`. */
export interface ApprovalAnswer extends Recorded {
  readonly fleet: string;
  readonly generatedAt: number;
  /** The hash of a plan, or the id of a run. */
  readonly subject: string;
}

/** Every format of `agentops runbook approve`. */
export const approvalFormats = ({ fleet, generatedAt, subject, by, isSigned, approvers }: ApprovalAnswer) => ({
  text: ({ look }: ViewOptions) =>
    `${renderLine(look, 0, [
      { text: by, tone: 'strong' },
      { text: ` approved ${subject}${isSigned ? ', signed' : ''}; approved by now: ${listOf(approvers)}` },
    ])}\n`,
  json: () => jsonDocument(fleet, generatedAt, { subject, by, signed: isSigned, approvers }),
});
