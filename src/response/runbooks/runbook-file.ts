import { createHash } from 'node:crypto';
import { showPath } from '../../fleet/problem-words.ts';
import { type PlacedProblem, type Problem, readWith, suggestion } from '../../fleet/problems.ts';
import type { At } from '../../fleet/slots.ts';
import { locate, parseYaml, plainValue, type YamlNode } from '../../fleet/yaml.ts';
import type { Json } from '../../ground/json.ts';
import { mayBeAbsent } from './param-default.ts';
import { readParam } from './param-value.ts';
import type { Param, Runbook, RunbookClass, Step, StepKind, Verification } from './runbook.ts';
import { type ParsedRunbook, runbookSchema } from './schema.ts';
import { kindSchemas, type ParsedStep } from './step-schema.ts';
import { brokenHole, holesIn } from './template.ts';

/** An expression of a runbook with the place it stands at; its language is loaded by whoever wants to check it. */
export interface PlacedExpression {
  readonly text: string;
  readonly name: string;
  readonly at: At;
}

export interface ReadRunbook {
  /** Null where something is wrong. */
  readonly runbook: Runbook | null;
  readonly problems: readonly PlacedProblem[];
  readonly expressions: readonly PlacedExpression[];
}

/** The text of a runbook, read and checked but for its expressions and for the runbooks that it uses; everything wrong with it at once. */
export const readRunbookText = (text: string, path: string): ReadRunbook => {
  const nothing = (problems: readonly PlacedProblem[]): ReadRunbook => ({ runbook: null, problems, expressions: [] });
  const { root, problems: syntax } = parseYaml(text, path);
  if (syntax.length > 0) return nothing(syntax);
  if (root?.kind !== 'map') {
    const at = root?.at ?? { file: path, line: 1, column: 1 };
    const message = root === null ? 'the file is empty' : 'the file must be a map of sections';
    return nothing([{ at, message, hint: 'begin with metadata:, and see agentops runbook show kill --yaml' }]);
  }
  const value = plainValue(root);
  const place = ({ path: where, about, message, hint }: Problem): PlacedProblem => ({
    at: locate(root, where, about),
    message: where.length === 0 ? `the runbook ${message}` : `${showPath(where)} ${message}`,
    hint,
  });
  const parsed = readWith(runbookSchema, value);
  const wrong = 'problems' in parsed ? withoutEchoes(parsed.problems).map(place) : [];
  const found = [...wrong, ...textProblems(value as Json, []).map(place)];
  if ('problems' in parsed) return nothing(found);
  const { params, problems } = readParams(parsed.data);
  const runbook = assemble(parsed.data, params, { root, text, path });
  const all = [...found, ...[...problems, ...idProblems(runbook), ...holeProblems(runbook, parsed.data)].map(place)];
  return {
    runbook: all.length === 0 ? runbook : null,
    problems: all,
    expressions: all.length === 0 ? expressionsOf(parsed.data, root) : [],
  };
};

/** Where a key of a step is misspelled, it is clear why the step says nothing. */
const withoutEchoes = (problems: readonly Problem[]): readonly Problem[] =>
  problems.filter(
    ({ message, path }) =>
      !message.startsWith('must say what it does') ||
      !problems.some(
        (other) => other.about === 'key' && other.path.length === path.length + 1 && path.every((key, at) => other.path[at] === key),
      ),
  );

/** What no text of a runbook may hold: references are the manifest's, and braces name parameters. */
const textProblems = (value: Json, path: readonly PropertyKey[]): readonly Problem[] => {
  if (typeof value === 'string') {
    if (brokenHole(value) !== null)
      return [{ path, about: 'value', message: 'holds braces that name no parameter', hint: 'write {{ params.NAME }}' }];
    if (!/\$\{[A-Za-z_][^}]*\}/.test(value)) return [];
    const hint = 'make it a parameter, or let a connection of the manifest hold it';
    return [{ path, about: 'value', message: 'holds a reference, and a runbook takes nothing from the environment', hint }];
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value as Readonly<Record<string, Json>>).flatMap(([key, each]) =>
    textProblems(each, [...path, Array.isArray(value) ? Number(key) : key]),
  );
};

const readParams = ({ params }: ParsedRunbook): { readonly params: readonly Param[]; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const read = Object.entries(params).map(([name, { type, description, choices = [], optional, unless = [], ...given }]): Param => {
    const problem = (key: string, message: string, hint: string | null) =>
      problems.push({ path: ['params', name, key], about: 'value', message, hint });
    if (type === 'choice' && choices.length === 0) problem('choices', 'is missing', 'add choices: [one, two]');
    if (type !== 'choice' && choices.length > 0) problem('choices', `means nothing beside type ${type}`, null);
    if (optional && (given.default !== undefined || type === 'agent'))
      problem('optional', given.default === undefined ? 'means nothing beside type agent' : 'cannot stand beside default', 'leave it out');
    if (unless.length > 0 && given.default === undefined) problem('unless', 'means nothing without default', 'leave it out');
    const strange = unless.find((other) => params[other]?.optional !== true);
    if (strange !== undefined) problem('unless', `names ${strange}, which is no optional parameter`, `add optional: true to ${strange}`);
    const readBound = (key: 'min' | 'max' | 'default', bounds: Pick<Param, 'min' | 'max'>): Json => {
      const text = given[key];
      if (text === undefined) return null;
      const reading = readParam({ type, choices, ...bounds }, text);
      if ('value' in reading) return reading.value;
      problem(key, `${reading.problem} (found ${JSON.stringify(text)})`, reading.hint);
      return null;
    };
    const boundOf = (key: 'min' | 'max'): number | null => {
      const value = readBound(key, { min: null, max: null });
      if (value !== null && typeof value !== 'number') problem(key, `means nothing beside type ${type}`, null);
      return typeof value === 'number' ? value : null;
    };
    const [min, max] = [boundOf('min'), boundOf('max')];
    return { name, type, description, fallback: readBound('default', { min, max }), unless, optional, choices, min, max };
  });
  return { params: read, problems };
};

interface Source {
  readonly root: YamlNode;
  readonly text: string;
  readonly path: string;
}

const assemble = ({ metadata, ...rest }: ParsedRunbook, params: readonly Param[], { root, text, path }: Source): Runbook => {
  const agents = params.filter(({ type }) => type === 'agent');
  const [only] = agents;
  const shared = {
    class: metadata.class,
    target: agents.length === 1 && only !== undefined ? `{{ params.${only.name} }}` : null,
  };
  const counts = new Map<string, number>();
  const steps = (list: 'steps' | 'finally') =>
    rest[list].map((step, at): Step => assembleStep(step, { ...shared, counts, at: locate(root, [list, at]) }));
  return {
    name: metadata.name,
    version: metadata.version,
    class: metadata.class,
    owner: metadata.owner ?? null,
    description: metadata.description,
    path,
    hash: createHash('sha256').update(text).digest('hex'),
    params,
    triggers: rest.triggers,
    guardrails: {
      runsPerHour: rest.guardrails.runs_per_hour ?? null,
      maxTargets: rest.guardrails.targets ?? null,
      mitigationsPerAgent: rest.guardrails.mitigations_per_agent ?? null,
      environments: rest.guardrails.environments ?? null,
      cooldownMs: rest.guardrails.cooldown,
      reversibleOnly: rest.guardrails.reversible_only,
    },
    lock: rest.lock ?? null,
    require: rest.require,
    steps: steps('steps'),
    finally: steps('finally'),
    at: root.at,
  };
};

const kinds = Object.keys(kindSchemas) as readonly StepKind[];

const kindOf = (step: ParsedStep): StepKind => kinds.find((kind) => step[kind] !== undefined) ?? 'manual';

interface Surroundings {
  readonly class: RunbookClass;
  readonly target: string | null;
  /** How often each kind was met. */
  readonly counts: Map<string, number>;
  readonly at: At;
}

/** What contains a danger to people stays: it is never taken back but by a person. */
const assembleStep = (step: ParsedStep, { class: ofRunbook, target, counts, at }: Surroundings): Step => {
  const kind = kindOf(step);
  const isSafety = ofRunbook === 'safety';
  const count = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, count);
  return {
    id: step.id ?? (count === 1 ? kind : `${kind}_${count}`),
    kind,
    target: step.target ?? target,
    when: step.when ?? null,
    args: (step[kind] ?? {}) as Step['args'],
    timeoutMs: step.timeout,
    retries: step.retry,
    onFail: step.on_fail ?? (isSafety ? 'stop' : 'undo'),
    ttlMs: typeof step.ttl === 'number' ? step.ttl : null,
    ttlParam: typeof step.ttl === 'string' ? (holesIn(step.ttl)[0] ?? null) : null,
    onExpiry: step.on_expiry ?? (isSafety ? 'page' : 'revert'),
    verify: step.verify === undefined ? null : verificationOf(step.verify),
    approval: step.approval,
    irreversible: step.irreversible,
    ...(step.mitigation ? {} : { isNormal: true }),
    undo: step.undo ?? (isSafety ? 'keep' : 'restore'),
    uses: [],
    at,
  };
};

const verificationOf = (verify: NonNullable<ParsedStep['verify']>): Verification => ({
  check: verify.check ?? null,
  eval: verify.eval ?? null,
  expression: verify.expression ?? null,
  windowMs: verify.window,
  deadlineMs: verify.deadline,
});

const idProblems = ({ steps, finally: last }: Runbook): readonly Problem[] => {
  const seen = new Set<string>();
  const problemsIn = (list: readonly Step[], name: 'steps' | 'finally') =>
    list.flatMap(({ id }, at): Problem[] => {
      if (!seen.has(id)) {
        seen.add(id);
        return [];
      }
      return [{ path: [name, at, 'id'], about: 'value', message: `a step ${id} stands already further up`, hint: 'give it another id' }];
    });
  return [...problemsIn(steps, 'steps'), ...problemsIn(last, 'finally')];
};

/** Parameters that are named and not declared, or that may be absent where there must be something. */
const holeProblems = ({ params }: Runbook, parsed: ParsedRunbook): readonly Problem[] => {
  const declared = params.map(({ name }) => name);
  const unknown = (value: Json, path: readonly PropertyKey[]): readonly Problem[] =>
    holesIn(value)
      .filter((name) => !declared.includes(name))
      .map((name) => ({
        path,
        about: 'value',
        message: `names the parameter ${name}, which is not declared`,
        hint: suggestion(name, declared),
      }));
  const absent = params.filter(mayBeAbsent).map(({ name }) => name);
  const needy = (value: Json, path: readonly PropertyKey[]): readonly Problem[] =>
    holesIn(value)
      .filter((name) => absent.includes(name))
      .map((name) => ({ path, about: 'value', message: `names ${name}, which may be absent`, hint: `give ${name} a default` }));
  const ofSteps = (list: 'steps' | 'finally') =>
    parsed[list].flatMap((step, at) => [
      ...unknown(step as Json, [list, at]),
      ...(['target', 'ttl', 'wait'] as const).flatMap((key) => needy((step[key] ?? null) as Json, [list, at, key])),
    ]);
  return [...ofSteps('steps'), ...ofSteps('finally'), ...unknown(parsed.lock ?? null, ['lock']), ...needy(parsed.lock ?? null, ['lock'])];
};

const expressionsOf = (parsed: ParsedRunbook, root: YamlNode): readonly PlacedExpression[] => {
  const placed = (text: string | undefined, path: readonly PropertyKey[]): readonly PlacedExpression[] =>
    text === undefined ? [] : [{ text, name: showPath(path), at: locate(root, path) }];
  const ofSteps = (list: 'steps' | 'finally') =>
    parsed[list].flatMap((step, at) => [
      ...placed(step.when, [list, at, 'when']),
      ...placed(step.verify?.expression, [list, at, 'verify', 'expression']),
      ...placed(step.query?.['expression'] as string | undefined, [list, at, 'query']),
    ]);
  return [...parsed.require.flatMap((text, at) => placed(text, ['require', at])), ...ofSteps('steps'), ...ofSteps('finally')];
};
