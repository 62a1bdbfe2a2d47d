import type { Anchor, AnchorVerdict } from '../ground/audit/anchor.ts';
import type { Signature } from '../ground/audit/sign-digest.ts';
import type { ChainReport } from '../ground/audit/verify-chain.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { localTime, plural } from '../ground/output/phrases.ts';
import { type Sign, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** An anchor, and what was found when the chain was held against it. */
export interface AnchorReport {
  /** The file or the tag, as it was named. */
  readonly source: string;
  readonly anchor: Anchor;
  /** Null: the chain breaks before the anchor's place. */
  readonly verdict: AnchorVerdict | null;
  /** Null: not looked at, since nobody was named who may sign. */
  readonly signature: Signature | null;
}

/** The answer of `agentops audit verify`. */
export interface VerifyAnswer {
  /** Null where an export was looked at. */
  readonly fleet: string | null;
  readonly generatedAt: number;
  /** The export, as it was named; null: the journal was looked at. */
  readonly file: string | null;
  readonly chain: ChainReport;
  readonly anchor: AnchorReport | null;
}

const line = (look: Look, sign: Sign, ...texts: readonly string[]): string => {
  const pieces: Cell[] = [{ text: `${symbolOf(look, sign)} `, tone: sign.tone }, ...texts.map((text) => ({ text }))];
  return `${renderLine(look, 0, pieces)}\n`;
};

const chainLine = ({ records, first, last, broken }: ChainReport, { look, zone }: ViewOptions): string => {
  if (broken !== null) {
    const before = records === 0 ? '' : `; ${records === 1 ? 'the record before it fits' : `the ${records} records before it fit`}`;
    return line(look, stateSigns.red, `broken: ${broken.message}${before}`);
  }
  if (first === null || last === null) return line(look, stateSigns.green, 'nothing is recorded yet');
  const time = `${localTime(first.at, zone)} to ${localTime(last.at, zone)}`;
  return line(look, stateSigns.green, `whole: ${plural(records, 'record')}, ${time}, head ${last.hash}`);
};

const anchorLines = ({ source, anchor, verdict, signature }: AnchorReport, { look, zone }: ViewOptions): string => {
  const name = `anchor of ${localTime(anchor.at, zone)} in `;
  const held =
    verdict === null
      ? line(look, stateSigns.unknown, name, source, ': not judged, the chain breaks before its record')
      : line(look, verdict.holds ? stateSigns.green : stateSigns.red, name, source, `: ${verdict.message}`);
  if (signature === null) return `${held}${line(look, stateSigns.unknown, 'its signature was not looked at: name --signers')}`;
  if (signature.good) return `${held}${line(look, stateSigns.green, 'signed by ', signature.signer)}`;
  return `${held}${line(look, stateSigns.red, 'its signature is not good: ', signature.why)}`;
};

const renderText = ({ chain, anchor }: VerifyAnswer, options: ViewOptions): string => {
  if (anchor !== null) return `${chainLine(chain, options)}${anchorLines(anchor, options)}`;
  const limit = 'a chain that was cut off at its end, or written anew as a whole, shows against an anchor only';
  return `${chainLine(chain, options)}${chain.broken === null ? `${renderLine(options.look, 2, [{ text: limit, tone: 'dim' }])}\n` : ''}`;
};

/** Every format of `agentops audit verify`. */
export const auditVerifyFormats = (answer: VerifyAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => {
    const { fleet, generatedAt, file, chain, anchor } = answer;
    return jsonDocument(fleet, generatedAt, {
      file,
      whole: chain.broken === null,
      records: chain.records,
      head: chain.last === null ? null : { seq: chain.last.seq, hash: chain.last.hash, at: isoTime(chain.last.at) },
      broken: chain.broken,
      anchor: anchor === null ? null : anchorFacts(anchor),
    });
  },
});

const anchorFacts = ({ source, anchor, verdict, signature }: AnchorReport) => ({
  source,
  seq: anchor.seq,
  hash: anchor.hash,
  at: isoTime(anchor.at),
  holds: verdict?.holds ?? null,
  problem: verdict?.problem ?? null,
  signer: signature?.good === true ? signature.signer : null,
  signature: signature === null ? 'not checked' : signature.good ? 'good' : 'bad',
  signature_problem: signature?.good === false ? signature.why : null,
});
