import { z } from 'zod';
import { slotField } from '../../fleet/fields.ts';
import type { Section } from '../../fleet/slots.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a name: letters, digits, dot, dash and underscore');

/** `notify:` */
export const notify: Section = {
  schema: z.record(name, slotField('channel')).describe('Channels by which people are told: what a notify step of a runbook names.'),
  contradictions: () => [],
};
