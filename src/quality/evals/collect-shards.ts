import { unableError, usageError } from '../../ground/errors.ts';
import { listOf, plural } from '../../ground/output/phrases.ts';
import type { Journal } from '../../ground/store/port.ts';
import type { EvalRun } from './run.ts';
import { beginWrite, caseWrites, copyCaseWrites, readCases, readRun, removeWrites, shardsOf } from './runs.journal.ts';
import { copyTrialWrites, readTrials, trialWrites } from './trials.journal.ts';

/** Rows that are written in one commit. */
const atOnce = 2000;

/** Takes the parts of a run out of another journal, for machines that each kept their own. What is here already is left as it is. */
export const takeShards = async (into: Journal, from: Journal, name: string): Promise<number> => {
  const shards = await shardsOf(from, name);
  for (const shard of shards) {
    if ((await readRun(into, shard.id)) !== null) continue;
    const writes = [...caseWrites(shard.id, await readCases(from, shard.id)), ...trialWrites(await readTrials(from, shard.id))];
    for (let at = 0; at < writes.length; at += atOnce) await into.commit(writes.slice(at, at + atOnce));
    // Last, so that what was cut short is taken again.
    await into.commit([beginWrite(shard)]);
  }
  return shards.length;
};

/**
 * Puts the parts of a run together as one run of that name, not judged yet. Putting them together again begins anew. Throws an unable error
 * where a part is missing or did not come to its end, a usage error where they are no parts of one run.
 */
export const collectShards = async (journal: Journal, name: string): Promise<EvalRun> => {
  const shards = await shardsOf(journal, name);
  const [first] = shards;
  if (first === undefined)
    throw usageError({
      code: 'run_unknown',
      message: `there is no part of a run ${name} here`,
      hint: 'name the state folders of the parts: agentops eval merge NAME --from DIR; agentops eval runs lists what is here',
    });
  const { of } = first.shard;
  const alien = shards.find(
    ({ shard, suite, agent, against, repeats }) =>
      shard.of !== of || suite !== first.suite || agent !== first.agent || against !== first.against || repeats !== first.repeats,
  );
  if (alien !== undefined)
    throw usageError({
      code: 'shards_differ',
      message: `${first.id} and ${alien.id} are no parts of one run: they differ in suite, agents, repeats or number of parts`,
      hint: 'give each run a name of its own by --run',
    });
  const changed = shards.find((each) => each.selection !== first.selection);
  if (changed !== undefined)
    throw usageError({
      code: 'shards_differ',
      message: `${first.id} and ${changed.id} were cut from different cases: the suite or a filter was not the same`,
      hint: 'run every part on the same commit with the same flags',
    });
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !shards.some(({ shard }) => shard.index === index));
  if (missing.length > 0)
    throw unableError({
      code: 'shards_missing',
      message: `${plural(missing.length, 'part')} of ${of} of the run ${name} ${missing.length === 1 ? 'is' : 'are'} not here: ${listOf(missing.map(String))}`,
      hint: `agentops eval run SUITE --run ${name} --shard ${missing[0]}/${of}`,
    });
  const open = shards.find(({ status }) => status !== 'done');
  if (open !== undefined)
    throw unableError({
      code: 'shards_unfinished',
      message: `${open.id} did not come to its end (${open.status})`,
      hint: `agentops eval run --resume ${open.id}`,
    });
  return putTogether(journal, name, shards, first);
};

const putTogether = async (journal: Journal, name: string, shards: readonly EvalRun[], first: EvalRun): Promise<EvalRun> => {
  const caps = shards.flatMap(({ request: { maxCostNanos } }) => maxCostNanos ?? []);
  const maxCostNanos = caps.length < shards.length ? null : caps.reduce((sum, cap) => sum + cap, 0);
  const ended = shards.map(({ endedAt, startedAt }) => endedAt ?? startedAt);
  const run: EvalRun = {
    ...first,
    id: name,
    request: { ...first.request, maxCostNanos },
    shard: { index: 1, of: 1 },
    startedAt: Math.min(...shards.map(({ startedAt }) => startedAt)),
    endedAt: Math.max(...ended),
    acceptedAt: (await readRun(journal, name))?.acceptedAt ?? null,
    status: 'done',
    verdict: null,
  };
  const ids = shards.map(({ id }) => id);
  await journal.commit([...removeWrites(name), beginWrite(run), ...copyCaseWrites(name, ids), ...copyTrialWrites(name, ids)]);
  return run;
};
