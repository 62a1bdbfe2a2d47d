import type { Env } from '../../ground/runtime/context.ts';
import type { Leaf, Outcome, Session, ViewContext } from '../command.ts';

const demo: Leaf = {
  formats: ['text', 'json'],
  words: (before) => (before.length === 0 ? ['incident'] : []),
  arguments: [{ name: '[what]', summary: 'incident plays a runaway loop, from its first step to the draft of its review' }],
  flags: [{ flags: '--keep', summary: 'keep the agents running until Ctrl-C, to be asked from another terminal' }],
  examples: [
    ['agentops demo', 'start eleven agents, check them, look at a month of traces: a few seconds'],
    ['agentops demo --keep', 'the same, and leave them running'],
    ['agentops demo incident', 'an agent runs away, and is found, stopped, looked at and let go on: ten seconds'],
    ['agentops demo --verbose', 'show every check and assertion'],
  ],
  async run(session, [what], { keep }) {
    if (what !== undefined) return runIncident(session, String(what), keep === true);
    const { startDemo } = await import('../../desk/demo/start-demo.ts');
    const { openSession } = await import('../session.ts');
    const { openSecrets } = await import('../../ground/runtime/secrets.ts');
    const { whole } = await import('../../ground/output/pieces.ts');
    const { ctx, terminal, version, format, show } = session;

    const progress = await terminal.startProgress();
    progress.phase('starting the demo fleet');
    const running = await startDemo(ctx, { node: process.execPath, script: process.argv[1] ?? 'agentops' }).finally(() => progress.stop());
    // From here on the demo is a user of its own: other variables, another manifest, the same commands.
    const env = { ...ctx.env, ...running.variables };
    const secrets = openSecrets(env, ctx.files);
    const flags = { manifest: running.manifest };
    const inner = openSession({ env, cwd: process.cwd(), flags, format, terminal, secrets, version, signal: ctx.signal, show });
    try {
      // A program that reads the answer as JSON asks about health alone.
      const hasTraces = keep === true || format === 'text';
      if (hasTraces) await loadTraces(inner, running.incidents);
      const outcome = await checkDemo(inner, { shellFile: keep === true ? running.shellFile : null, hasTraces });
      const masked = Object.entries(outcome.formats).map(([name, render]) => [
        name,
        async (view: ViewContext) => secrets.mask(whole(await render(view))),
      ]);
      const told: Outcome = { finding: 'none', formats: Object.fromEntries(masked) };
      if (keep !== true || ctx.signal.aborted) return told;
      await show(told);
      terminal.say(terminal.err.paint('dim', 'The agents run until you press Ctrl-C.'));
      await aborted(ctx.signal);
      return { finding: 'none', formats: {} };
    } finally {
      await inner.close();
      await running.stop();
      if (ctx.signal.aborted) terminal.say('\nThe demo fleet is stopped.');
    }
  },
};

export default demo;

/** Plays the incident, a scene at a time; a program gets all of it at once. */
const runIncident = async (session: Session, what: string, keep: boolean): Promise<Outcome> => {
  const { usageError } = await import('../../ground/errors.ts');
  const usage = (message: string) => usageError({ code: 'usage', message, hint: 'agentops demo incident' });
  if (what !== 'incident') throw usage(`there is no demo called ${JSON.stringify(what)}`);
  if (keep) throw usage('--keep belongs to agentops demo; the incident ends by itself');
  const [{ stageIncident }, { playIncident }, { renderScene, renderEnd, sceneIndent }, { demoIncidentJson }, { renderPostmortem }] =
    await Promise.all([
      import('../stage-incident.ts'),
      import('../play-incident.ts'),
      import('../../desk/demo/incident-story.ts'),
      import('../../views/demo-incident.ts'),
      import('../../views/postmortem.ts'),
    ]);
  const { terminal, format, show } = session;
  // Told in a pipe as on a screen of usual width.
  const look = { ...terminal.out, width: terminal.out.width ?? 80 };
  const stage = await stageIncident(session);
  try {
    let number = 0;
    const inside = { ...look, width: look.width - sceneIndent };
    const story = await playIncident(stage, inside, async (scene) => {
      number += 1;
      if (format === 'text') await show({ finding: 'none', formats: { text: () => stage.mask(renderScene(look, scene, number)) } });
    });
    return {
      finding: 'none',
      formats: { text: () => stage.mask(renderEnd(look, renderPostmortem(story.report))), json: () => stage.mask(demoIncidentJson(story)) },
    };
  } finally {
    await stage.stop();
    if (session.ctx.signal.aborted) terminal.say('\nThe demo is stopped.');
  }
};

/** Brings a month of traces, as if the agents had sent them. */
const loadTraces = async ({ ctx, fleet, terminal }: Session, incidents: string): Promise<void> => {
  const { loadHistory } = await import('../../desk/demo/history/load-history.ts');
  const progress = await terminal.startProgress();
  progress.phase('sending a month of traces');
  await loadHistory(ctx, (await fleet()).fleet, incidents).finally(() => progress.stop());
};

/** Checks the fleet of the demo as `agentops health` does, after its nightly job has reported as a job does, and asks for its week. */
const checkDemo = async (
  session: Session,
  { shellFile, hasTraces }: { shellFile: string | null; hasTraces: boolean },
): Promise<Outcome> => {
  const { default: beat } = await import('./beat.ts');
  const { nightlyJob } = await import('../../desk/demo/demo-fleet.ts');
  const { renderClosing } = await import('../../desk/demo/closing-words.ts');
  const { checkFleet, defaultCheckOptions } = await import('../check-fleet.ts');
  const { everything } = await import('../../fleet/select.ts');
  const { exitOfFinding } = await import('../exit-codes.ts');
  const { whole } = await import('../../ground/output/pieces.ts');
  await beat.run(session, [nightlyJob.name], { status: 'ok', note: nightlyJob.note });
  const { outcome } = await checkFleet(session, everything, defaultCheckOptions);
  const { text, json } = outcome.formats;
  const week = hasTraces ? (await (await import('./status.ts')).default.run(session, [], weekly)).formats.text : undefined;
  const closing = { healthExit: exitOfFinding(outcome.finding), shellFile, call: callOf(session.ctx.env) };
  return {
    finding: 'none',
    formats: {
      text: async (view) =>
        [whole((await text?.(view)) ?? ''), whole((await week?.(view)) ?? ''), renderClosing(view.look, closing)].join('\n'),
      ...(json === undefined ? {} : { json }),
    },
  };
};

/** What `agentops status` is asked: the week that the incidents of the demo lie in, in the figures that show them. */
const weekly = {
  window: 7 * 86_400_000,
  by: 'agent',
  columns: ['requests', 'error-rate', 'p95', 'cost', 'per-request', 'baseline', 'steps-max', 'trend'],
};

/** How the reader called this: npm hands on what stands behind two dashes only. */
const callOf = (env: Env): string => (env['npm_lifecycle_event'] === 'demo' ? 'npm run demo --' : 'agentops demo');

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => (signal.aborted ? done() : signal.addEventListener('abort', () => done(), { once: true })));
