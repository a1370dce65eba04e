import { systemClock } from '../../core/index.ts';
import { gitlabForge } from '../../forge/index.ts';
import type { MergeRequest } from '../../forge/index.ts';
import { release } from '../../promotion/index.ts';
import type { ReleaseRequest } from '../../promotion/index.ts';
import { CI_USER } from './machines.ts';
import { networkFetch } from './network.ts';
import { withMirror } from './temporary-mirror.ts';

/** Where `stoa-envs` is, and an account that may propose changes to it. */
export interface Place {
  readonly forge: string;
  readonly project: string;
  readonly token: string;
}

/** Opens the merge request of a release as CI does: with the forge and Git alone. @throws RefusedError */
export async function proposeRelease(place: Place, request: ReleaseRequest): Promise<MergeRequest> {
  const { forge: baseUrl, project, token } = place;
  const remote = { url: `${baseUrl}/${project}.git`, credentials: { username: CI_USER, password: token } };
  const forge = gitlabForge({ baseUrl, project, fetch: networkFetch, token });
  return withMirror(remote, (mirror) => release({ mirror, forge, clock: systemClock }, request));
}
