import { z } from 'zod';
import type { Contradiction } from '../../fleet/consistency.ts';
import { slotField } from '../../fleet/fields.ts';
import { quoted } from '../../fleet/problem-words.ts';
import { suggestion } from '../../fleet/problems.ts';
import type { Section } from '../../fleet/slots.ts';
import { dig, digArray, isObject } from '../../ground/json.ts';
import { routeFields } from './route-fields.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a name: letters, digits, dot, dash and underscore');

/** `notify:` */
export const notify: Section = {
  schema: z.record(name, slotField('channel')).describe('Channels by which people are told: what a notify step of a runbook names.'),
  contradictions: () => [],
};

/** `routes:` */
export const routes: Section = {
  schema: z
    .array(routeFields)
    .describe('Who is told of which alert: the first that fits. What fits none, pages go to what wakes somebody and the rest to chat.'),
  contradictions: (manifest) => {
    const entries = digArray(manifest, 'routes');
    const [channels, agents] = [dig(manifest, 'notify'), dig(manifest, 'agents')].map((map) => (isObject(map) ? Object.keys(map) : []));
    return entries.flatMap((entry, at) => [
      ...strangers(entry, at, 'to', 'channel under notify', channels ?? []),
      ...strangers(entry, at, 'agents', 'agent of the fleet', agents ?? []),
    ]);
  },
};

const strangers = (entry: unknown, at: number, key: string, what: string, known: readonly string[]): readonly Contradiction[] =>
  digArray(entry, key).flatMap((name, place) =>
    typeof name !== 'string' || known.includes(name)
      ? []
      : [
          {
            path: ['routes', at, key, place],
            message: `names no ${what} (found ${quoted(name)})`,
            hint: suggestion(name, known),
          },
        ],
  );
