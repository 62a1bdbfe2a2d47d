import { canonicalJson, digNumber, digString, parseJson } from '../json.ts';
import { isoTime } from '../output/json.ts';
import { type Head, isInstant } from './chain.ts';

/** What a signature for another purpose is not good for, and the other way round (`ssh-keygen -n`). */
export const anchorNamespace = 'agentops-audit';

/** The end of a chain at some moment, to be signed and kept where whoever can write the chain cannot. */
export interface Anchor extends Head {
  /** When it was made, UTC epoch ms. */
  readonly at: number;
}

/** An anchor as it was kept. */
export interface SignedAnchor {
  readonly anchor: Anchor;
  /** What was signed: the first line, with its end. */
  readonly statement: string;
  /** An armored SSH signature. */
  readonly signature: string;
}

/** The line that is signed: canonical JSON. */
export const statementOf = ({ at, hash, seq }: Anchor): string => `${canonicalJson({ at: isoTime(at), hash, seq })}\n`;

const armor = /^-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]+\n-----END SSH SIGNATURE-----\n$/;

/** The text of an anchor: the statement, then the signature over it. Null where it is not exactly that. */
export const parseAnchor = (text: string): SignedAnchor | null => {
  const unix = text.replaceAll('\r\n', '\n');
  const cut = unix.indexOf('\n') + 1;
  const statement = unix.slice(0, cut);
  const signature = `${unix.slice(cut).trimEnd()}\n`;
  const value = parseJson(statement);
  const anchor = { seq: digNumber(value, 'seq') ?? 0, hash: digString(value, 'hash') ?? '', at: Date.parse(digString(value, 'at') ?? '') };
  if (!isInstant(anchor.at) || statementOf(anchor) !== statement || !armor.test(signature)) return null;
  return { anchor, statement, signature };
};

/** Whether a chain still holds an anchor, and if not, what was done to it. */
export interface AnchorVerdict {
  readonly holds: boolean;
  readonly problem: 'truncated' | 'rewritten' | null;
  /** One sentence. */
  readonly message: string;
}

/** @param witness the hash that stands at the anchor's place in a chain without a break; null: the chain ends before, at `end` */
export const judgeAnchor = ({ seq, hash }: Anchor, witness: string | null, end: number): AnchorVerdict => {
  if (witness === null)
    return {
      holds: false,
      problem: 'truncated',
      message: `the chain ends at record ${end}, and reached to record ${seq} when it was signed`,
    };
  if (witness !== hash)
    return { holds: false, problem: 'rewritten', message: `record ${seq} is another one than was signed: the chain was written anew` };
  return { holds: true, problem: null, message: `everything up to record ${seq} is as it was signed` };
};
