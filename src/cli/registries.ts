import { z } from 'zod';
import { protocols } from '../agents/protocols/registry.ts';
import { providers } from '../agents/providers/schema.ts';
import { controlConfigs } from '../controls/actions/registry.ts';
import { queueConfigs } from '../controls/queues/registry.ts';
import { policies } from '../fleet/policy-section.ts';
import { readByKind } from '../fleet/read-slot.ts';
import type { Extensions, SlotReader } from '../fleet/slots.ts';
import { ruleKinds } from '../oversight/alerts/rule-fields.ts';
import { alerts } from '../oversight/alerts/schema.ts';
import { channels } from '../oversight/notify/registry.ts';
import { notify, routes } from '../oversight/notify/schema.ts';
import { judges } from '../quality/expect/judges/schema.ts';
import { loadAssertions, loadExpectation } from '../quality/expect/load-expectation.ts';
import { pickAssertion, settingsFields } from '../quality/expect/schema.ts';
import { backends } from '../telemetry/traces/registry.ts';

const anything = z.unknown();

/** An expectation is read by the room that grades it. */
const expectations: SlotReader = {
  spelling: { by: 'name', settings: settingsFields },
  /** Code has a `${…}` of its own. */
  async schemaOf(raw) {
    const picking = pickAssertion(raw);
    return picking.ok && picking.picked.base === 'javascript' ? null : anything;
  },
  async read(value) {
    const checked = await loadExpectation(value);
    if (checked.ok) return { kind: checked.expectation.type, config: checked.expectation };
    return { problems: checked.problems };
  },
  async variants() {
    return (await loadAssertions()).map(({ type, summary, args, value }) => ({
      kind: type,
      summary,
      schema: args,
      ...(value === undefined ? {} : { value }),
    }));
  },
};

/** Everything that may stand in the manifest beyond its core, in one place. */
export const extensions: Extensions = {
  slots: {
    endpoint: readByKind('protocol', 'protocol', protocols),
    backend: readByKind('kind', 'trace backend', backends),
    control: readByKind('via', 'control', controlConfigs),
    channel: readByKind('kind', 'channel', channels),
    queue: readByKind('kind', 'queue', queueConfigs),
    expect: expectations,
    rule: readByKind('type', 'alert rule', ruleKinds),
  },
  sections: { alerts, judges, notify, policies, providers, routes },
};
