import { z } from 'zod';

/** The connection of a control. */
export const connectionField = () => z.string().min(1).describe('A name under connections.');

/** One way to enforce an action on an agent, as the manifest describes it. */
const control = <Shape extends z.ZodRawShape>(via: string, summary: string, shape: Shape) => ({
  kind: via,
  summary,
  config: z.strictObject({ via: z.literal(via), ...shape }),
});

const described = [
  control('kubernetes', 'A deployment, by kubectl.', {
    deployment: z.string().min(1).describe('The name of the deployment.'),
    namespace: z.string().min(1).default('default').describe('Its namespace.'),
    context: z.string().optional().describe('A context of the kubeconfig.'),
    min: z.int().min(0).optional().describe('Replicas, at least.'),
    max: z.int().min(1).optional().describe('Replicas, at most.'),
  }),
  control('manifest', 'Our own setting, overridden while a mitigation is in force.', {}),
];

/** Control kind → its config schema, of kinds whose driver is not there yet. */
export const controlSchemas = Object.fromEntries(described.map((each) => [each.kind, async () => ({ default: each })]));
