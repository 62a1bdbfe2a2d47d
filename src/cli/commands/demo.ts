import type { Env } from '../../ground/runtime/context.ts';
import type { Leaf, Outcome, Session, ViewContext } from '../command.ts';

const demo: Leaf = {
  formats: ['text', 'json'],
  flags: [{ flags: '--keep', summary: 'keep the agents running until Ctrl-C, to be asked from another terminal' }],
  examples: [
    ['agentops demo', 'start eleven agents, check them, stop them: a few seconds'],
    ['agentops demo --keep', 'the same, and leave them running'],
    ['agentops demo --verbose', 'show every check and assertion'],
  ],
  async run(session, _args, { keep }) {
    const { startDemo } = await import('../../desk/demo/start-demo.ts');
    const { openSession } = await import('../session.ts');
    const { openSecrets } = await import('../../ground/runtime/secrets.ts');
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
      const outcome = await checkDemo(inner, keep === true ? running.shellFile : null);
      const masked = Object.entries(outcome.formats).map(([name, render]) => [name, (view: ViewContext) => secrets.mask(render(view))]);
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

/** Checks the fleet of the demo as `agentops health` does, after its nightly job has reported as a job does. */
const checkDemo = async (session: Session, shellFile: string | null): Promise<Outcome> => {
  const { default: beat } = await import('./beat.ts');
  const { nightlyJob } = await import('../../desk/demo/demo-fleet.ts');
  const { renderClosing } = await import('../../desk/demo/closing-words.ts');
  const { checkFleet, defaultCheckOptions } = await import('../check-fleet.ts');
  const { everything } = await import('../../fleet/select.ts');
  const { exitOfFinding } = await import('../exit-codes.ts');
  await beat.run(session, [nightlyJob.name], { status: 'ok', note: nightlyJob.note });
  const { outcome } = await checkFleet(session, everything, defaultCheckOptions);
  const { text, json } = outcome.formats;
  const closing = { healthExit: exitOfFinding(outcome.finding), shellFile, call: callOf(session.ctx.env) };
  return {
    finding: 'none',
    formats: {
      text: (view) => `${text?.(view)}\n${renderClosing(view.look, closing)}`,
      ...(json === undefined ? {} : { json }),
    },
  };
};

/** How the reader called this: npm hands on what stands behind two dashes only. */
const callOf = (env: Env): string => (env['npm_lifecycle_event'] === 'demo' ? 'npm run demo --' : 'agentops demo');

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => (signal.aborted ? done() : signal.addEventListener('abort', () => done(), { once: true })));
