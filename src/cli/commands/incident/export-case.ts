import type { Leaf } from '../../command.ts';

interface Flags {
  readonly suite?: string;
  readonly trace?: string;
}

const exportCase: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<incident>', summary: 'its id: inc-7' }],
  flags: [
    { flags: '--suite <file>', summary: 'the suite that gets the case; it is made where it is not there; default: suites/AGENT.yaml' },
    { flags: '--trace <id>', summary: 'the request, if not the one that opened the incident' },
  ],
  examples: [['agentops incident export-case inc-7 --suite suites/support.yaml', 'asked again by every eval run from now on']],
  exits: [
    ['2', 'texts are not kept (capture: none), or no request is named'],
    ['3', 'the cache does not hold what was asked'],
    ['4', 'the suite holds the case already'],
  ],
  async run({ ctx, cwd, fleet: load }, [id], given) {
    const { suite, trace } = given as unknown as Flags;
    const { fleet } = await load();
    const [{ resolve }, { requireIncident }, { collectCase }, insertion, { writeOpenly }, { exportedCaseFormats }, errors] =
      await Promise.all([
        import('node:path'),
        import('../../../response/incidents/record-incident.ts'),
        import('../../../response/incidents/collect-case.ts'),
        import('../../../response/incidents/suite-insertion.ts'),
        import('../../write-first-files.ts'),
        import('../../../views/exported-case.ts'),
        import('../../../ground/errors.ts'),
      ]);
    const incident = await requireIncident(await ctx.journal(), String(id));
    const exported = await collectCase(ctx, fleet, incident, trace ?? null);
    const file = suite ?? `suites/${exported.agent}.yaml`;
    const path = resolve(cwd, file);
    const isNew = !ctx.files.exists(path);
    const before = isNew ? null : ctx.files.readText(path, maxSuiteBytes);
    if (before !== null && holdsCase(before, exported.value.id))
      throw errors.refusedError({
        code: 'case_exists',
        message: `${file} holds a case ${exported.value.id} already`,
        hint: 'change that one',
      });
    const text = before === null ? insertion.newSuiteText(exported) : insertion.withCase(before, exported);
    if (text === null)
      throw errors.usageError({
        code: 'suite_not_extended',
        message: `${file} has its cases in a form that nothing can be added to`,
        hint: `name a new file: agentops incident export-case ${incident.id} --suite suites/incidents.yaml`,
      });
    writeOpenly(path, text, true);
    return {
      finding: 'none',
      formats: exportedCaseFormats({
        fleet: fleet.name,
        generatedAt: ctx.clock.now(),
        incident: incident.id,
        exported,
        suite: file,
        isNew,
      }),
      next: [`agentops eval run ${file}`],
    };
  },
};

export default exportCase;

const maxSuiteBytes = 16 * 1024 * 1024;

const holdsCase = (text: string, id: string): boolean => new RegExp(`\\bid:\\s*["']?${id}["']?\\s*(?:[,}#]|$)`, 'm').test(text);
