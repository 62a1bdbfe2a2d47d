import type { Json } from '../../ground/json.ts';
import type { Step } from './runbook.ts';
import { holdsHole } from './template.ts';

export interface MisplacedHole {
  readonly rule: 'template-place';
  readonly message: string;
  readonly hint: string;
}

/** Where a step lets a parameter fill what it may not: a parameter is a value, it chooses no host, program, file, language or reader. */
export const misplacedHoles = ({ id, kind, args, when, verify }: Step): readonly MisplacedHole[] => {
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
  const first = (value: Json | undefined): string => (Array.isArray(value) ? text(value[0] as Json) : '');
  const read = args['read'];
  const places: readonly (readonly [string, string])[] = [
    ['when', when ?? ''],
    ['verify.check', verify?.check ?? ''],
    ['verify.eval', verify?.eval ?? ''],
    ['verify.expression', verify?.expression ?? ''],
    ...(kind === 'query' ? [['query', text(args['expression'])] as const] : []),
    ...(kind === 'eval' ? [['eval', text(args['suite'])] as const] : []),
    ...(kind === 'use' ? [['use.runbook', text(args['runbook'])] as const] : []),
    ...(kind === 'http' ? [['http.connection', text(args['connection'])] as const] : []),
    ...(kind === 'exec'
      ? ([
          ['the program of exec.argv', first(args['argv'])],
          ['the program of exec.undo', first(args['undo'])],
          ['exec.cwd', text(args['cwd'])],
        ] as const)
      : []),
    ...(kind === 'notify' && Array.isArray(args['to']) ? args['to'].map((name: Json) => ['notify.to', text(name)] as const) : []),
    ...(read === undefined ? [] : [['read', JSON.stringify(read)] as const]),
  ];
  return places
    .filter(([, value]) => holdsHole(value))
    .map(([place]) => ({
      rule: 'template-place',
      message: `${id} lets a parameter fill ${place}`,
      hint: place === 'when' || place.endsWith('expression') || place === 'query' ? 'write params.NAME without braces' : 'write it out',
    }));
};
