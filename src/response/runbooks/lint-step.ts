import { providerName } from '../../agents/prices/model-name.ts';
import { listOf } from '../../ground/output/phrases.ts';
import type { LintFinding } from './lint.ts';
import type { Runbook, Step } from './runbook.ts';
import { holdsHole } from './template.ts';
import { misplacedHoles } from './template-place.ts';

type Complaint = Pick<LintFinding, 'rule' | 'message' | 'hint'> & { readonly severity?: LintFinding['severity'] };

/** What is dangerous in one step, whatever the manifest binds. */
export const stepFindings = (runbook: Runbook, step: Step): readonly LintFinding[] => {
  const complaints: readonly Complaint[] = [
    ...endless(runbook, step),
    ...misplacedHoles(step),
    ...shortChain(step),
    ...destroyed(runbook, step),
    ...unsaid(step),
    ...unlooked(runbook, step),
  ];
  return complaints.map(({ severity = 'error', ...complaint }) => ({ ...complaint, severity, at: step.at }));
};

/** A budget is meant to last, and so are the limits that a person writes beside it. */
const writesBudget = ({ triggers, steps }: Runbook): boolean => triggers.length === 0 && steps.some(({ args }) => 'budget_period' in args);

const endless = (runbook: Runbook, { id, kind, ttlMs, ttlParam }: Step): readonly Complaint[] => {
  if (ttlMs !== null || ttlParam !== null || runbook.class === 'safety' || writesBudget(runbook)) return [];
  const hint = 'add ttl: 2h';
  if (kind === 'throttle')
    return [{ rule: 'throttle-without-ttl', message: `${id} throttles for ever: nobody remembers it next week`, hint }];
  if (kind === 'disable')
    return [{ rule: 'disable-without-ttl', severity: 'warning', message: `${id} disables until somebody remembers`, hint }];
  return [];
};

const shortChain = ({ id, kind, args }: Step): readonly Complaint[] => {
  if (kind !== 'failover') return [];
  const models = Array.isArray(args['to']) ? args['to'].map(String) : [];
  const open = models.filter(holdsHole).length;
  const providers = [...new Set(models.filter((model) => !holdsHole(model)).map((model) => providerOf(model)))];
  if (models.length < 2)
    return [
      {
        rule: 'chain-of-one',
        message: `${id} falls over to one model: when that is down too, nothing is left`,
        hint: 'name models of two providers',
      },
    ];
  if (open > 0 || providers.length > 1 || providers[0] === null) return [];
  return [
    {
      rule: 'chain-of-one',
      message: `${id} falls over to ${listOf(models)}, which are all of ${providers[0]}`,
      hint: 'add a model of another provider, or one of your own',
    },
  ];
};

/** `openai/gpt-5`, or a name that a provider is known by. */
const providerOf = (model: string): string | null => {
  const slash = model.indexOf('/');
  return slash > 0 ? model.slice(0, slash) : providerName(null, model);
};

/** Words for what nobody can look at any more. */
const destroying =
  /\b(purge|drain|obliterate|flush(all|db)?|truncate|wipe|drop|prune|rm|rmdir|shred|delete[-_]?(thread|run|trace|log|checkpoint)s?)\b/i;

const destroyed = ({ class: ofRunbook }: Runbook, step: Step): readonly Complaint[] => {
  const { id, kind, args, irreversible } = step;
  const said = [args['argv'], args['path'], args['mode'], args['body']].map((value) => JSON.stringify(value ?? '')).join(' ');
  const words =
    destroying.exec(said)?.[0] ?? (kind === 'http' && args['method'] === 'DELETE' && args['undo'] === undefined ? 'DELETE' : null);
  if (!['http', 'exec', 'queue'].includes(kind) || words === null) return [];
  if (irreversible && ofRunbook !== 'safety') return [];
  return [
    {
      rule: 'destroys-evidence',
      message: `${id} says ${words}: what it removes nobody can look at any more`,
      hint:
        ofRunbook === 'safety' ? 'pause or isolate it; clean up when the review is over' : 'pause it instead, or say irreversible: true',
    },
  ];
};

const unsaid = ({ id, kind, args, irreversible }: Step): readonly Complaint[] => {
  if (irreversible) return [];
  const hint = 'say irreversible: true';
  if (kind === 'kill')
    return [{ rule: 'irreversible-unsaid', message: `${id} cancels work that has begun, and nothing brings it back`, hint }];
  if ((kind !== 'http' && kind !== 'exec') || args['undo'] !== undefined) return [];
  return [{ rule: 'irreversible-unsaid', message: `${id} names nothing that takes it back`, hint: `${hint}, or add undo:` }];
};

const looking: readonly Step['kind'][] = ['check', 'eval', 'query', 'manual'];

/** Only the first act of a runbook without any look at what came of it says so. */
const unlooked = ({ class: ofRunbook, steps }: Runbook, step: Step): readonly Complaint[] => {
  if (ofRunbook === 'other' || step !== steps[0]) return [];
  if (steps.some(({ kind, verify }) => verify !== null || looking.includes(kind))) return [];
  return [
    { rule: 'never-verified', severity: 'warning', message: 'nobody looks whether it helped', hint: 'add verify: to a step, or a check' },
  ];
};
