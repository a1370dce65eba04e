import { definitionRule } from './custom/definition-rule.ts';
import { openCustomRules } from './custom/open-rules.ts';
import type { CustomRules, KindRules } from './ports.ts';

/** The one place where the rules of kinds, which live in folders of their own, are chosen. */
export interface Rules {
  readonly kindRules: KindRules;
  readonly customRules: CustomRules;
}

export function chooseRules(): Rules {
  const customRules = openCustomRules;
  const ofDefinitions = definitionRule(customRules);
  return {
    customRules,
    kindRules: (gvk) => (gvk.kind === 'CustomResourceDefinition' ? ofDefinitions : undefined),
  };
}
