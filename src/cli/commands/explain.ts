import type { Leaf } from '../command.ts';

const ofManifest = 'agentops.yaml: which agents there are, how they are reached, and what a right answer looks like.';
const ofSuite = 'A suite of agentops eval: what an agent is asked, and what a right answer looks like.';

const explain: Leaf = {
  formats: ['text', 'json'],
  arguments: [
    {
      name: '[path...]',
      summary: 'a field of the manifest (of a suite after the word suite), with or without names and positions; none: the top level',
    },
  ],
  examples: [
    ['agentops explain', 'the sections of the manifest'],
    ['agentops explain agents.checks.expect', 'every assertion there is'],
    ['agentops explain agents.endpoint openai-chat', 'the keys of one kind of endpoint'],
    ["agentops explain 'agents.support.checks[0].retry'", 'a place as an error names it'],
    ['agentops explain suite.cases', 'what a case of an eval suite may say'],
  ],
  async run({ ctx, extensions }, [path]) {
    const [{ explainPath }, { splitPath }, { loadSlotKinds }, { manifestSchemaWith, laterSections }, { explainFormats }] =
      await Promise.all([
        import('../../fleet/explain.ts'),
        import('../../fleet/schema-path.ts'),
        import('../../fleet/load-slot-kinds.ts'),
        import('../../fleet/schema.ts'),
        import('../../views/explain.ts'),
      ]);
    const { slots: readers, sections } = await extensions();
    const slots = await loadSlotKinds(readers);
    const words = splitPath((path as readonly string[]).join(' '));
    const isSuite = words[0] === 'suite';
    const format = isSuite
      ? { schema: (await import('../../quality/evals/schema.ts')).suiteSchema, slots, meaning: ofSuite, later: [] }
      : { schema: manifestSchemaWith(sections), slots, meaning: ofManifest, later: laterSections };
    const explained = explainPath(format, isSuite ? words.slice(1) : words);
    if (explained.ok) return { finding: 'none', formats: explainFormats(explained.explanation, ctx.clock.now()) };
    const { usageError } = await import('../../ground/errors.ts');
    const { message, hint } = explained;
    throw usageError({ code: 'path_unknown', message, hint: hint ?? 'agentops explain lists the sections there are' });
  },
};

export default explain;
