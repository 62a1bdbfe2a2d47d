import { z } from 'zod';

/** The connection of a control. */
export const connectionField = () => z.string().min(1).describe('A name under connections.');

/** A path below the address of a connection, as a template. It names no host. */
export const pathField = () =>
  z
    .string()
    .refine(
      (path) => /^\/(?!\/)[^#\\\s]*$/.test(path.replace(/\{\{[^{}]*\}\}/g, 'x')),
      'must be a path: it begins with one /, and holds no space',
    );
