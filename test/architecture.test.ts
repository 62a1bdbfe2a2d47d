import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Wings from left to right; inside a wing its rooms from first to last, siblings on one line never importing each other. */
const wings: readonly (readonly [string, readonly (readonly string[])[]])[] = [
  ['ground', [['errors', 'json'], ['json-path', 'pattern'], ['units', 'math', 'redaction'], ['output', 'store'], ['runtime'], ['audit']]],
  ['fleet', []],
  ['clients', []],
  ['agents', [['prices'], ['protocols'], ['providers']]],
  ['telemetry', [['traces'], ['stats'], ['cost'], ['advice']]],
  ['quality', [['expect'], ['evals'], ['health']]],
  ['controls', [['actions', 'queues']]],
  ['oversight', [['notify'], ['alerts'], ['status', 'providers']]],
  ['response', [['runbooks'], ['incidents', 'scale'], ['tick']]],
  ['views', []],
  ['desk', [['serve', 'report', 'export', 'demo']]],
  ['cli', []],
];

/** One owner each: package → the only file (or folder) that may import it. */
const owners: Readonly<Record<string, string>> = {
  undici: 'ground/runtime/http',
  'better-sqlite3': 'ground/store/sqlite',
  pg: 'ground/store/postgres.ts',
  yaml: 'fleet/yaml.ts',
  chalk: 'ground/runtime/terminal',
  ora: 'ground/runtime/terminal',
  '@inquirer/prompts': 'ground/runtime/terminal',
  'cli-table3': 'ground/output/table.ts',
  'simple-ascii-chart': 'ground/output/plot.ts',
  re2js: 'ground/pattern.ts',
  croner: 'ground/units/cron.ts',
  'jsonpath-rfc9535': 'ground/json-path.ts',
  '@pydantic/genai-prices': 'agents/prices/price-table.ts',
  '@marcbachmann/cel-js': 'response/runbooks/expression.ts',
  commander: 'cli/',
  'd3-scale': 'desk/report/',
  'd3-shape': 'desk/report/',
  ioredis: 'clients/redis.ts',
  bullmq: 'clients/bullmq.ts',
  nodemailer: 'clients/smtp.ts',
};

/** Rooms that are effects throughout and name their files by idea. */
const effectRooms = ['ground/store/', 'ground/runtime/', 'clients/', 'desk/serve/', 'cli/'];
const effectVerbs =
  /^(apply|ask|collect|converse|detect|draw|evaluate|expire|explain|grade|ingest|load|migrate|open|probe|read|rebuild|reconcile|record|replay|require|run|send|serve|sign|simulate|start|sync|undo|verify)(-|$)/;
/** Files beside a port that implement it around another: the decorators. */
const decorators = ['paced', 'rehearsed', 'twinned'];
/** Folders whose files are adapters: one default export each. */
const adapterFolder = /\/(kinds|backends|drivers|channels|families)\//;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
  readonly isLazy: boolean;
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : path.endsWith('.ts') ? [path] : [];
  });

const nameOf = (path: string): string => relative(src, path).split(sep).join('/');
const files = filesIn(src).map((path) => ({ path, name: nameOf(path), text: readFileSync(path, 'utf8') }));

const importsOf = ({ path, name, text }: (typeof files)[number]): readonly Import[] => {
  const target = (specifier: string) => (specifier.startsWith('.') ? nameOf(resolve(dirname(path), specifier)) : specifier);
  const fixed = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?'([^']+)'/gm)].map((match) => ({
    from: name,
    to: target(match[2] ?? ''),
    isType: match[1] !== undefined,
    isLazy: false,
  }));
  const lazy = [...text.matchAll(/import\('([^']+)'\)/g)].map((match) => ({
    from: name,
    to: target(match[1] ?? ''),
    isType: false,
    isLazy: true,
  }));
  return [...fixed, ...lazy];
};

const imports = files.flatMap(importsOf);
const inside = imports.filter(({ to }) => to.endsWith('.ts'));
const outside = imports.filter(({ to }) => !to.endsWith('.ts'));
const wingOf = (name: string): number => wings.findIndex(([wing]) => name.startsWith(`${wing}/`));
const roomOf = (name: string): string => (name.split('/')[1] ?? '').replace(/\.ts$/, '');
const tellAll = (found: readonly string[]) => expect(found).toEqual([]);

/** What is kept of the top level: somebody's own notes beside it are theirs. Where this is no checkout, everything but what a build leaves. */
const topLevel = (): readonly string[] => {
  const root = resolve(src, '..');
  const { status, stdout } = spawnSync('git', ['ls-tree', '--name-only', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n') : readdirSync(root).filter((name) => name !== 'node_modules' && name !== 'dist');
};

test('the top level holds what a stranger looks for there, and settings of tools hide behind a dot', () => {
  const held =
    'package.json package-lock.json tsconfig.json tsconfig.test.json biome.json vitest.config.ts bin src runbooks fixtures test README.md LICENSE CHANGELOG.md'.split(
      ' ',
    );
  tellAll(topLevel().filter((name) => !name.startsWith('.') && !held.includes(name)));
});

describe('who imports whom', () => {
  test('every file stands in a wing', () => tellAll(files.map(({ name }) => name).filter((name) => wingOf(name) < 0)));

  test('a wing imports only wings to its left', () =>
    tellAll(inside.filter(({ from, to }) => wingOf(to) > wingOf(from)).map(({ from, to }) => `${from} → ${to}`)));

  test('a room imports only itself and the rooms before it', () => {
    const wrong = inside.filter(({ from, to }) => {
      if (wingOf(from) !== wingOf(to)) return false;
      const rooms = wings[wingOf(from)]?.[1] ?? [];
      if (rooms.length === 0 || roomOf(from) === roomOf(to)) return false;
      // What others may hold of a store or of the outside world is types only.
      if (to === 'ground/store/port.ts' || to === 'ground/runtime/context.ts') return false;
      const rank = (name: string) => rooms.findIndex((row) => row.includes(roomOf(name)));
      return rank(to) >= rank(from);
    });
    tellAll(wrong.map(({ from, to }) => `${from} → ${to}`));
  });

  test('nothing imports in a circle', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, isType, isLazy } of inside) if (!isType && !isLazy) next.set(from, [...(next.get(from) ?? []), to]);
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (name: string, trail: readonly string[]) => {
      if (trail.includes(name)) circles.push([...trail.slice(trail.indexOf(name)), name].join(' → '));
      if (done.has(name) || trail.includes(name)) return;
      for (const each of next.get(name) ?? []) visit(each, [...trail, name]);
      done.add(name);
    };
    for (const name of next.keys()) visit(name, []);
    tellAll(circles);
  });

  test('each library has one owner', () => {
    const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    const wrong = outside.filter(({ from, to }) => !from.startsWith(owners[packageOf(to)] ?? ''));
    tellAll(wrong.map(({ from, to }) => `${from} imports ${to}`));
  });

  test('what speaks to a control plane is loaded when it is first used', () => {
    const late = outside.filter(({ to, isLazy, isType }) => ['ioredis', 'bullmq', 'nodemailer'].includes(to) && !isLazy && !isType);
    tellAll(late.map(({ from, to }) => `${from} imports ${to}`));
  });

  test('a command imports statically only its words and types', () => {
    const wrong = imports.filter(
      ({ from, to, isType, isLazy }) =>
        from.startsWith('cli/commands/') && !isLazy && !isType && !['cli/command.ts', 'cli/flags.ts'].includes(to),
    );
    tellAll(wrong.map(({ from, to }) => `${from} → ${to}`));
  });

  test('an adapter imports no other adapter, and its room reaches it lazily through the registry', () => {
    const toAdapters = inside.filter(({ to }) => adapterFolder.test(`/${to}`));
    const wrong = toAdapters.filter(
      ({ from, isLazy }) => adapterFolder.test(`/${from}`) || !isLazy || posix.basename(from) !== 'registry.ts',
    );
    tellAll(wrong.map(({ from, to }) => `${from} → ${to}`));
  });

  test('a view imports only types of the rooms it shows', () => {
    const free = /^(ground\/(output|units|errors|json)|views\/)/;
    const wrong = inside.filter(({ from, to, isType }) => from.startsWith('views/') && !isType && !free.test(to) && !isRule(to));
    tellAll(wrong.map(({ from, to }) => `${from} → ${to}`));
  });
});

/** A file of values and pure functions: not an effect, a decorator, a query, an adapter, a registry or a page of types. */
const isRule = (name: string): boolean => {
  const base = posix.basename(name, '.ts');
  if (effectRooms.some((room) => name.startsWith(room)) || adapterFolder.test(`/${name}`)) return false;
  return !effectVerbs.test(base) && !/\.(journal|cache)$/.test(base) && !['port', 'registry', 'schema', ...decorators].includes(base);
};

describe('what a file may do', () => {
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

  test('a rule does nothing but compute', () => {
    const wrong = files.flatMap(({ name, text }) => {
      if (!isRule(name)) return [];
      const found: string[] = [];
      if (/\basync\b|\bawait\b/.test(code(text))) found.push('is asynchronous');
      if (/\b(Context|World)\b/.test(code(text)) && name !== 'fleet/slots.ts') found.push('touches the world');
      for (const match of text.matchAll(/from 'node:([^']+)'/g))
        if (!['crypto', 'path'].includes(match[1] ?? '')) found.push(`imports node:${match[1]}`);
      return found.map((what) => `${name} ${what}`);
    });
    tellAll(wrong);
  });

  test('clock, chance, process and console belong to the runtime and the command line', () => {
    const wrong = files.filter(
      ({ name, text }) =>
        !name.startsWith('ground/runtime/') &&
        !name.startsWith('cli/') &&
        /\b(Date\.now|Math\.random|process\.|console\.|fetch\()/.test(code(text).replace(/ctx\.process|world\.process|\.process\./g, '')),
    );
    tellAll(wrong.map(({ name }) => name));
  });

  test('SQL stands beside its noun, and tables in the store', () => {
    const sql = /['`]\s*(SELECT\s|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)/;
    tellAll(
      files
        .filter(({ name, text }) => sql.test(text) && !/\.(journal|cache)\.ts$/.test(name) && !name.startsWith('ground/store/'))
        .map(({ name }) => name),
    );
  });

  test('a port has types only', () => {
    tellAll(
      files
        .filter(({ name, text }) => name.endsWith('/port.ts') && /^export (const|function|class|let)/m.test(text))
        .map(({ name }) => name),
    );
  });

  test('an adapter has one default export and nothing else', () => {
    const wrong = files.filter(
      ({ name, text }) => adapterFolder.test(`/${name}`) && (!/^export default /m.test(text) || /^export (?!default)/m.test(text)),
    );
    tellAll(wrong.map(({ name }) => name));
  });

  test('no file has grown past two ideas', () => {
    tellAll(files.filter(({ text }) => text.split('\n').length > 300).map(({ name, text }) => `${name}: ${text.split('\n').length} lines`));
  });

  test('names say what they are', () => {
    tellAll(files.filter(({ name }) => /(^|[/-])(utils?|helpers?|common|manager|base|misc)([-.]|$)/.test(name)).map(({ name }) => name));
  });
});
