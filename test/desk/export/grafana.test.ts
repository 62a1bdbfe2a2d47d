import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { grafanaDashboard } from '../../../src/desk/export/grafana.ts';
import { ruleMetrics } from '../../../src/views/rule-metrics.ts';
import { receiverMetrics } from '../../../src/views/serve-metrics.ts';
import { statusMetrics } from '../../../src/views/status-metrics.ts';
import { peersFolder } from '../../peers/start-peer.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { promtoolCheck } from '../../support/promtool.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
  readonly options?: unknown;
  readonly fieldConfig?: { readonly defaults: { readonly custom?: unknown } };
}

interface Annotation {
  readonly expr: string;
}

const text = grafanaDashboard({ name: 'Acme & Söhne: "prod"' });
const dashboard = JSON.parse(text) as {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly Annotation[] };
};
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

/**
 * A program that is right where the JSON has the types of Grafana's schema. That gives words and numbers as enumerations, which JSON has
 * not: their values stand for them. What the Prometheus plugin keeps of an annotation beside them is its own affair.
 */
const program = (): string => {
  const pluginKeys = ['expr', 'step', 'titleFormat', 'textFormat', 'tagKeys', 'useValueForTime'];
  const list = dashboard.annotations.list.map((each) =>
    Object.fromEntries(Object.entries(each).filter(([key]) => !pluginKeys.includes(key))),
  );
  const lines = [
    "import type { Dashboard, GraphFieldConfig, TableFieldOptions, TableOptions } from '@grafana/schema';",
    "import type { Options as Stat } from '@grafana/schema/raw/composable/stat/panelcfg/x/types.gen';",
    "import type { Options as Timeseries } from '@grafana/schema/raw/composable/timeseries/panelcfg/x/types.gen';",
    "import type { Options as Bands, FieldConfig as BandsField } from '@grafana/schema/raw/composable/statetimeline/panelcfg/x/types.gen';",
    'type Written<T> = unknown extends T ? T : T extends string ? `${T}` : T extends number | boolean | null | undefined ? T',
    '  : T extends readonly (infer I)[] ? Written<I>[] : T extends object ? { [K in keyof T]: Written<T[K]> } : T;',
    'type Field = Partial<Written<GraphFieldConfig>>;',
    `const dashboard: Written<Dashboard> = ${JSON.stringify({ ...dashboard, annotations: { list } }, null, 1)};`,
  ];
  const types: Readonly<Record<string, readonly [options: string, field: string]>> = {
    stat: ['Written<Stat>', 'undefined'],
    timeseries: ['Written<Timeseries>', 'Field'],
    table: ['Written<TableOptions>', 'Written<TableFieldOptions>'],
    'state-timeline': ['Written<Bands>', 'Partial<Written<BandsField>>'],
  };
  for (const { id, type, options, fieldConfig } of dashboard.panels) {
    const [ofOptions, ofField] = types[type] ?? [];
    if (type === 'row') continue;
    lines.push(`const options${id}: ${ofOptions} = ${JSON.stringify(options)};`);
    lines.push(`const field${id}: ${ofField} = ${JSON.stringify(fieldConfig?.defaults.custom)};`);
  }
  return lines.join('\n');
};

/** What the compiler says of a program; empty: it is right. */
const compile = (source: string): string => {
  const folder = temporaryFolder();
  const types = join(peersFolder, 'node_modules/@grafana/schema/dist/types');
  writeFileSync(join(folder, 'dashboard.ts'), source);
  const compilerOptions = {
    ...{ strict: true, noEmit: true, module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true, target: 'es2023', types: [] },
    paths: { '@grafana/schema': [join(types, 'index.d.ts')], '@grafana/schema/*': [join(types, '*')] },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['dashboard.ts'] }));
  try {
    execFileSync(resolve('node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    return '';
  } catch (thrown) {
    return String((thrown as { readonly stdout?: string }).stdout);
  }
};

describeWithPeer("Grafana's own schema", { packages: ['@grafana/schema'] }, () => {
  test('has every key and value of the dashboard', { timeout: 60_000 }, () => {
    expect(compile(program())).toBe('');
  });

  test('would tell of a key or a value that it has not', { timeout: 60_000 }, () => {
    expect(compile(program().replace('"graphMode":"none"', '"graphMode":"some"'))).toContain('"some"');
    expect(compile(program().replace('"schemaVersion"', '"schemeVersion"'))).toContain('schemeVersion');
  });
});

describeWithPeer('PromQL of the dashboard', { programs: ['promtool'] }, () => {
  test('is PromQL, whatever is chosen', () => {
    const rules = expressions.map((expr, at) => ({ record: `dashboard:${at}`, expr: expr.replaceAll(/\$(job|agent)/g, '.+') }));
    expect(promtoolCheck(JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))).toBe('');
  });
});

describe('the dashboard', () => {
  test('asks for metrics that serve has', () => {
    const known = new Set([...ruleMetrics, ...statusMetrics, ...receiverMetrics].map(({ name }) => name));
    const named = expressions.flatMap((expr) => expr.match(/\bagentops_[a-z_]+/g) ?? []);
    expect(named.length).toBeGreaterThan(expressions.length);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('is found again by its name, and is the same every time', () => {
    expect(dashboard.uid).toBe('agentops-acme-s-hne-prod');
    expect(grafanaDashboard({ name: 'Acme & Söhne: "prod"' })).toBe(text);
  });

  test('has panels that do not lie over each other', () => {
    const boxes = dashboard.panels.map(({ gridPos }) => gridPos);
    const overlaps = boxes.flatMap((a, at) =>
      boxes.slice(at + 1).filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect(overlaps).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(Math.max(...boxes.map(({ x, w }) => x + w))).toBe(24);
  });
});
