import type { LoadedFleet } from '../fleet/load-fleet.ts';
import { openSources } from '../fleet/open-sources.ts';
import { readFiles } from '../fleet/read-files.ts';
import { formatDuration } from '../ground/units/duration.ts';
import type { Session } from './command.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';

const { ok } = findingsIn('settings');

/** Each setting with the place its value came from: a flag, a variable, the manifest, or what is built in. */
export const diagnoseSettings = (
  { ctx, flags, format }: Session,
  loaded: LoadedFleet | null,
  timeoutMs: number,
  timeoutGiven: boolean,
): readonly Diagnosed[] => [
  ok('output', `${format} (${flags.output?.includes(format) ? '--output' : flags.json === true ? '--json' : 'built in'})`),
  ok('colour', colourSource(flags.color, ctx.env)),
  ok('questions', flags.input === false ? 'never (--no-input)' : ctx.env['CI'] ? 'never (CI)' : 'on a terminal (built in)'),
  ok('timeout of doctor', `${formatDuration(timeoutMs)} (${timeoutGiven ? '--timeout' : 'built in'})`),
  ...(loaded === null ? [] : fleetSettings(ctx, loaded)),
];

const colourSource = (flag: boolean | undefined, env: Session['ctx']['env']): string => {
  if (flag === false) return 'off (--no-color)';
  const named = ['FORCE_COLOR', 'NO_COLOR'].find((name) => env[name]);
  return named === undefined ? 'on a terminal (built in)' : `by ${named}`;
};

const fleetSettings = (ctx: Session['ctx'], { fleet, place }: LoadedFleet): readonly Diagnosed[] => {
  const { root } = readFiles(openSources(ctx, place.path), place.path, true);
  const defaults = root?.entries.get('defaults');
  const from = (isSet: boolean | undefined) => (isSet === true ? 'manifest' : 'built in');
  const inDefaults = (key: string) => from(defaults?.kind === 'map' && defaults.entries.has(key));
  return [
    ok('manifest', `${place.path} (${place.because})`),
    ok(
      'state',
      `${fleet.database === null ? '' : 'the database that state: names; cache in '}${fleet.stateFolder} (${from(root?.entries.has('state'))})`,
    ),
    ok('defaults.timeout', `${formatDuration(fleet.defaults.timeoutMs)} (${inDefaults('timeout')})`),
    ok('defaults.window', `${formatDuration(fleet.defaults.windowMs)} (${inDefaults('window')})`),
  ];
};
