import { z } from 'zod';
import type { Contradiction } from '../../fleet/consistency.ts';
import { slotField } from '../../fleet/fields.ts';
import { quoted } from '../../fleet/problem-words.ts';
import { suggestion } from '../../fleet/problems.ts';
import type { Section } from '../../fleet/slots.ts';
import { dig, digArray, digString, isObject } from '../../ground/json.ts';
import { defaultRules } from './default-rules.ts';

/** `alerts:` */
export const alerts: Section = {
  schema: z
    .array(slotField('rule'))
    .describe('When somebody must know. A fleet without it is watched by default rules; { type: defaults } keeps them beside others.'),
  contradictions: (manifest) => {
    const section = dig(manifest, 'alerts');
    const entries: readonly unknown[] = Array.isArray(section) ? section : [];
    const agents = dig(manifest, 'agents');
    return [
      ...duplicates(entries),
      ...strangers(entries, isObject(agents) ? Object.keys(agents) : []),
      ...unknownRules(digArray(manifest, 'routes'), section === undefined ? [{ type: 'defaults' }] : entries),
    ];
  },
};

const duplicates = (entries: readonly unknown[]): readonly Contradiction[] => {
  const names = entries.map((entry) => digString(entry, 'rule'));
  return names.flatMap((name, at): readonly Contradiction[] =>
    name === null || names.indexOf(name) === at
      ? []
      : [
          {
            path: ['alerts', at, 'rule'],
            message: `names a rule a second time (found ${quoted(name)})`,
            hint: 'give one of the two another name',
          },
        ],
  );
};

const strangers = (entries: readonly unknown[], known: readonly string[]): readonly Contradiction[] =>
  entries.flatMap((entry, at) => {
    const named = dig(entry, 'agents');
    return (Array.isArray(named) ? named : []).flatMap((name: unknown, place): readonly Contradiction[] =>
      typeof name !== 'string' || known.includes(name)
        ? []
        : [
            {
              path: ['alerts', at, 'agents', place],
              message: `names no agent of the fleet (found ${quoted(name)})`,
              hint: suggestion(name, known),
            },
          ],
    );
  });

/** Routes for rules that the fleet is not watched by. */
const unknownRules = (routes: readonly unknown[], entries: readonly unknown[]): readonly Contradiction[] => {
  const known = entries.flatMap((entry) =>
    digString(entry, 'type') === 'defaults' ? defaultRules.map(({ name }) => name) : [digString(entry, 'rule') ?? ''],
  );
  return routes.flatMap((route, at) =>
    digArray(route, 'rules').flatMap((name, place) =>
      typeof name !== 'string' || known.includes(name)
        ? []
        : [
            {
              path: ['routes', at, 'rules', place],
              message: `names no rule of the fleet (found ${quoted(name)})`,
              hint: suggestion(name, known),
            },
          ],
    ),
  );
};
