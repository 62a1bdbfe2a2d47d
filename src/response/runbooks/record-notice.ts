import type { Effect } from '../../controls/actions/port.ts';
import { digArray, digString } from '../../ground/json.ts';
import { outboxWrites } from '../../oversight/notify/outbox.journal.ts';
import type { PlannedStep } from './plan.ts';
import { dieAt, type Running, tellStep } from './run-step.ts';

/** Messages go into the outbox in the commit that says so: there is nothing between the intent and the act. */
export const recordNotice = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { ctx, run, recorder, fleet, channels } = running;
  const named = digArray(planned.args, 'to').filter((name) => typeof name === 'string');
  const to = named.length > 0 ? named : channels;
  const message = {
    event: 'runbook.step',
    severity: digString(planned.args, 'severity') === 'page' ? ('page' as const) : ('notify' as const),
    fleet,
    agent: planned.agent ?? run.agents[0] ?? null,
    title: digString(planned.args, 'message') ?? '',
    text: '',
    next: null,
    facts: { run: run.id, runbook: run.runbook, step: planned.id },
  };
  const outgoing = to.map((channel) => ({ channel, dedupKey: `${run.id}/${planned.id}`, message }));
  const effect: Effect = {
    result: 'applied',
    retry: false,
    retryAfterMs: null,
    evidence: to.length === 0 ? 'nobody to tell: the manifest has no notify' : `in the outbox for ${to.join(', ')}`,
  };
  dieAt(running, planned, 'before-intent');
  await recorder.record({ kind: 'result', step: planned.id, effect }, (at) => ({
    writes: outboxWrites(outgoing, { at, mask: (text) => ctx.secrets.mask(text) }),
    acts: [],
  }));
  tellStep(running, planned, '');
  dieAt(running, planned, 'after-result');
};
