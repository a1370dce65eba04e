import { isJsonObject } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { KindRule } from '../ports.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Every namespace carries its name as a label, and holds until it is empty. */
export const namespaceRule: KindRule = {
  default(namespace, old) {
    const { name } = namespace.metadata;
    if (name !== undefined) namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: name };
    const spec = isJsonObject(namespace['spec']) ? namespace['spec'] : {};
    const before = specOf(old);
    const finalizers = before === undefined ? ['kubernetes'] : before['finalizers'];
    const { finalizers: _given, ...others } = spec;
    namespace['spec'] = finalizers === undefined ? others : { ...others, finalizers };
    return namespace;
  },
  validate: () => [],
};

function specOf(old: KubeObject | undefined): Record<string, unknown> | undefined {
  if (old === undefined) return undefined;
  return isJsonObject(old['spec']) ? old['spec'] : {};
}
