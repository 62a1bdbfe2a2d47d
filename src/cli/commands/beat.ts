import type { Leaf } from '../command.ts';

const beat: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent[/check]>', summary: 'who reports; the check may be left out where the agent has one heartbeat' }],
  flags: [
    { flags: '--status <ok|fail>', summary: 'what is reported', fallback: 'ok' },
    { flags: '--note <text>', summary: 'a few words, kept with the beat' },
  ],
  examples: [
    ['./nightly-index.sh && agentops beat indexer', 'a job that went well'],
    ['agentops beat indexer/nightly --status fail --note "no space left"', 'one that did not'],
  ],
  async run({ ctx, fleet: load }, [target], { status, note }) {
    const { usageError } = await import('../../ground/errors.ts');
    if (status !== 'ok' && status !== 'fail')
      throw usageError({ code: 'flag_invalid', message: `--status ${String(status)} is not known`, hint: 'it takes ok or fail' });
    const { recordBeat } = await import('../../quality/health/record-beat.ts');
    const { isoTime, jsonDocument } = await import('../../ground/output/json.ts');
    const { fleet } = await load();
    const [name = '', id] = String(target).split('/');
    const noted = await recordBeat(ctx, fleet, { agent: name, check: id ?? null }, { status, note: String(note ?? '') });
    return {
      finding: 'none',
      formats: {
        text: () => `beat of ${noted.agent}/${noted.check} noted: ${status}\n`,
        json: () => jsonDocument(fleet.name, noted.at, { ...noted, at: isoTime(noted.at) }),
      },
    };
  },
};

export default beat;
