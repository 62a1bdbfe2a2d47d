import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { extensions } from '../../src/cli/registries.ts';
import { type Explained, type Explanation, explainPath, type Format } from '../../src/fleet/explain.ts';
import { loadSlotKinds } from '../../src/fleet/load-slot-kinds.ts';
import { manifestSchemaWith } from '../../src/fleet/schema.ts';
import { splitPath } from '../../src/fleet/schema-path.ts';

let format: Format;
beforeAll(async () => {
  format = {
    schema: manifestSchemaWith(extensions.sections),
    slots: await loadSlotKinds(extensions.slots),
    meaning: 'The whole.',
  };
});

const explain = (path: string): Explained => explainPath(format, splitPath(path));
const explanation = (path: string): Explanation => {
  const explained = explain(path);
  if (!explained.ok) throw new Error(`${path}: ${explained.message}`);
  return explained.explanation;
};

describe('a path', () => {
  test.each([
    ['agents.support.checks[0].input', 'agents.<name>.checks[].input'],
    ['agents.checks.input', 'agents.<name>.checks[].input'],
    ['agents["support"].checks.0.input', 'agents.<name>.checks[].input'],
    ['agents support checks input', 'agents.<name>.checks[].input'],
    ['agents.support', 'agents.<name>'],
    ['agents.endpoint a2a', 'agents.<name>.endpoint (a2a)'],
    ['agents.endpoint.a2a.version', 'agents.<name>.endpoint (a2a).version'],
    ['agents.x.controls.kill[1].via', 'agents.<name>.controls.kill[].via'],
    ['backends.langfuse', 'backends.<name> (langfuse)'],
    ['backends.prod.otlp', 'backends.<name> (otlp)'],
    ['agents.checks.turns.expect.not-contains', 'agents.<name>.checks[].turns[].expect[].not-contains'],
    ['agents.checks.expect.trajectory:tool-used', 'agents.<name>.checks[].expect[].trajectory:tool-used'],
    ['agents.endpoint.timeout.stall', 'agents.<name>.endpoint.timeout.stall'],
    ['', ''],
  ])('%j is %j', (given, path) => expect(explanation(given).path).toBe(path));

  test.each([
    ['agnets', 'there is no "agnets" in the file', 'did you mean "agents"?'],
    ['agents.support.chekcs[0].input', 'there is no "chekcs" in agents.<name>', 'did you mean "checks"?'],
    ['agents.chekcs.input', 'there is no "input" in agents.<name>', 'chekcs is taken for a name; did you mean "checks"?'],
    ['agents.checks.expect.containz', 'there is no "containz" in agents.<name>.checks[].expect', 'did you mean "contains"?'],
    ['agents.endpoint.openai-chta', 'there is no "openai-chta" in agents.<name>.endpoint', 'did you mean "openai-chat"?'],
    ['agents.checks.input.deeper', 'there is no "deeper" in agents.<name>.checks[].input', null],
  ])('%j leads nowhere, and the nearest name is told', (given, message, hint) =>
    expect(explain(given)).toEqual({ ok: false, message, hint }),
  );

  test('of any words is explained or refused, and never breaks', () => {
    const word = fc.oneof(
      fc.constantFrom('agents', 'checks', 'expect', 'endpoint', '[0]', 'contains', 'kill', 'backends', '__proto__', 'constructor'),
      fc.string(),
    );
    fc.assert(fc.property(fc.array(word, { maxLength: 8 }), (words) => ['boolean'].includes(typeof explain(words.join('.')).ok)));
  });
});

describe('a field', () => {
  test('tells its unit, its default as an author writes it, and whether it must be there', () => {
    expect(explanation('defaults.every')).toMatchObject({ type: 'duration, like 90s, 15m, 2h or 7d', default: '10m', required: false });
    expect(explanation('fleet')).toMatchObject({ type: 'text', default: null, required: true });
    expect(explanation('agents.support').required).toBeNull();
    expect(explanation('agents.budget.per_day').type).toBe('amount of money, like $0.40');
    expect(explanation('agents.endpoint.openai-chat.api_key').type).toContain('${NAME}');
  });

  test('of a kind is found without naming the kind, and tells which kinds have it', () => {
    expect(explanation('agents.endpoint.assistant_id').note).toBe('for protocol: langgraph');
  });

  test('lists what may stand below it', () => {
    expect(explanation('agents.checks.degraded').keys.map(({ key }) => key)).toEqual(['latency', 'ttft', 'cost']);
    expect(explanation('agents.endpoint').kinds.map(({ kind }) => kind)).toContain('openai-chat');
    expect(explanation('agents.checks.expect').kinds.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['contains', 'latency', 'tool-called', 'is-refusal']),
    );
  });

  test('says how an assertion is written: without a value where it takes none, with a threshold where it is a limit', () => {
    expect(explanation('agents.checks.expect.is-refusal').forms).toEqual(['- is-refusal', '- { type: is-refusal, weight: 2 }']);
    expect(explanation('agents.checks.expect.not-cost').forms[1]).toContain('type: not-cost, threshold: <value>');
  });

  test('says what it means, everywhere', () => {
    const silent: string[] = [];
    const visit = (path: string, depth: number) => {
      const { keys, kinds, meaning, path: at } = explanation(path);
      if (meaning === null) silent.push(at);
      for (const { key, meaning: said } of keys) {
        if (said === null && !['protocol', 'kind', 'via'].includes(key) && !path.includes('expect')) silent.push(`${at}.${key}`);
        if (depth < 4 && !path.includes('expect')) visit(path === '' ? key : `${path}.${key}`, depth + 1);
      }
      for (const { summary, kind } of kinds) if (!/\.$/.test(summary)) silent.push(kind);
    };
    visit('', 0);
    expect(silent.filter((path) => !/(protocol|kind|via)$/.test(path))).toEqual([]);
  });
});
