import type { Leaf } from '../command.ts';

const ofManifest = 'agentops.yaml: which agents there are, how they are reached, and what a right answer looks like.';
const ofSuite = 'A suite of agentops eval: what an agent is asked, and what a right answer looks like.';

const ofRunbook = 'A runbook: what is done when something goes wrong, in which order, within which bounds.';

const explain: Leaf = {
  formats: ['text', 'json'],
  arguments: [
    {
      name: '[path...]',
      summary:
        'a field of the manifest (of a suite or a runbook after that word), with or without names and positions; none: the top level',
    },
  ],
  examples: [
    ['agentops explain', 'the sections of the manifest'],
    ['agentops explain agents.checks.expect', 'every assertion there is'],
    ['agentops explain agents.endpoint openai-chat', 'the keys of one kind of endpoint'],
    ["agentops explain 'agents.support.checks[0].retry'", 'a place as an error names it'],
    ['agentops explain suite.cases', 'what a case of an eval suite may say'],
    ['agentops explain runbook.steps', 'what a step of a runbook may do'],
  ],
  async run({ ctx, extensions }, [path]) {
    const [{ explainPath }, { splitPath }, { loadSlotKinds }, { manifestSchemaWith }, { explainFormats }] = await Promise.all([
      import('../../fleet/explain.ts'),
      import('../../fleet/schema-path.ts'),
      import('../../fleet/load-slot-kinds.ts'),
      import('../../fleet/schema.ts'),
      import('../../views/explain.ts'),
    ]);
    const { slots: readers, sections } = await extensions();
    const slots = await loadSlotKinds(readers);
    const words = splitPath((path as readonly string[]).join(' '));
    const file = await fileFormat(words[0] ?? '');
    const format = file === null ? { schema: manifestSchemaWith(sections), slots, meaning: ofManifest } : { ...file, slots };
    const explained = explainPath(format, file === null ? words : words.slice(1));
    if (explained.ok) return { finding: 'none', formats: explainFormats(explained.explanation, ctx.clock.now()) };
    const { usageError } = await import('../../ground/errors.ts');
    const { message, hint } = explained;
    throw usageError({ code: 'path_unknown', message, hint: hint ?? 'agentops explain lists the sections there are' });
  },
};

export default explain;

/** A format beside the manifest, by the word that its paths begin with. */
const fileFormat = async (word: string) => {
  if (word === 'suite') return { schema: (await import('../../quality/evals/schema.ts')).suiteSchema, meaning: ofSuite };
  if (word !== 'runbook') return null;
  return { schema: (await import('../../response/runbooks/schema.ts')).runbookSchema, meaning: ofRunbook };
};
