import { builtinRule } from './builtin/builtin-rules.ts';
import { definitionRule } from './custom/definition-rule.ts';
import { schemaRules } from './custom/custom-rules.ts';
import { namespaceRule } from './intrinsic/namespace-rule.ts';
import { secretRule } from './intrinsic/secret-rule.ts';
import { ServiceRule } from './intrinsic/service-rule.ts';
import type { ProtobufDecoder } from './http/body.ts';
import { protobufDecoder } from './protobuf/decoder.ts';
import type { CustomRules, KindRule, KindRules } from './ports.ts';
import type { Store } from './store/store.ts';

/** The one place where the rules of kinds, which live in folders of their own, are chosen. */
export interface Rules {
  readonly kindRules: KindRules;
  readonly customRules: CustomRules;
  readonly protobuf: ProtobufDecoder;
}

export function chooseRules(store: () => Store): Rules {
  const customRules = schemaRules;
  const special = new Map<string, KindRule>([
    ['/v1/Namespace', namespaceRule],
    ['/v1/Secret', secretRule],
    ['/v1/Service', new ServiceRule(store)],
    ['apiextensions.k8s.io/v1/CustomResourceDefinition', definitionRule(customRules)],
  ]);
  const known = new Map<string, KindRule | undefined>();
  const kindRules: KindRules = (gvk) => {
    const key = `${gvk.group}/${gvk.version}/${gvk.kind}`;
    if (!known.has(key)) known.set(key, builtinRule(gvk, special.get(key)));
    return known.get(key);
  };
  return { customRules, kindRules, protobuf: protobufDecoder };
}
