import { describe, expect, test } from 'vitest';
import type { IncidentCase } from '../../../src/response/incidents/collect-case.ts';
import { newSuiteText, withCase } from '../../../src/response/incidents/suite-insertion.ts';

const exported: IncidentCase = {
  agent: 'support',
  traceId: 'abc',
  remarks: ['From inc-1, trace abc.'],
  value: { id: 'inc-1', severity: 'critical', input: 'say \\{{x}} and ${HOME}', expect: ['no-loop', { 'max-steps': 12 }] },
};

const item = [
  '  # From inc-1, trace abc.',
  '  - id: inc-1',
  '    severity: critical',
  '    input: "say \\\\{{x}} and $${HOME}"',
  '    expect:',
  '      - no-loop',
  '      - max-steps: 12',
];

describe('a case', () => {
  test('makes a suite where there is none', () => {
    expect(newSuiteText(exported)).toContain(['agent: support', '', 'cases:', ...item].join('\n'));
  });

  test.each([
    ['at the end', 'agent: a\ncases:\n  - id: x\n    input: y\n', 'agent: a\ncases:\n  - id: x\n    input: y\nITEM'],
    ['before what follows', 'cases:\n  - id: x\n\n# more\nfrom: a.csv\n', 'cases:\n  - id: x\nITEM\n# more\nfrom: a.csv\n'],
    ['into an empty list', 'agent: a\ncases: []\n', 'agent: a\ncases:\nITEM'],
    ['where there is no list', 'agent: a\nfrom: a.csv\n', 'agent: a\nfrom: a.csv\n\ncases:\nITEM'],
  ])('stands %s', (_place, before, after) => {
    expect(withCase(before, exported)).toBe(after.replace('ITEM', () => `${item.join('\n')}\n`));
  });

  test('is indented as its neighbours are, with their line ends', () => {
    const text = withCase('cases:\r\n- id: x\r\n  input: y\r\nfrom: a.csv\r\n', exported) ?? '';
    expect(text.split('\r\n').slice(0, 6)).toEqual([
      'cases:',
      '- id: x',
      '  input: y',
      '# From inc-1, trace abc.',
      '- id: inc-1',
      '  severity: critical',
    ]);
    expect(text).not.toMatch(/[^\r]\n/);
  });

  test('is added to nothing whose form is not understood', () => {
    expect(withCase('cases: [{ id: x, input: y }]\n', exported)).toBeNull();
  });
});
