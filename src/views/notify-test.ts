import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { TestedChannel } from '../oversight/notify/send-test.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops alerts notify-test`. */
export interface ChannelTest {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly test: TestedChannel;
}

const renderTest = ({ test }: ChannelTest, { look }: ViewOptions): string => {
  const lines = test.said.map(({ phase, delivery, ms }) => {
    const what = phase === 'begins' ? 'a test alert begins' : 'the test alert ends';
    return delivery.result === 'sent'
      ? renderLine(look, 0, [
          { text: `${test.channel} (${test.kind}) took it: ${what}`, tone: 'good' },
          { text: `, ${ms} ms`, tone: 'dim' },
        ])
      : renderLine(look, 0, [{ text: `${test.channel} (${test.kind}) did not take it: ${what}: ${delivery.why}`, tone: 'bad' }]);
  });
  return [...lines, renderLine(look, 0, [{ text: `key ${test.key}`, tone: 'dim' }]), ''].join('\n');
};

/** Every format of `agentops alerts notify-test`. */
export const channelTestFormats = (answer: ChannelTest) => ({
  text: (options: ViewOptions) => renderTest(answer, options),
  json: () => {
    const { fleet, generatedAt, test } = answer;
    return jsonDocument(fleet, generatedAt, {
      channel: test.channel,
      kind: test.kind,
      key: test.key,
      at: isoTime(test.at),
      taken: test.said.every(({ delivery }) => delivery.result === 'sent'),
      messages: test.said.map(({ phase, delivery, ms }) => ({
        phase: phase === 'begins' ? 'begins' : 'ends',
        result: delivery.result,
        why: delivery.result === 'sent' ? null : delivery.why,
        took_ms: ms,
      })),
    });
  },
});
