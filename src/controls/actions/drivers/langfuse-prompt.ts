import { troubleError } from '../../../clients/api-trouble.ts';
import { isMissing, type Langfuse, type LangfuseSettings, openLangfuse } from '../../../clients/langfuse.ts';
import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { digArray, digNumber, digString } from '../../../ground/json.ts';
import { applyChecked } from '../apply-checked.ts';
import { reversed, seenOf } from '../compare.ts';
import type { Config } from '../configs/langfuse-prompt.ts';
import { applied, effectOfTrouble } from '../effect.ts';
import type { Change, ControlDriver, ControlWorld, Desired, Effect, Observed, Touched } from '../port.ts';

/** A prompt of Langfuse, rolled back by moving a label. A label stands on one version at a time, so that a move is one act. */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'langfuse-prompt',
  open: (control, world) => {
    const langfuse = openLangfuse(settingsOf(control, world), world);
    const read = (signal: AbortSignal) => observe(control, langfuse, signal);
    const apply = (change: Change, signal: AbortSignal): Promise<Effect> =>
      applyChecked(change, { read: async () => (await read(signal)).touched, set: () => move(control, langfuse, change, signal) });
    return {
      traits: {
        actions: ['rollback_prompt'],
        readable: true,
        idempotent: true,
        stopsInFlight: false,
        effectMs: control.effect,
        expiresNatively: false,
      },
      healthy: () => ({ version: 2, previous: 1 }),
      read: (_action, signal) => read(signal),
      plan: (want, now) => plan(control, want, now),
      apply: (change, _key, signal) => apply(change, signal),
      confirm: async (change, signal) => seenOf(change, (await read(signal)).touched),
      undo: (change, _key, signal) => apply(reversed(change), signal),
    };
  },
});

/** The keys of a Langfuse project both read and write: what may act is held back by the plan alone. */
const settingsOf = ({ backend }: Config, world: ControlWorld): LangfuseSettings => {
  const slot = world.backend(backend);
  if (slot.kind !== 'langfuse') {
    throw usageError({
      code: 'backend_unsuited',
      message: `backend ${backend} is of kind ${slot.kind}, and holds no prompts`,
      hint: 'name a backend of kind langfuse',
    });
  }
  const { url, public_key, secret_key, timeout } = slot.config as Omit<LangfuseSettings, 'timeoutMs'> & { readonly timeout?: number };
  return { url, public_key, secret_key, timeoutMs: timeout ?? 30_000 };
};

const observe = async ({ prompt, label }: Config, langfuse: Langfuse, signal: AbortSignal): Promise<Observed> => {
  const labelled = await langfuse.ask({ path: `/v2/prompts/${encodeURIComponent(prompt)}`, query: { label }, attempts: 1 }, signal);
  if (labelled.trouble !== null && labelled.trouble.status !== 404) throw troubleError(labelled.trouble);
  const version = digNumber(labelled.answer?.json, 'version');
  return {
    exists: version !== null,
    target: `label ${label} of prompt ${prompt} at ${langfuse.host()}`,
    touched: { version, previous: version === null ? null : await versionBefore(prompt, version, langfuse, signal) },
    version: null,
    sharedWith: [],
    keepsRunning: 'runs that have read the prompt already go on with it',
  };
};

/** The newest version before one; null where there is none any more. */
const versionBefore = async (prompt: string, version: number, langfuse: Langfuse, signal: AbortSignal): Promise<number | null> => {
  const { json } = await langfuse.read({ path: '/v2/prompts', query: { name: prompt, limit: 100 }, attempts: 1 }, signal);
  const listed = digArray(json, 'data').find((each) => digString(each, 'name') === prompt);
  const earlier = digArray(listed, 'versions').filter((each): each is number => typeof each === 'number' && each < version);
  return earlier.length === 0 ? null : Math.max(...earlier);
};

const plan = ({ prompt, label }: Config, { action, params }: Desired, { touched, target, exists }: Observed): Change | null => {
  if (!exists) {
    throw usageError({
      code: 'target_missing',
      message: `there is no ${target}`,
      hint: `check prompt: and label: of the control; no version of ${prompt} has the label ${label}`,
    });
  }
  const to = wantedVersion(params, touched, target);
  if (to === touched['version']) return null;
  return {
    action,
    target,
    from: { version: touched['version'] ?? null },
    to: { version: to },
    version: null,
    reversible: true,
    lasting: null,
  };
};

const wantedVersion = (params: Touched, { previous }: Touched, target: string): number => {
  const given = params['version'];
  const version = given === undefined ? previous : typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given;
  if (typeof version === 'number' && Number.isInteger(version) && version > 0) return version;
  throw usageError({
    code: 'wish_not_understood',
    message: given === undefined ? `there is no version before that of ${target}` : `${JSON.stringify(given)} is no version of a prompt`,
    hint: 'name the version to go back to, a number from 1',
  });
};

const move = async ({ prompt, label }: Config, langfuse: Langfuse, { to, target }: Change, signal: AbortSignal): Promise<Effect> => {
  const path = `/v2/prompts/${encodeURIComponent(prompt)}/versions/${String(to['version'])}`;
  const { trouble } = await langfuse.ask({ method: 'PATCH', path, body: { newLabels: [label] }, attempts: 1 }, signal);
  if (trouble === null) return applied(`${target} stands on version ${String(to['version'])}`);
  const effect = effectOfTrouble(trouble);
  if (trouble.status === 404 || !isMissing(trouble)) return effect;
  return { ...effect, evidence: `${effect.evidence} (servers before v3 do not move labels)` };
};
