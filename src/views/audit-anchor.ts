import type { Anchor } from '../ground/audit/anchor.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops audit anchor`. */
export interface AnchorAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly anchor: Anchor;
  /** The statement and the signature over it. */
  readonly text: string;
  /** Where it was kept, as that was named; null: not there. */
  readonly file: string | null;
  readonly gitTag: string | null;
}

/** Every format of `agentops audit anchor`. */
export const auditAnchorFormats = ({ fleet, generatedAt, anchor, text, file, gitTag }: AnchorAnswer) => ({
  text: ({ look }: ViewOptions) => {
    const where = file ?? (gitTag === null ? null : `the tag ${gitTag}`);
    if (where === null) return text;
    return `${renderLine(look, 0, [{ text: `signed: the chain up to record ${anchor.seq}, kept in ` }, { text: where }])}\n`;
  },
  json: () =>
    jsonDocument(fleet, generatedAt, {
      seq: anchor.seq,
      hash: anchor.hash,
      at: isoTime(anchor.at),
      file,
      git_tag: gitTag,
      anchor: text,
    }),
});
