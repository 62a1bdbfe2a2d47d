import { openPeer } from '../../support/http-peer.ts';
import { langfusePrompts } from '../../support/langfuse-prompts.ts';
import { ref } from '../../support/world.ts';
import { type ControlHarness, type ControlPeer, faultable } from '../control-suite.ts';

const open = async (prompt = 'team/greet', label = 'production'): Promise<ControlPeer> => {
  const server = langfusePrompts(prompt, [1, 2, 3], { production: 3, latest: 3, canary: 2 });
  const { reply, writes, fail } = faultable(server.reply, ({ method }) => method !== 'GET');
  const peer = await openPeer(reply);
  const config = { kind: 'langfuse', url: ref(peer.url), public_key: ref('pk-lf-1'), secret_key: ref('${CONTROL_WRITE}') };
  return {
    control: { backend: 'prod', prompt, label },
    backends: { prod: { kind: 'langfuse', config, at: { file: 'agentops.yaml', line: 1, column: 1 } } },
    look: () => ({ ...server.standing }),
    meddle: () => {
      server.standing[label] = label === 'production' ? 2 : 3;
    },
    remove: server.remove,
    effects: () => [...server.effects],
    writes,
    fail,
  };
};

const harness: ControlHarness = {
  variants: [
    {
      name: 'a label on the newest version',
      wishes: [{ action: 'rollback_prompt', params: { version: 1 } }],
      senseless: [
        { action: 'rollback_prompt', params: { version: 'the good one' } },
        { action: 'rollback_prompt', params: { version: 0 } },
      ],
      faults: {
        read: ['401', '403', '404', '429', '500', '503', 'cut', 'html'],
        write: ['401', '403', '404', '409', '429', '500', '503', 'cut', 'html', 'drop'],
      },
      open: () => open(),
      openNamed: (name) => open(name),
    },
    {
      name: 'another label, one version back',
      wishes: [{ action: 'rollback_prompt', params: {} }],
      isRelative: true,
      open: () => open('greet', 'canary'),
    },
  ],
};

export default harness;
