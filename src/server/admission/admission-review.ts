import { z } from 'zod';
import { imagesOf } from '../../kube/index.ts';
import type { KubeObject } from '../../kube/index.ts';

const API_VERSION = 'admission.k8s.io/v1';

const object = z.looseObject({ kind: z.string(), metadata: z.looseObject({}).default({}) });

/** What of `admission.k8s.io/v1` AdmissionReview is read. */
const reviewSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1).max(256),
    namespace: z.string().default(''),
    name: z.string().default(''),
    dryRun: z.boolean().default(false),
    userInfo: z.object({ username: z.string().default('') }).default({ username: '' }),
    object: object.nullish(),
    oldObject: object.nullish(),
  }),
});

export interface ImageReview {
  readonly uid: string;
  /** `Pod shop/web-1`. */
  readonly about: string;
  /** Who asks for it. */
  readonly username: string;
  /** A question only: nothing is written. */
  readonly dryRun: boolean;
  /** Images that the object has and did not have before. */
  readonly images: readonly string[];
}

/** @returns `undefined` for what is no review */
export function readReview(body: unknown): ImageReview | undefined {
  const request = reviewSchema.safeParse(body).data?.request;
  if (request === undefined) return undefined;
  const { uid, namespace, name, userInfo, dryRun } = request;
  const [after, before] = [request.object, request.oldObject].map((one) =>
    one === null || one === undefined ? [] : imagesOf(one as unknown as KubeObject),
  );
  const known = new Set(before);
  const place = namespace === '' ? name : `${namespace}/${name}`;
  return {
    ...{ uid, dryRun },
    about: `${request.object?.kind ?? 'object'} ${place}`,
    username: userInfo.username,
    images: (after ?? []).filter((image) => !known.has(image)),
  };
}

/** The answer that an API server understands. @param refusal why it is not allowed; `undefined`: it is */
export function answerReview(
  uid: string,
  { refusal, warnings = [] }: { readonly refusal?: string | undefined; readonly warnings?: readonly string[] },
): object {
  const status = { status: 'Failure', reason: 'Forbidden', code: 403, message: refusal };
  const response = { uid, allowed: refusal === undefined, warnings: [...warnings] };
  return {
    apiVersion: API_VERSION,
    kind: 'AdmissionReview',
    response: refusal === undefined ? response : { ...response, status },
  };
}
