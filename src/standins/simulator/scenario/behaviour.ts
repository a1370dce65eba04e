import type { Container } from '../model/pod.ts';
import { parseImage } from './image.ts';
import type { Behaviour, Scenario, ScenarioRule } from './scenario.ts';

const READY: Behaviour = { kind: 'ready' };

/** What `container` does under `scenario`. */
export function behaviourOf(scenario: Scenario, container: Container): Behaviour {
  return scenario.rules.find((rule) => matches(rule, container))?.behaviour ?? READY;
}

function matches({ image, tag, env }: ScenarioRule, container: Container): boolean {
  const reference = container.image ?? '';
  if (image !== undefined && !matchesGlob(image, reference) && !matchesTag(image, reference)) return false;
  if (tag !== undefined && !matchesTag(tag, reference)) return false;
  if (env === undefined) return true;
  const value = container.env?.find(({ name }) => name === env.name)?.value;
  return value !== undefined && matchesGlob(env.value, value);
}

function matchesTag(glob: string, reference: string): boolean {
  const { tag } = parseImage(reference);
  return tag !== undefined && matchesGlob(glob, tag);
}

/** `*` stands for any text, `?` for one character. Linear in the length of both: the text comes from anywhere. */
export function matchesGlob(glob: string, text: string): boolean {
  let [at, from] = [0, 0];
  let [star, resume] = [-1, 0];
  while (from < text.length) {
    if (at < glob.length && glob[at] === '*') {
      star = at++;
      resume = from;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++resume;
    } else return false;
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
