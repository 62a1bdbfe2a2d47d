import type { Fleet } from '../fleet/agent.ts';
import { matchesGlob } from '../fleet/glob.ts';
import { usageError } from '../ground/errors.ts';
import type { Silence, SilenceMatcher } from '../oversight/alerts/alert.ts';
import { readAlertName, writtenAlert } from '../oversight/alerts/alert-name.ts';
import { isFiring } from '../oversight/alerts/alert-state.ts';
import { readOpenAlerts } from '../oversight/alerts/alerts.journal.ts';
import { isSilenced } from '../oversight/alerts/quieting.ts';
import { recordSilence, recordSilenceEnd } from '../oversight/alerts/record-silence.ts';
import { requireRule, requireSubject } from '../oversight/alerts/require-alert.ts';
import { rulesOf } from '../oversight/alerts/rules.ts';
import { readSilences } from '../oversight/alerts/silences.journal.ts';
import { providersSubject, subjectsOf } from '../oversight/alerts/subject.ts';
import { type SilenceAnswer, silenceFormats } from '../views/silence.ts';
import type { Outcome, Session } from './command.ts';

/** How a silence is typed. */
export interface SilenceFlags {
  readonly rule?: string;
  readonly agent?: string;
  readonly all?: boolean;
  readonly for?: number;
  readonly reason?: string;
}

const longestMs = 30 * 86_400_000;
const example = 'agentops alerts silence cost/support --for 2h --reason "load test"';

/** Begins a silence. Throws a usage error where it would have no end or no reason, or would match nothing. */
export const beginSilence = async (
  session: Session,
  word: string | undefined,
  rest: string | undefined,
  { for: forMs, reason = '', ...flags }: SilenceFlags,
): Promise<Outcome> => {
  const { ctx } = session;
  const { fleet } = await session.fleet();
  if (rest !== undefined) throw usage(`a silence is of one thing, and ${JSON.stringify(rest)} is another`, example);
  const matcher = matcherOf(fleet, word, flags);
  if (forMs === undefined) throw usage('a silence needs --for: one that is forgotten would keep people from being told for ever', example);
  if (forMs > longestMs) throw usage('--for is longer than 30 days', 'silence it again when it ends');
  if (reason.trim() === '') throw usage('a silence needs --reason', example);
  const begun = await recordSilence(ctx, { matcher, forMs, reason: reason.trim() });
  const firing = (await readOpenAlerts(await ctx.journal())).filter(
    (alert) => isFiring(alert.instance) && isSilenced(begun, alert, begun.startsAt),
  );
  return answered(session, { begun, ended: null, firing: firing.map(writtenAlert) }, [`agentops alerts silence end ${begun.id}`]);
};

/** Ends a silence before its time. */
export const endSilence = async (session: Session, id: string | undefined): Promise<Outcome> => {
  if (id === undefined) throw usage('silence end needs the id of a silence', 'agentops alerts silence list');
  await session.fleet();
  return answered(session, { begun: null, ended: await recordSilenceEnd(session.ctx, id), firing: [] }, ['agentops alerts list']);
};

/** The silences in force. */
export const listSilences = (session: Session): Promise<Outcome> => answered(session, { begun: null, ended: null, firing: [] }, []);

const answered = async (
  { ctx, fleet: load }: Session,
  changed: Pick<SilenceAnswer, 'begun' | 'ended' | 'firing'>,
  next: readonly string[],
): Promise<Outcome> => {
  const { fleet } = await load();
  const journal = await ctx.journal();
  const now = await journal.now();
  const active: readonly Silence[] = await readSilences(journal, now);
  return { finding: 'none', formats: silenceFormats({ fleet: fleet.name, generatedAt: now, active, ...changed }), next };
};

/** What is meant. A name without a wildcard must be one of the fleet: a silence of nothing would calm nobody but whoever typed it. */
const matcherOf = (
  fleet: Fleet,
  word: string | undefined,
  { rule, agent, all }: Pick<SilenceFlags, 'rule' | 'agent' | 'all'>,
): SilenceMatcher => {
  const named = word === undefined ? null : readAlertName(word);
  if (word !== undefined && (named === null || named.label !== null))
    throw usage(`${JSON.stringify(word)} is no rule and no RULE/AGENT`, example);
  if ((named !== null && rule !== undefined) || (named?.agent != null && agent !== undefined))
    throw usage('what is to be silenced is said twice', 'leave one of the two out');
  const matcher = { rule: named?.rule ?? rule ?? null, agent: named?.agent ?? agent ?? null };
  const isAll = matcher.rule === null && matcher.agent === null;
  if (isAll !== (all === true))
    throw usage(
      isAll ? 'a silence needs a rule or an agent' : '--all does not go with a rule or an agent',
      `${example}, or --all for everything`,
    );
  if (matcher.rule !== null)
    requireMatch(
      matcher.rule,
      rulesOf(fleet).map(({ name }) => name),
      (name) => requireRule(rulesOf(fleet), name),
    );
  if (matcher.agent !== null)
    requireMatch(
      matcher.agent,
      [...subjectsOf(fleet), providersSubject].map(({ name }) => name),
      (name) => requireSubject(fleet, name),
    );
  return matcher;
};

const requireMatch = (glob: string, names: readonly string[], refuse: (name: string) => unknown): void => {
  if (!names.some((name) => matchesGlob(glob, name))) refuse(glob);
};

const usage = (message: string, hint: string) => usageError({ code: 'usage', message, hint });
