import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { type DoctorReport, doctorFormats } from '../../src/views/doctor.ts';
import { hostileTexts } from '../support/hostile.ts';

const report: DoctorReport = {
  fleet: 'acme',
  generatedAt: Date.UTC(2026, 10, 1),
  verdict: 'wrong',
  findings: [
    { group: 'machine', name: 'Node', state: 'ok', detail: '20.20.2', fix: null },
    { group: 'secrets', name: 'TOKEN', state: 'warn', detail: 'old', fix: 'renew it' },
    { group: 'endpoints', name: 'support', state: 'fail', detail: 'refused', fix: 'start it' },
    { group: 'endpoints', name: 'beat', state: 'skipped', detail: 'no endpoint', fix: null },
  ],
  readiness: null,
};
const options = { look: plainLook, verbose: false, zone: 'UTC' };

describe('what the doctor found', () => {
  test('is a verdict, then groups with a line each, and a fix below what needs one', () => {
    expect(doctorFormats.text(report, options).split('\n')).toEqual([
      '✖ acme: 1 thing is wrong, 1 warning',
      '',
      'Machine',
      '  ✔ Node     20.20.2',
      '',
      'Secrets',
      '  ▲ TOKEN    old',
      '             fix: renew it',
      '',
      'Endpoints',
      '  ✖ support  refused',
      '             fix: start it',
      '  ○ beat     no endpoint',
      '',
    ]);
  });

  test('says what stands in the way of the tool itself apart from what is wrong with agents', () => {
    const first = (parts: Partial<DoctorReport>) => doctorFormats.text({ ...report, ...parts }, options).split('\n')[0];
    expect(first({ verdict: 'cannot_work', fleet: null })).toBe('✖ 1 thing is in the way of agentops, 1 warning');
    expect(first({ verdict: 'ok', findings: report.findings.slice(0, 2) })).toBe('▲ acme: all is well, 1 warning');
    expect(first({ verdict: 'ok', findings: report.findings.slice(0, 1) })).toBe('✔ acme: all is well');
  });

  test('fits into a narrow terminal', () => {
    const long = { group: 'endpoints', name: 'a'.repeat(40), state: 'fail' as const, detail: 'word '.repeat(40), fix: 'thing '.repeat(40) };
    const look = { ...plainLook, width: 60 };
    for (const line of doctorFormats.text({ ...report, findings: [long] }, { ...options, look }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(60);
  });

  test.each(Object.entries(hostileTexts))('lets no text of others act: %s', (_, hostile) => {
    const findings = report.findings.map((finding) => ({ ...finding, name: hostile, detail: hostile, fix: hostile }));
    for (const render of [doctorFormats.text, doctorFormats.markdown, doctorFormats.json]) {
      const text = render({ ...report, findings }, options);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u200b]/);
      if (render === doctorFormats.markdown) expect(text).not.toMatch(/<script|<img|!\[pixel\]\(|\]\(https/);
    }
  });
});
