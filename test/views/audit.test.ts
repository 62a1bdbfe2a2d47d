import { describe, expect, it } from 'vitest';
import { exportLine, parseExport } from '../../src/ground/audit/exported.ts';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import { auditLogFormats } from '../../src/views/audit-log.ts';
import { auditVerifyFormats, type VerifyAnswer } from '../../src/views/audit-verify.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { aDeed, chained } from '../support/audit-chain.ts';
import { parseCsv } from '../support/csv.ts';
import { noon } from '../support/facts.ts';
import { hostileTexts } from '../support/hostile.ts';

const piped = { look: plainLook, verbose: false, zone: 'UTC' };
const active =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|(?![\u200d\ufe0f])[\p{Default_Ignorable_Code_Point}\u2028\u2029]|\p{Surrogate}|##(?:\[|vso|teamcity)|^\s*::/mu;

/** What a chain would hold of somebody who could choose every text in it. A store gives back no half characters. */
const chainOf = (text: string) => {
  const whole = text.replace(/\p{Surrogate}/gu, '\uFFFD');
  return chained([aDeed({ actor: whole, subject: whole, body: { release: whole, [whole]: [whole] } }), aDeed()]);
};
const logOf = (text: string) => auditLogFormats({ fleet: 'acme', generatedAt: noon, records: chainOf(text) });
const verifyOf = (text: string): VerifyAnswer => {
  const [first, last] = chainOf(text);
  return {
    fleet: null,
    generatedAt: noon,
    file: text,
    chain: {
      records: 2,
      first: first ?? null,
      last: last ?? null,
      broken: { seq: 3, problem: 'unreadable', message: text },
      witness: null,
    },
    anchor: { source: text, anchor: { seq: 3, hash: 'f'.repeat(64), at: noon }, verdict: null, signature: { good: false, why: text } },
  };
};

/** The lines without the last ones, which say where the whole of a cut detail is. */
const bodyOf = (text: string): readonly string[] => text.replace(/\n\nwhole: agentops audit log --json\n?$/, '\n').split('\n');

describe.each(Object.entries(hostileTexts))('hostile text in an audit chain: %s', (_name, text) => {
  const log = logOf(text);
  const verify = auditVerifyFormats(verifyOf(text));

  it('is inert, and adds no line, in text', () => {
    for (const [hostile, harmless] of [
      [log.text(piped), logOf('word').text(piped)],
      [verify.text(piped), auditVerifyFormats(verifyOf('word')).text(piped)],
    ] as const) {
      expect(hostile.search(active)).toBe(-1);
      expect(bodyOf(hostile).length).toBe(bodyOf(harmless).length);
    }
  });

  it('fits the terminal', () => {
    const look = { ...plainLook, width: 100 };
    for (const line of log.text({ ...piped, look }).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(100);
  });

  it('is inert in JSON, and reads back', () => {
    for (const [output, schema] of [
      [log.json(), documentSchemas['audit log']],
      [verify.json(), documentSchemas['audit verify']],
    ] as const) {
      expect(output.search(active)).toBe(-1);
      const document: unknown = JSON.parse(output);
      expect(schema.parse(document)).toEqual(document);
    }
  });

  it('is one inert line of an export, which reads back as the same record', () => {
    const chain = chainOf(text);
    const lines = chain.map(exportLine);
    for (const line of lines) {
      expect(line.search(active)).toBe(-1);
      expect(line.indexOf('\n')).toBe(line.length - 1);
    }
    expect(parseExport(lines.join(''))).toEqual({ records: chain, broken: null });
  });

  it('is one cell of CSV and no formula', () => {
    const records = parseCsv(log.csv());
    expect(records.map((record) => record.length)).toEqual([8, 8, 8]);
    for (const cell of records.flat()) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
  });
});

describe('the text of audit verify', () => {
  const text = (parts: Partial<VerifyAnswer>) => auditVerifyFormats({ ...verifyOf('word'), anchor: null, ...parts }).text(piped);
  const [first, last] = chainOf('word');
  const whole = { records: 2, first: first ?? null, last: last ?? null, broken: null, witness: null };

  it('says what a chain alone cannot show', () => {
    expect(text({ chain: whole })).toBe(
      `✔ whole: 2 records, 2026-03-02 12:00 UTC to 2026-03-02 12:00 UTC, head ${last?.hash}\n  a chain that was cut off at its end, or written anew as a whole, shows against an anchor only\n`,
    );
    expect(text({ chain: { ...whole, records: 0, first: null, last: null } })).toMatch(/^✔ nothing is recorded yet\n/);
  });

  it('says where it breaks, and how far it is good', () => {
    const broken = { seq: 3, problem: 'altered', message: 'record 3 was altered' } as const;
    expect(text({ chain: { ...whole, broken } })).toBe('✖ broken: record 3 was altered; the 2 records before it fit\n');
  });
});
