import type { Container } from '../model/pod.ts';
import type { Behaviour } from './scenario.ts';

/** What a container prints when it starts. */
export function logText({ name, image = 'no image' }: Container, { kind, logs }: Behaviour): string {
  if (logs !== undefined) return logs.join('\n');
  const start = `simulated container ${name} of ${image} started`;
  return kind === 'crash-loop' || kind === 'job-fails' ? `${start}\nfatal: the scenario makes it fail` : start;
}
