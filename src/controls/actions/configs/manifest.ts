import { z } from 'zod';
import { described } from '../../../fleet/slots.ts';

const config = z.strictObject({ via: z.literal('manifest') });
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `manifest`; the driver beside it is opened without it. */
export default described({ kind: 'manifest', summary: 'Our own setting, overridden while a mitigation is in force.', config });
