import { describe, expect, it } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { whole } from '../../src/ground/output/pieces.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import { evalFormats } from '../../src/views/eval.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import type { ViewOptions } from '../../src/views/words.ts';
import { parseCsv } from '../support/csv.ts';
import { hostileTexts, infested } from '../support/hostile.ts';
import { parseXml, type XmlElement } from '../support/xml.ts';
import { well, worse } from './eval-sample.ts';

const piped: ViewOptions = { look: plainLook, verbose: false, zone: 'UTC' };
const terminal = (width: number, verbose: boolean): ViewOptions => ({ look: { ...plainLook, width }, verbose, zone: 'UTC' });

describe('a run for people', () => {
  const text = evalFormats.text(worse(), piped);

  it('says the verdict first, and what got worse', () => {
    expect(text.split('\n')[0]).toBe('✖ fail: 1 case got worse: refund-window  support on support, release 2.4.1');
  });

  it('shows of each case that got worse what was expected, what was got, and the trace', () => {
    const from = text.indexOf('Got worse');
    const part = text.slice(from, text.indexOf('Could not be judged'));
    expect(part).toMatch(/✖ refund-window {2}broke: 100% before, 0% now, p /);
    expect(part).toContain('expected  contains: 30 days');
    expect(part).toContain('got       You have 14 days.');
    expect(part).toContain('trace     0af7651916cd43dd8448eb211c80319c');
    expect(part).not.toContain('greeting');
  });

  it('shows what failed and decides nothing as such, behind why it failed', () => {
    const [first, ...rest] = worse().details;
    if (first === undefined) throw new Error('the sample has no details');
    const rubric = { pass: false, score: 0, saw: 'x', message: 'not polite (advisory: not calibrated)', metric: null, advisory: true };
    const example = { ...first.example, reason: 'it was cut off', assertions: [{ ...rubric, assertion: 'llm-rubric: is polite' }] };
    const told = evalFormats.text(worse({ details: [{ ...first, example }, ...rest] }), piped);
    expect(told).toContain(
      'because   it was cut off\n    advisory  llm-rubric: is polite\n    because   not polite (advisory: not calibrated)',
    );
    expect(told).not.toContain('expected  llm-rubric');
  });

  it('tells cases that could not be judged from cases that failed', () => {
    expect(text).toContain('3 trials timeout: no answer in 30 s');
    expect(text).toMatch(/\? address {2}0 of 0 passed, 3 could not be judged, info/);
    expect(text).toMatch(/▲ greeting {2}2 of 3 passed/);
  });

  it('says how sure a pass rate is, and what a run cost', () => {
    expect(text).toMatch(/pass rate {2}\d+% {2}95% interval \d+% to \d+%/);
    expect(text).toMatch(/cost {7}\$0\.040 {2}judges \$0\.0040, 3 trials of unknown cost, cap \$1\.00/);
  });

  it('is short where all is well', () => {
    const good = evalFormats.text(well(), piped);
    expect(good.split('\n')[0]).toBe('✔ pass  support on support, release 2.4.1');
    expect(good).not.toMatch(/Got worse|Did not always pass|Could not be judged/);
  });

  it('ends the sentence that says why a run ended early', () => {
    const { run } = worse();
    const told = evalFormats.text(worse({ run: { ...run, status: 'broken', stoppedBecause: 'nobody answers at 127.0.0.1:1' } }), piped);
    expect(told).toContain('nobody answers at 127.0.0.1:1. ');
  });

  it.each([80, 120])('fits %d columns', (width) => {
    for (const line of evalFormats.text(worse(), terminal(width, true)).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });
});

describe('a run for machines', () => {
  it('is the public document', () => {
    const document = JSON.parse(whole(evalFormats.json(worse())));
    expect(documentSchemas['eval run'].parse(document)).toEqual(document);
    expect(document).toMatchObject({
      verdict: 'fail',
      regressions: [{ case: 'refund-window', rule: 'sharp', before: 1, after: 0 }],
      cost_usd: 0.04,
    });
    expect(document.cases.find((each: { case: string }) => each.case === 'refund-window').example.assertions[0].saw).toBe(
      'You have 14 days.',
    );
  });

  const junitOf = (xml: string) =>
    Object.fromEntries(
      parseXml(xml).children.flatMap((suite) =>
        suite.children
          .filter(({ name }) => name === 'testcase')
          .map((test) => [test.attributes['name'], test.children[0]?.name ?? 'passed']),
      ),
    );

  it('has in JUnit a failure for what got worse, an error for what could not be judged, and none for what only chanced to fail', () => {
    expect(junitOf(evalFormats.junit(worse()))).toMatchObject({
      verdict: 'failure',
      'refund-window': 'failure',
      greeting: 'system-out',
      address: 'error',
      'case-0': 'passed',
    });
  });

  it('has nothing red in JUnit where all is well', () => {
    expect(parseXml(evalFormats.junit(well())).attributes).toMatchObject({ tests: '11', failures: '0', errors: '0' });
  });

  it('makes an annotation of the verdict and of each case that got worse', () => {
    const lines = evalFormats
      .github(worse())
      .split('\n')
      .filter((line) => line.startsWith('::'));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^::error title=refund-window got worse::broke%3A|^::error title=refund-window got worse::broke: /);
    expect(evalFormats.github(well())).not.toContain('::');
  });

  it('is a line a case as CSV', () => {
    const [head, ...rows] = parseCsv(evalFormats.csv(worse()));
    const broken = rows.find((row) => row[3] === 'refund-window') ?? [];
    expect(Object.fromEntries((head ?? []).map((name, at) => [name, broken[at]]))).toMatchObject({
      status: 'fail',
      regression: 'sharp',
      pass_rate_before: '1',
      pass_rate_now: '0',
    });
  });
});

describe.each(Object.entries(hostileTexts))('hostile text: %s', (_name, text) => {
  const hostile = infested(worse(), text);
  const harmless = infested(worse(), 'word');
  const shape = (element: XmlElement): unknown => [element.name, Object.keys(element.attributes), element.children.map(shape)];

  it('adds no element and no attribute to the page', () => {
    const tags = (page: string) => page.slice(page.indexOf('<main>')).match(/<\/?[a-z][^>]*>/gi) ?? [];
    expect(tags(evalFormats.html(hostile, piped))).toEqual(tags(evalFormats.html(harmless, piped)));
  });

  it('stays inside its element in JUnit XML', () =>
    expect(shape(parseXml(evalFormats.junit(hostile)))).toEqual(shape(parseXml(evalFormats.junit(harmless)))));

  it('adds no line to text, Markdown or annotations', () => {
    for (const format of ['text', 'markdown', 'github'] as const) {
      expect(evalFormats[format](hostile, piped).split('\n').length).toBe(evalFormats[format](harmless, piped).split('\n').length);
    }
  });

  it('starts no formula', () => {
    for (const cell of parseCsv(evalFormats.csv(hostile)).flat()) expect(cell).not.toMatch(/^[=+@]/);
  });
});
