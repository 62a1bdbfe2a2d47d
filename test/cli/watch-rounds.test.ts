import { describe, expect, test } from 'vitest';
import type { Format, Outcome } from '../../src/cli/command.ts';
import { watchRounds } from '../../src/cli/watch-rounds.ts';
import { jsonDocument } from '../../src/ground/output/json.ts';
import { type Look, plainLook } from '../../src/ground/output/look.ts';
import { whole } from '../../src/ground/output/pieces.ts';
import { noon } from '../support/facts.ts';
import { fakeContext } from '../support/fake-context.ts';

interface Setting {
  readonly format?: Format;
  readonly look?: Partial<Look>;
  readonly rounds?: number;
  readonly endedBy?: 'Ctrl-C' | 'reader';
}

/** Watches every two seconds; what ends it comes within a round, after so many were shown. */
const watch = async ({ format = 'text', look = {}, rounds = 2, endedBy = 'Ctrl-C' }: Setting) => {
  const stop = new AbortController();
  const gone = new AbortController();
  const ctx = fakeContext({ signal: stop.signal });
  const out = { ...plainLook, ...look };
  const told: string[] = [];
  let begun = 0;
  const round = async (): Promise<Outcome> => {
    begun += 1;
    if (begun > rounds) (endedBy === 'Ctrl-C' ? stop : gone).abort();
    const document = jsonDocument('acme', noon, { round: begun });
    return { finding: 'found', formats: { text: () => `round ${begun}\n`, json: () => document, prometheus: () => `rounds ${begun}\n` } };
  };
  const terminal = {
    out,
    err: out,
    zone: 'UTC',
    readerGone: gone.signal,
    clear: () => void told.push('<clear>'),
    say: (line: string) => void told.push(line),
  };
  const beside: string[] = [];
  const show = async ({ formats }: Outcome) => {
    const view = { look: out, verbose: false, zone: 'UTC' };
    told.push(whole((await formats[format]?.(view)) ?? ''));
    beside.push(whole((await formats.prometheus?.(view)) ?? ''));
  };
  const last = await watchRounds({ ctx, format, show, terminal: terminal as never }, 2000, round);
  return { told, beside, last, begun };
};

describe('watching', () => {
  test('a terminal shows one round in the place of the last, and when it was', async () => {
    const { told } = await watch({ look: { width: 80 } });
    expect(told).toEqual([
      ...['<clear>', 'round 1\n', '\nLast at 12:00:00, again every 2.00 s. Ctrl-C ends it.'],
      ...['<clear>', 'round 2\n', '\nLast at 12:00:02, again every 2.00 s. Ctrl-C ends it.'],
    ]);
  });

  test('a pipe gets every round with its time', async () => {
    const { told } = await watch({});
    expect(told.filter((text) => text !== '<clear>')).toEqual([
      '2026-03-02T12:00:00.000Z\nround 1\n\n',
      '2026-03-02T12:00:02.000Z\nround 2\n\n',
    ]);
  });

  test('a file beside is written anew by every round', async () => expect((await watch({})).beside).toEqual(['rounds 1\n', 'rounds 2\n']));

  test('JSON is one document a line', async () => {
    const { told } = await watch({ format: 'json' });
    const lines = told.filter((text) => text !== '<clear>');
    expect(lines.map((line) => line.indexOf('\n') === line.length - 1)).toEqual([true, true]);
    expect(lines.map((line) => (JSON.parse(line) as { round: number }).round)).toEqual([1, 2]);
  });

  test.each(['Ctrl-C', 'reader'] as const)('%s ends it, and the last round decides', async (endedBy) => {
    const { begun, last } = await watch({ rounds: 3, endedBy });
    expect(begun).toBe(4);
    expect(last.finding).toBe('found');
  });

  test('a format with one end is refused before anything is asked', async () => {
    await expect(watch({ format: 'junit' })).rejects.toMatchObject({ kind: 'usage', code: 'flags_conflict' });
  });
});
