/** Panels of Grafana as plain data: https://github.com/grafana/grafana/tree/main/packages/grafana-schema */

/** What a dashboard is made of: JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One PromQL query; `legend` names its series. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export type Unit = 'short' | 'percentunit' | 'currencyUSD' | 's' | 'none';

export interface Size {
  /** Of 24 columns. */
  readonly w: number;
  readonly h: number;
}

/** A panel before it has its number and its place. */
export interface Panel extends Size {
  readonly title: string;
  readonly description: string;
  readonly type: 'stat' | 'timeseries' | 'table' | 'state-timeline';
  readonly targets: readonly Json[];
  readonly fieldConfig: Json;
  readonly options: { readonly [key: string]: Json };
  readonly transformations?: readonly Json[];
}

const datasource = { type: 'prometheus', uid: '${datasource}' } as const;

const refIdOf = (at: number): string => String.fromCharCode(65 + at);

const ranged = ({ expr, legend }: Query, at: number): Json => ({
  ...{ datasource, editorMode: 'code', expr, legendFormat: legend, range: true, refId: refIdOf(at) },
});

const instant = ({ expr, legend }: Query, at: number, format: 'time_series' | 'table'): Json => ({
  ...{ datasource, editorMode: 'code', expr, format, instant: true, legendFormat: legend, range: false, refId: refIdOf(at) },
});

/** Colours from a value on, ascending; the first from anything. */
export type Steps = readonly (readonly [color: string, from: number | null])[];

const thresholds = (steps: Steps): Json => ({ mode: 'absolute', steps: steps.map(([color, value]) => ({ color, value })) });
export const plain: Steps = [['text', null]];

export interface Look {
  readonly unit: Unit;
  readonly steps?: Steps;
  readonly max?: number;
  readonly decimals?: number;
}

const numbers = ({ unit, decimals, max }: Look) => ({
  unit,
  min: 0,
  ...(max === undefined ? {} : { max }),
  ...(decimals === undefined ? {} : { decimals }),
});

/** One figure a query, as it stands now. Where nothing is known it says so: never 0, never green. */
export const stat = (title: string, description: string, size: Size, queries: readonly Query[], look: Look): Panel => ({
  ...{ title, description, type: 'stat', ...size },
  targets: queries.map((query, at) => instant(query, at, 'time_series')),
  fieldConfig: {
    defaults: {
      ...numbers(look),
      color: { mode: 'thresholds' },
      thresholds: thresholds(look.steps ?? plain),
      mappings: [{ type: 'special', options: { match: 'null', result: { text: 'not known', color: 'orange' } } }],
      noValue: 'not known',
    },
    overrides: [],
  },
  options: {
    ...{ colorMode: 'value', graphMode: 'none', justifyMode: 'auto', orientation: 'auto', textMode: 'auto' },
    ...{ percentChangeColorMode: 'standard', showPercentChange: false, wideLayout: true },
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
});

/** Lines over time. A gap stays a gap: what was not known then is not drawn. */
export const lines = (title: string, description: string, size: Size, queries: readonly Query[], look: Look): Panel => ({
  ...{ title, description, type: 'timeseries', ...size },
  targets: queries.map(ranged),
  fieldConfig: {
    defaults: {
      ...numbers(look),
      color: { mode: 'palette-classic' },
      custom: { drawStyle: 'line', lineInterpolation: 'linear', lineWidth: 1, fillOpacity: 0, showPoints: 'never', spanNulls: false },
      thresholds: thresholds(look.steps ?? plain),
    },
    // What is promised or allowed stands behind what is.
    overrides: [
      {
        matcher: { id: 'byRegexp', options: '/^(promised|limit|budget)/' },
        properties: [
          { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
          { id: 'color', value: { mode: 'fixed', fixedColor: 'orange' } },
        ],
      },
    ],
  },
  options: {
    legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc', hideZeros: false },
  },
});

/** Values of states, with the words and colours of each. */
export type States = readonly (readonly [value: number, text: string, color: string])[];

const mappingOf = (states: States): Json => ({
  type: 'value',
  options: Object.fromEntries(states.map(([value, text, color], index) => [String(value), { text, color, index }])),
});

/** A band a series, coloured by its state. */
export const bands = (title: string, description: string, size: Size, query: Query, states: States): Panel => ({
  ...{ title, description, type: 'state-timeline', ...size },
  targets: [ranged(query, 0)],
  fieldConfig: {
    defaults: {
      color: { mode: 'thresholds' },
      custom: { fillOpacity: 80, lineWidth: 0 },
      mappings: [mappingOf(states)],
      thresholds: thresholds(plain),
    },
    overrides: [],
  },
  options: {
    ...{ alignValue: 'left', mergeValues: true, rowHeight: 0.9, showValue: 'never' },
    legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'single', sort: 'none', hideZeros: false },
  },
});

/** A column of a table: its query, and how its values read. */
export interface Column extends Look {
  readonly name: string;
  readonly expr: string;
  readonly states?: States;
}

/** A row for each value of a label; what is not known stays empty. */
export const table = (title: string, description: string, size: Size, by: string, columns: readonly Column[]): Panel => ({
  ...{ title, description, type: 'table', ...size },
  targets: columns.map(({ expr }, at) => instant({ expr, legend: '' }, at, 'table')),
  fieldConfig: {
    defaults: { custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false, filterable: true }, thresholds: thresholds(plain) },
    overrides: columns.map(({ name, states, ...look }) => ({
      matcher: { id: 'byName', options: name },
      properties: [
        { id: 'unit', value: look.unit },
        ...(look.decimals === undefined ? [] : [{ id: 'decimals', value: look.decimals }]),
        ...(states === undefined ? [] : [{ id: 'mappings', value: [mappingOf(states)] }]),
        ...(look.steps === undefined ? [] : [{ id: 'thresholds', value: thresholds(look.steps) }]),
        ...(states === undefined && look.steps === undefined ? [] : [{ id: 'custom.cellOptions', value: { type: 'color-text' } }]),
      ],
    })),
  },
  options: { cellHeight: 'sm', frameIndex: 0, showHeader: true },
  transformations: [
    { id: 'joinByField', options: { byField: by, mode: 'outer' } },
    {
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(columns.map((_, at) => [`Time${columns.length === 1 ? '' : ` ${at + 1}`}`, true])),
        indexByName: {},
        renameByName: Object.fromEntries(columns.map(({ name }, at) => [`Value #${refIdOf(at)}`, name])),
      },
    },
  ],
});
