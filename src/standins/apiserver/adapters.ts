import type { CustomRules, KindRules } from './ports.ts';

/** No built-in kind has rules of its own. */
export const noKindRules: KindRules = () => undefined;

/** Keeps custom objects as they are sent. */
export const defaultCustomRules: CustomRules = {
  check: () => [],
  compile: () => ({
    prune: (object) => ({ object, unknown: [] }),
    default: (object) => object,
    validate: () => [],
  }),
};
