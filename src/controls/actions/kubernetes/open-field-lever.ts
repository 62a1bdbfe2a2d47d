import type { Kubectl } from '../../../clients/kubectl.ts';
import { hindrance, seenOf } from '../compare.ts';
import { applied, rejected } from '../effect.ts';
import type { Field } from './field.ts';
import { gitWarning, together } from './keepers.ts';
import { effectOfWrite, type Lever } from './lever.ts';
import { readObject } from './read-object.ts';
import { permissionOf, type Resource, resourcePath } from './resource.ts';

/** A lever on one field of an object, which is written back whole, as it was read. */
export const openFieldLever = (kube: Kubectl, resource: Resource, field: Field): Lever => {
  const { name, actions, stopsInFlight, effectMs } = field;
  const path = resourcePath(resource);
  return {
    actions,
    stopsInFlight,
    effectMs,
    needs: [{ verb: 'update', ...permissionOf(resource) }],
    healthy: (action) => ({ [name]: field.healthy(action) }),
    wish: (want) => ({ [name]: field.wish(want) }),
    async look(action, signal) {
      const object = await readObject(kube, path, signal);
      if (object === null) return null;
      return { touched: { [name]: field.get(object) }, keepsRunning: together(field.goesOn(object, action), gitWarning(object)) };
    },
    async pull(change, signal) {
      const object = await readObject(kube, path, signal);
      if (object === null) return rejected(`${change.target} is not there`);
      const hindered = hindrance(change, { [name]: field.get(object) });
      if (hindered !== null) return hindered;
      const { trouble } = await kube.put(path, field.set(object, change.to[name] ?? null), signal);
      return trouble === null ? applied(`${change.target} was taken by the cluster`) : effectOfWrite(trouble);
    },
    async arrived(change, signal) {
      const object = await readObject(kube, path, signal);
      return object === null ? 'contradicted' : seenOf(change, { [name]: field.get(object) });
    },
  };
};
