import { KustomizeError } from '../errors.ts';
import { isMap, isMissing, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

export type Directive = 'merge' | 'replace' | 'delete';

export const PATCH_DIRECTIVE = '$patch';

/**
 * What a patch says about the map or list it is for; the saying itself is removed from the patch.
 * @throws KustomizeError INVALID_PATCH for an unknown directive
 */
export function takeDirective(patch: YamlValue | undefined): Directive {
  if (Array.isArray(patch)) return takeListDirective(patch);
  return isMap(patch) ? takeMapDirective(patch) : 'merge';
}

function takeMapDirective(patch: YamlMap): Directive {
  const value = patch[PATCH_DIRECTIVE];
  if (isMissing(value)) return 'merge';
  const directive = parseDirective(textOf(value));
  Reflect.deleteProperty(patch, PATCH_DIRECTIVE);
  return directive;
}

/** An item that holds nothing but the directive speaks of the whole list. */
function takeListDirective(patch: YamlValue[]): Directive {
  const at = patch.findIndex((item) => isMap(item) && PATCH_DIRECTIVE in item);
  const item = patch[at];
  if (!isMap(item) || Object.keys(item).length > 1) return 'merge';
  const directive = parseDirective(textOf(item[PATCH_DIRECTIVE]));
  patch.splice(at, 1);
  return directive;
}

function parseDirective(text: string): Directive {
  if (text === 'merge' || text === 'replace' || text === 'delete') return text;
  throw new KustomizeError('INVALID_PATCH', `Unknown patch strategy '${text}': use merge, replace or delete`);
}
