import { conform } from '../kustomization/shape.ts';
import type { Shape } from '../kustomization/shape.ts';
import { FIELD_SPECS } from '../kustomization/shapes.ts';
import { isNull } from '../yaml/value.ts';
import type { YamlValue } from '../yaml/value.ts';
import type { ConfigAddition } from './transformer-config.ts';

const CONFIG: Shape = {
  fields: {
    namePrefix: FIELD_SPECS,
    nameSuffix: FIELD_SPECS,
    namespace: FIELD_SPECS,
    commonLabels: FIELD_SPECS,
    labels: FIELD_SPECS,
    templateLabels: FIELD_SPECS,
    volumeClaimTemplateLabels: FIELD_SPECS,
    commonAnnotations: FIELD_SPECS,
    nameReference: {
      list: { fields: { group: 'text', version: 'text', kind: 'text', fieldSpecs: FIELD_SPECS } },
    },
    varReference: FIELD_SPECS,
    images: FIELD_SPECS,
    replicas: FIELD_SPECS,
  },
};

/** What a file of `configurations` adds. @throws KustomizeError INVALID_KUSTOMIZATION */
export function readConfig(document: YamlValue | undefined): ConfigAddition {
  if (document === undefined || isNull(document)) return {};
  const config = conform(document, CONFIG) as ConfigAddition;
  const nameReference = (config.nameReference ?? []).map((reference) => ({
    ...reference,
    fieldSpecs: (reference.fieldSpecs as typeof reference.fieldSpecs | undefined) ?? [],
  }));
  return nameReference.length === 0 ? config : { ...config, nameReference };
}
