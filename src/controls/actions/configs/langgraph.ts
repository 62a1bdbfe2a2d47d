import { z } from 'zod';
import { described } from '../../../fleet/slots.ts';

const config = z.strictObject({
  via: z.literal('langgraph'),
  connection: z.string().min(1).describe('A name under connections; its credentials are sent as x-api-key.'),
  assistant: z
    .string()
    .min(1)
    .optional()
    .describe('The id of an assistant, or the name of a graph: only its runs are cancelled. Default: every run of the server.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `langgraph`; the driver beside it is opened without it. */
export default described({ kind: 'langgraph', summary: 'Runs of a LangGraph server.', config });
