import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { whole } from '../../src/ground/output/pieces.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import { healthFormats } from '../../src/views/health.ts';
import { historyFormats } from '../../src/views/history.ts';
import { renderProgress } from '../../src/views/progress.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import type { ViewOptions } from '../../src/views/words.ts';
import { parseCsv } from '../support/csv.ts';
import { hostileTexts, infested } from '../support/hostile.ts';
import { parseXml, type XmlElement } from '../support/xml.ts';
import { past24h, troubled } from './sample.ts';

const piped: ViewOptions = { look: plainLook, verbose: false, zone: 'UTC' };
const terminal = (width: number, verbose: boolean): ViewOptions => ({ look: { ...plainLook, width }, verbose, zone: 'UTC' });
const cases = Object.entries(hostileTexts);
const linesOf = (text: string): readonly string[] => text.split('\n');
/** What the same document looks like when the texts are harmless: hostile ones must not change its structure. */
const fleet = { ...troubled, agents: troubled.agents.slice(0, 5) };
const harmless = { health: infested(fleet, 'word'), history: infested(past24h, 'word') };

const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
const hidden = /(?![\u200d\ufe0f])[\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;

/** The first match with what stands around it, and not the whole output, which can be megabytes. */
const found = (output: string, pattern: RegExp): string | null => {
  const at = output.search(pattern);
  return at < 0 ? null : JSON.stringify(output.slice(Math.max(0, at - 40), at + 40));
};

const expectInert = (output: string): void => {
  for (const pattern of [controls, hidden, /\p{Surrogate}/u, /##(?:\[|vso|teamcity)/]) expect(found(output, pattern)).toBeNull();
};

const expectNoCommand = (output: string): void => {
  expect(found(output, /^\s*::/m)).toBeNull();
};

const expectSmall = (output: string): void => expect(output.length).toBeLessThan(2_000_000);

describe.each(cases)('hostile text: %s', (_name, text) => {
  const health = infested(fleet, text);
  const history = infested(past24h, text);

  it.each([
    ['piped', piped],
    ['80 columns', terminal(80, false)],
    ['120 columns, verbose', terminal(120, true)],
  ])('is inert in text, %s', (_look, options) => {
    for (const output of [healthFormats.text(health, options), historyFormats.text(history, options)]) {
      expectInert(output);
      expect(found(output, /\r/)).toBeNull();
      expectNoCommand(output);
      expectSmall(output);
    }
  });

  it('adds no line to text in a pipe', () => {
    expect(linesOf(healthFormats.text(health, piped)).length).toBe(linesOf(healthFormats.text(harmless.health, piped)).length);
    expect(linesOf(historyFormats.text(history, piped)).length).toBe(linesOf(historyFormats.text(harmless.history, piped)).length);
  });

  it('fits the terminal where names are short', () => {
    const named = { ...troubled, agents: troubled.agents.map((agent) => ({ ...infested(agent, text), agent: agent.agent })) };
    const words = {
      ...named,
      agents: named.agents.map((agent) => ({ ...agent, checks: agent.checks.map((check) => ({ ...check, check: 'check' })) })),
    };
    for (const width of [80, 120]) {
      for (const line of linesOf(healthFormats.text(words, terminal(width, true)))) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it('is one inert line of progress', () => {
    const line = renderProgress(plainLook, { done: 1, total: 12, failed: 1, agent: text, check: text, status: 'fail' });
    expectInert(line);
    expect(found(line, /[\r\n]/)).toBeNull();
  });

  it('reads back unchanged from JSON, which obeys its schema', () => {
    for (const [output, schema, report] of [
      [whole(healthFormats.json(health)), documentSchemas.health, health],
      [historyFormats.json(history), documentSchemas.history, history],
    ] as const) {
      expectInert(output);
      expectNoCommand(output);
      expect(schema.parse(JSON.parse(output)).fleet === report.fleet).toBe(true);
    }
    expect(JSON.parse(whole(healthFormats.json(health))).agents[0].reasons[0] === text).toBe(true);
  });

  it('stays inside its element in JUnit XML', () => {
    const output = healthFormats.junit(health);
    expectInert(output);
    expectNoCommand(output);
    const shape = (element: XmlElement): unknown => [element.name, Object.keys(element.attributes), element.children.map(shape)];
    expect(shape(parseXml(output))).toEqual(shape(parseXml(healthFormats.junit(harmless.health))));
  });

  it('starts no workflow command of its own', () => {
    const output = healthFormats.github(health);
    expectInert(output);
    const commands = (from: string) => linesOf(from).filter((line) => line.trimStart().startsWith('::'));
    expect(commands(output).length).toBe(commands(healthFormats.github(harmless.health)).length);
    for (const line of commands(output)) expect(line).toMatch(/^::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*$/);
  });

  it('renders as plain text in Markdown', () => {
    for (const [output, expected] of [
      [healthFormats.markdown(health), healthFormats.markdown(harmless.health)],
      [historyFormats.markdown(history, piped), historyFormats.markdown(harmless.history, piped)],
    ] as const) {
      expectInert(output);
      expectNoCommand(output);
      expect(linesOf(output).length).toBe(linesOf(expected).length);
      // Own markup aside, what is left after escapes and references are taken out is what a renderer could act on.
      const active = output
        .replace(/^#+ |^\|[ :|-]+\|$/gm, '')
        .replace(/\\[!-/:-@[-`{-~]/g, '')
        .replace(/^- \*\*([^*]*)\*\* /gm, '$1 ')
        .replace(/&(?:#\d+|amp|lt|gt|quot);/g, '\u200b');
      expect(found(active, /[<>`*_[\]~]|[@#!%&~][\w"]|:\/\/|www\.\w|GH-\d/i)).toBeNull();
      expect(found(active.replace(/^ *- /gm, ''), /^\s*(?:[-+=#]|\d+[.)]\s)/m)).toBeNull();
      const borders = (from: string) =>
        linesOf(from).map((line) => (line.startsWith('|') ? line.replace(/\\./g, '').split('|').length : 0));
      expect(borders(output)).toEqual(borders(expected));
    }
  });

  it('is one cell of CSV and no formula', () => {
    const output = historyFormats.csv(history);
    expectInert(output);
    const records = parseCsv(output);
    expect(records.length).toBe(66);
    for (const record of records) {
      expect(record.length).toBe(15);
      for (const cell of record) expect(cell).not.toMatch(/^[\s]*[=+\-@\t\r＝＋－＠]/);
    }
  });

  it('ends neither the line nor the performance data of a monitoring plugin', () => {
    const output = healthFormats.nagios(health);
    expectInert(output);
    expectNoCommand(output);
    expect(linesOf(output).length).toBe(linesOf(healthFormats.nagios(harmless.health)).length);
    expect(output.split('|').length).toBe(2);
    const data = linesOf(output)[0]?.split(' | ')[1] ?? '';
    expect(data).toMatch(/^(?:'(?:[^'=]|'')*'=[\d.]+[sB%c]?[;\d.]*(?: |$))+$/);
  });

  it('stays inside its label in Prometheus metrics', () => {
    const output = healthFormats.prometheus(health);
    expectInert(output);
    expect(linesOf(output).length).toBe(linesOf(healthFormats.prometheus(harmless.health)).length);
    for (const line of linesOf(output.trimEnd())) {
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) .*|agentops_\w+\{\w+="(?:[^"\\]|\\["\\n])*"(?:,\w+="(?:[^"\\]|\\["\\n])*")*\} [\d.e+-]+)$/);
    }
  });
});

const tool = 'promtool';
const hasPromtool = spawnSync(tool, ['--version']).status === 0;
if (!hasPromtool) console.warn('promtool is not installed (Debian package "prometheus"): the metrics are not checked by it');

describe.skipIf(!hasPromtool && !process.env['CI'])('promtool', () => {
  const check = (input: string) => spawnSync(tool, ['check', 'metrics'], { input, encoding: 'utf8' });

  it('accepts the metrics of a fleet without a remark', () => {
    expect(check(healthFormats.prometheus(troubled))).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('accepts hostile names', () => {
    const all = cases.map(
      ([, text], at) => ({ ...troubled.agents[0], ...infested(troubled.agents[0], `${at}${text}`) }) as (typeof troubled.agents)[number],
    );
    expect(
      check(healthFormats.prometheus({ ...troubled, agents: all.map((agent) => ({ ...agent, checks: agent.checks.slice(0, 1) })) })),
    ).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
