import { describe, expect, it } from 'vitest';
import { answerReview, readReview } from './admission-review.ts';

function review(request: object, rest: object = {}): object {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', ...request }, ...rest };
}

function pod(image: string, debug: readonly object[] = []): object {
  return { kind: 'Pod', metadata: {}, spec: { containers: [{ image }], ephemeralContainers: debug } };
}

describe(readReview, () => {
  it('takes the images that an object has and did not have before', () => {
    const request = { namespace: 'shop', name: 'web', userInfo: { username: 'alice' } };
    const after = pod('a', [{ image: 'debug' }]);

    expect(readReview(review({ ...request, object: after, oldObject: pod('a') }))).toEqual({
      ...{ uid: 'u', about: 'Pod shop/web', username: 'alice', dryRun: false },
      images: ['debug'],
    });
    expect(readReview(review({ ...request, object: after, oldObject: null }))?.images).toEqual(['a', 'debug']);
  });

  it.each([
    { what: 'nothing', body: undefined },
    { what: 'another version', body: review({}, { apiVersion: 'admission.k8s.io/v1beta1' }) },
    { what: 'no request', body: { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' } },
    { what: 'no name for the answer', body: review({ uid: '' }) },
  ])('reads nothing of $what', ({ body }) => {
    expect(readReview(body)).toBeUndefined();
  });
});

describe(answerReview, () => {
  it('answers to the question by its name, and says why not', () => {
    expect(answerReview('u', { warnings: ['w'] })).toMatchObject({
      response: { uid: 'u', allowed: true, warnings: ['w'] },
    });
    expect(answerReview('u', { refusal: 'no' })).toMatchObject({
      response: { uid: 'u', allowed: false, status: { code: 403, reason: 'Forbidden', message: 'no' } },
    });
  });
});
