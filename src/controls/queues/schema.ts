import { z } from 'zod';
import { secretField } from '../../fleet/fields.ts';

/** The credential that a queue is read with. */
export const credentialField = () => secretField().describe('A password, or user:password; wins over what the url holds.');

/** A name that a path can hold as one segment. */
export const segmentField = () =>
  z
    .string()
    .min(1)
    .max(255)
    .refine((text) => !/^\.{1,2}$/.test(text), 'is no name that a path can hold');
