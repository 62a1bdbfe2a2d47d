import type { Leaf } from '../../command.ts';

const notifyTest: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<channel>', summary: 'a name under notify' }],
  examples: [['agentops alerts notify-test oncall', 'does a page arrive, and does its end? Somebody may be woken']],
  exits: [
    ['0', 'the channel took a beginning and its end'],
    ['1', 'it did not'],
    ['2', 'there is no such channel'],
  ],
  async run({ ctx, terminal, fleet: load }, [channel]) {
    const { fleet } = await load();
    const [{ channels }, { sendTest }, { channelTestFormats }] = await Promise.all([
      import('../../../oversight/notify/registry.ts'),
      import('../../../oversight/notify/send-test.ts'),
      import('../../../views/notify-test.ts'),
    ]);
    terminal.say(terminal.err.paint('dim', `sending ${String(channel)} a page and its end, as a test`));
    const test = await sendTest(ctx, fleet, channels, String(channel));
    const isTaken = test.said.every(({ delivery }) => delivery.result === 'sent');
    return {
      finding: isTaken ? 'none' : 'found',
      formats: channelTestFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), test }),
      next: isTaken ? ['agentops alerts routes'] : ['agentops explain notify'],
    };
  },
};

export default notifyTest;
