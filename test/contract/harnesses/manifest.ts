import { overrideWrite, readOverrides } from '../../../src/controls/actions/overrides.journal.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { temporaryJournal } from '../../support/temporary.ts';
import type { ControlHarness, ControlPeer } from '../control-suite.ts';

const open = async (): Promise<ControlPeer> => {
  const journal = await temporaryJournal();
  const effects: string[] = [];
  const watched: Journal = {
    ...journal,
    commit: async (writes) => {
      await journal.commit(writes);
      effects.push(...writes.map(({ sql }) => sql));
    },
  };
  const look = async () => Object.fromEntries(await readOverrides(journal, 'sampling'));
  await journal.commit([overrideWrite('other', 'sampling', null, 0.5)]);
  return {
    control: {},
    world: { journal: async () => watched },
    look,
    meddle: async () => {
      const { support = null } = await look();
      await journal.commit([overrideWrite('support', 'sampling', support, 0.3)]);
    },
    effects: () => effects,
    writes: () => null,
  };
};

const harness: ControlHarness = {
  variants: [
    {
      name: 'our own share of graded traffic',
      wishes: [
        { action: 'sampling', params: { share: 1 } },
        { action: 'sampling', params: { share: 0 } },
      ],
      senseless: [
        { action: 'sampling', params: {} },
        { action: 'sampling', params: { share: 1.5 } },
        { action: 'sampling', params: { share: '100%' } },
      ],
      open,
    },
  ],
};

export default harness;
