import type { Leaf } from '../command.ts';
import { waitFlag } from '../flags.ts';

const findingOfVerdict = { ok: 'none', wrong: 'found', cannot_work: 'no_verdict' } as const;

const doctor: Leaf = {
  formats: ['text', 'json', 'markdown'],
  flags: [
    { flags: '--offline', summary: 'ask no endpoint and no backend' },
    { flags: '--timeout <duration>', summary: 'how long one endpoint or backend may take; default 5s', parse: waitFlag },
    { flags: '--runbooks', summary: 'what runbooks could do: agent × action, its driver, can it read and write, when last drilled' },
    { flags: '--explain', summary: 'also where the value of each setting came from' },
  ],
  examples: [
    ['agentops doctor', 'everything; no prompt is sent to any agent'],
    ['agentops doctor --offline', 'only this machine, the manifest and its secrets'],
    ['agentops doctor --runbooks', 'before the night: which actions would work; nothing is changed'],
    ['agentops doctor --output markdown', 'to paste into an issue; secrets are left out'],
  ],
  exits: [
    ['0', 'all is well, perhaps with warnings'],
    ['1', 'an endpoint refuses or does not answer as it should'],
    ['3', 'agentops itself cannot work: SQLite, a secret, the manifest, a backend, the network of this machine'],
  ],
  async run(session, _arguments, { offline, timeout, explain, runbooks }) {
    const { diagnose } = await import('../diagnose.ts');
    const { doctorFormats } = await import('../../views/doctor.ts');
    const progress = await session.terminal.startProgress();
    const report = await diagnose(session, {
      timeoutMs: typeof timeout === 'number' ? timeout : null,
      offline: offline === true,
      settings: explain === true,
      runbooks: runbooks === true,
      on: (phase) => progress.update(() => phase),
    }).finally(() => progress.stop());
    return {
      finding: findingOfVerdict[report.verdict],
      formats: Object.fromEntries(Object.entries(doctorFormats).map(([format, render]) => [format, (view) => render(report, view)])),
      next: report.fleet === null ? ['agentops init', 'agentops demo'] : ['agentops health'],
    };
  },
};

export default doctor;
