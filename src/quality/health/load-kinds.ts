import type { AgentProtocol } from '../../agents/protocols/port.ts';
import type { Selected } from '../../fleet/select.ts';
import type { Registry } from '../../fleet/slots.ts';
import { loadAssertion } from '../expect/load-expectation.ts';
import type { Expectation } from '../expect/port.ts';

/** Loads every protocol and assertion that the checks name: what is loaded between two answers is measured as the second one's latency. */
export const loadKinds = async (selected: readonly Selected[], protocols: Registry<AgentProtocol>): Promise<void> => {
  const kinds = new Set(selected.flatMap(({ agent }) => agent.endpoint?.kind ?? []));
  const assertions = new Set<string>();
  for (const { checks } of selected) {
    for (const { expect, turns } of checks) {
      for (const { config } of [...expect, ...turns.flatMap((turn) => turn.expect)]) assertions.add((config as Expectation).base);
    }
  }
  await Promise.all([...[...kinds].map((kind) => protocols[kind]?.()), ...[...assertions].map(loadAssertion)]);
};
