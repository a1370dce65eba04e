import type {
  ApplicationDetail,
  BreakGlassRequest,
  EvidenceRecord,
  FreezeRequest,
  LiftRequest,
  Me,
  Opened,
  Overview,
  Problem,
  Target,
  UnfreezeRequest,
} from './contract.ts';

/** The server refused or could not answer; `message` is for the person who asked. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;

  constructor(problem: Pick<Problem, 'status' | 'code'> & { readonly message: string }) {
    super(problem.message);
    this.status = problem.status;
    this.code = problem.code;
  }
}

export interface Api {
  me(): Promise<Me>;
  overview(): Promise<Overview>;
  application(name: string): Promise<ApplicationDetail>;
  evidence(promotion: string): Promise<EvidenceRecord>;
  promote(target: Target): Promise<Opened>;
  rollback(target: Target): Promise<Opened>;
  approve(promotion: string): Promise<unknown>;
  deploy(promotion: string): Promise<unknown>;
  freeze(request: FreezeRequest): Promise<unknown>;
  unfreeze(request: UnfreezeRequest): Promise<unknown>;
  breakGlass(request: BreakGlassRequest): Promise<Opened>;
  review(promotion: string, comment: string): Promise<unknown>;
  liftQuarantine(request: LiftRequest): Promise<unknown>;
  signOut(): Promise<{ readonly location: string }>;
}

/** The one place where the page calls the server. Every method throws {@link ApiProblem}. */
export function createApi(send: typeof fetch = fetch): Api {
  const get = async <T>(path: string): Promise<T> => answerOf(await reach(send, path, {})) as Promise<T>;
  const post = async <T>(path: string, body: object = {}): Promise<T> => {
    // The header tells the server that this page, not another one, makes the call.
    const headers = { 'content-type': 'application/json', 'x-requested-with': 'stoa-cd' };
    return answerOf(await reach(send, path, { method: 'POST', headers, body: JSON.stringify(body) })) as Promise<T>;
  };
  return {
    me: () => get('/api/v1/me'),
    overview: () => get('/api/v1/overview'),
    application: (name) => get(`/api/v1/applications/${encodeURIComponent(name)}`),
    evidence: (promotion) => get(`/api/v1/evidence/${encodeURIComponent(promotion)}`),
    promote: (target) => post('/api/v1/promotions', target),
    rollback: (target) => post('/api/v1/rollback', target),
    approve: (promotion) => post(`/api/v1/promotions/${encodeURIComponent(promotion)}/approve`),
    deploy: (promotion) => post(`/api/v1/promotions/${encodeURIComponent(promotion)}/deploy`),
    freeze: (request) => post('/api/v1/freeze', request),
    unfreeze: (request) => post('/api/v1/unfreeze', request),
    breakGlass: (request) => post('/api/v1/break-glass', request),
    review: (promotion, comment) => post(`/api/v1/promotions/${encodeURIComponent(promotion)}/review`, { comment }),
    liftQuarantine: (request) => post('/api/v1/quarantine/lift', request),
    signOut: () => post('/auth/logout'),
  };
}

async function reach(send: typeof fetch, path: string, init: RequestInit): Promise<Response> {
  try {
    return await send(path, init);
  } catch {
    throw new ApiProblem({
      status: 0,
      code: 'UNREACHABLE',
      message: 'The server does not answer. Is stoa-cd running?',
    });
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const { code = 'HTTP', detail, title } = (body ?? {}) as Partial<Problem>;
  throw new ApiProblem({
    status: response.status,
    code,
    message: detail ?? title ?? `The server answered ${response.status}`,
  });
}
