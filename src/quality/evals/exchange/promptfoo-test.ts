import { isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import { fillText, type Vars } from '../template.ts';
import { namesIn, whyNotPlain } from './nunjucks-text.ts';
import { convertAssertions, type Unmapped } from './promptfoo-assertion.ts';
import { type ConvertedPrompt, convertPrompt } from './promptfoo-prompt.ts';

/** A test of promptfoo with the files it names read, and what every test takes besides. */
export interface TestParts {
  readonly test: JsonObject;
  readonly defaults: JsonObject;
  readonly prompts: readonly { readonly label: string; readonly raw: string }[];
}

export interface ConvertedTest {
  /** Cases as written; each asks its own `input`. */
  readonly cases: readonly JsonObject[];
  readonly unmapped: readonly Unmapped[];
  /** The same for what `defaultTest` says. */
  readonly unmappedDefaults: readonly Unmapped[];
}

/** Keys of a test that change nothing here, or are taken over. */
const understood = ['vars', 'assert', 'options', 'description', 'metadata', 'tags'];
/** What makes the verdict of a test another one, so that the test is left out. */
const decisive: Readonly<Record<string, string>> = {
  threshold: 'it passes by its score, and here every assertion must pass',
  assertScoringFunction: 'it passes by a function of its scores',
  prompts: 'it is for some of the prompts alone',
  provider: 'it is for a provider of its own',
  providers: 'it is for some of the providers alone',
  providerOutput: 'it judges an answer that is written down',
};
/** Options without a meaning where an agent answers. */
const idleOptions = [
  'prefix',
  'suffix',
  'disableDefaultAsserts',
  'disableVarExpansion',
  'provider',
  'rubricPrompt',
  'runSerially',
  'storeOutputAs',
];

/** Every case that a test stands for: one for each prompt, and one for each combination of variables that are lists of texts. */
export const convertTest = ({ test, defaults, prompts }: TestParts): ConvertedTest => {
  const whyNot = decisiveKey(test) ?? decisiveKey(defaults);
  if (whyNot !== null) return { cases: [], unmapped: [whyNot], unmappedDefaults: [] };
  const options = { ...objectAt(defaults, 'options'), ...objectAt(test, 'options') };
  const unmapped: Unmapped[] = [...strayKeys(test), ...strayOptions(options)];
  const transforms = ['transform', 'postprocess', 'transformVars'].filter((key) => options[key] !== undefined);
  if (transforms.length > 0) return { cases: [], unmapped, unmappedDefaults: [] };
  const own = convertAssertions(listAt(test, 'assert'));
  const shared = options['disableDefaultAsserts'] === true ? { expect: [], unmapped: [] } : convertAssertions(listAt(defaults, 'assert'));
  unmapped.push(...own.unmapped.map((each) => ({ ...each, path: ['assert', ...each.path] })));
  const wanted = listAt(test, 'assert').length + (options['disableDefaultAsserts'] === true ? 0 : listAt(defaults, 'assert').length);
  const expect = [...shared.expect, ...own.expect];
  const unmappedDefaults = shared.unmapped.map((each) => ({ ...each, path: ['assert', ...each.path] }));
  if (expect.length === 0 && wanted > 0) return { cases: [], unmapped, unmappedDefaults };

  const cases: JsonObject[] = [];
  const given = { ...objectAt(defaults, 'vars'), ...objectAt(test, 'vars') };
  for (const vars of options['disableVarExpansion'] === true ? [given] : combinationsOf(given)) {
    const settled = settle(vars);
    if ('why' in settled) {
      unmapped.push({ path: ['vars', settled.name], name: `the variable ${settled.name}`, why: settled.why });
      break;
    }
    for (const { label, raw } of prompts) {
      const prompt: ConvertedPrompt = convertPrompt(`${textAt(options, 'prefix')}${raw}${textAt(options, 'suffix')}`);
      if ('why' in prompt) continue;
      const mentioned = namesIn([prompt.input, ...expect]);
      // What has no value is nothing for promptfoo.
      const missing = Object.fromEntries(mentioned.filter((name) => !Object.hasOwn(settled.vars, name)).map((name) => [name, '']));
      cases.push({
        ...(typeof test['description'] === 'string' ? { id: test['description'] } : {}),
        ...(prompts.length > 1 ? { cluster: label } : {}),
        ...(Object.keys(objectAt(test, 'metadata')).length === 0 ? {} : { tags: tagsOf(objectAt(test, 'metadata')) }),
        vars: { ...settled.vars, ...missing },
        input: prompt.input,
        // A test without assertions passes whenever something is answered.
        expect: expect.length === 0 ? [{ outcome: 'ok' }] : expect,
      });
    }
  }
  return { cases, unmapped, unmappedDefaults };
};

const decisiveKey = (test: JsonObject): Unmapped | null => {
  const key = Object.keys(decisive).find((name) => test[name] !== undefined && test[name] !== null);
  return key === undefined ? null : { path: [key], name: key, why: decisive[key] ?? '' };
};

const strayKeys = (test: JsonObject): readonly Unmapped[] =>
  Object.keys(test)
    .filter((key) => !understood.includes(key) && decisive[key] === undefined)
    .map((key) => ({ path: [key], name: key, why: 'it has no counterpart' }));

const strayOptions = (options: JsonObject): readonly Unmapped[] =>
  Object.keys(options)
    .filter((key) => !idleOptions.includes(key))
    .map((key) => ({
      path: ['options', key],
      name: key,
      why: key.startsWith('transform') || key === 'postprocess' ? 'answers are judged as they are' : 'it has no counterpart',
    }));

const objectAt = (value: JsonObject, key: string): JsonObject => {
  const found = value[key];
  return isObject(found) ? found : {};
};
const listAt = (value: JsonObject, key: string): readonly Json[] => {
  const found = value[key];
  return Array.isArray(found) ? found : [];
};
const textAt = (value: JsonObject, key: string): string => {
  const found = value[key];
  return typeof found === 'string' ? found : '';
};

/** Every choice of one text from each variable that is a list of texts. */
const combinationsOf = (vars: JsonObject): readonly JsonObject[] =>
  Object.entries(vars).reduce<readonly JsonObject[]>(
    (combinations, [name, value]) => {
      const choices: readonly Json[] = Array.isArray(value) && typeof value[0] === 'string' ? value : [value];
      return combinations.flatMap((combination) => choices.map((choice) => ({ ...combination, [name]: choice })));
    },
    [{}],
  );

const mostRounds = 5;

/** Variables may name each other there, and are filled in here once and for all; the last line end of a text is dropped, as there. */
const settle = (vars: JsonObject): { readonly vars: Vars } | { readonly name: string; readonly why: string } => {
  let settled: Record<string, Json> = Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [name, typeof value === 'string' ? value.replace(/\n$/, '') : value]),
  );
  for (const [name, value] of Object.entries(settled)) {
    const why = typeof value === 'string' ? whyNotPlain(value) : null;
    if (why !== null) return { name, why };
  }
  for (let round = 0; round < mostRounds; round++) {
    const before = settled;
    settled = Object.fromEntries(
      Object.entries(before).map(([name, value]) => [
        name,
        typeof value === 'string' ? fillText(value, before, [], () => undefined) : value,
      ]),
    );
  }
  return { vars: settled };
};

const tagsOf = (metadata: JsonObject): readonly string[] =>
  Object.entries(metadata).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((each: Json) =>
      `${key}=${typeof each === 'object' ? JSON.stringify(each) : String(each)}`.slice(0, 100),
    ),
  );
