import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../kube/index.ts';
import type { Action } from '../cluster/plan.ts';
import type { Pod } from '../model/pod.ts';
import { inShort, pod } from '../testing/builders.ts';
import { planIngress, planLoadBalancer } from './load-balancer.ts';
import { planEndpoints } from './plan-endpoints.ts';
import type { Service } from './service.ts';

function service(spec: Partial<Service['spec']> = {}): Service {
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web', labels: { team: 'x' } },
    spec: { selector: { app: 'web' }, clusterIP: '10.96.0.9', ports, ...spec },
  };
}

const ready = pod('a', { ready: true, ip: '10.244.0.1' });
const unready = pod('b', { ip: '10.244.0.2' });
const leaving = pod('c', { ready: true, terminating: true, ip: '10.244.0.3' });

function plan(pods: readonly Pod[], live: Partial<Parameters<typeof planEndpoints>[0]> = {}): readonly Action[] {
  return planEndpoints({ service: service(), pods, endpoints: undefined, slices: [], ...live }).actions;
}

function created(actions: readonly Action[], kind: string): KubeObject {
  const found = actions.find((action) => action.do === 'create' && action.object.kind === kind);
  if (found?.do !== 'create') throw new Error(`Nothing of kind ${kind} is created`);
  return { ...found.object, metadata: { ...found.object.metadata, name: 'web' } };
}

describe(planEndpoints, () => {
  it('lists ready addresses apart from the others, and Pods that are leaving in the slice alone', () => {
    const actions = plan([ready, unready, leaving]);

    expect(created(actions, 'Endpoints')).toMatchObject({
      metadata: { labels: { team: 'x', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } },
      subsets: [
        {
          addresses: [{ ip: '10.244.0.1', nodeName: 'simulated-node', targetRef: { kind: 'Pod', name: 'a' } }],
          notReadyAddresses: [{ ip: '10.244.0.2' }],
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        },
      ],
    });
    expect(created(actions, 'EndpointSlice')).toMatchObject({
      metadata: { labels: { 'kubernetes.io/service-name': 'web' }, ownerReferences: [{ uid: 'uid-web' }] },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [
        { addresses: ['10.244.0.1'], conditions: { ready: true, serving: true, terminating: false } },
        { addresses: ['10.244.0.2'], conditions: { ready: false, serving: false, terminating: false } },
        { addresses: ['10.244.0.3'], conditions: { ready: false, serving: true, terminating: true } },
      ],
    });
  });

  it('changes nothing that is right, and only what is wrong', () => {
    const actions = plan([ready, unready]);
    const live = { endpoints: created(actions, 'Endpoints'), slices: [created(actions, 'EndpointSlice')] };
    const bothReady = [ready, pod('b', { ready: true, ip: '10.244.0.2' })];

    expect(plan([ready, unready], live)).toEqual([]);
    expect(plan(bothReady, live).map((action) => action.do)).toEqual(['patch', 'patch']);
  });

  it('has an empty slice, and no subset, without Pods', () => {
    const actions = plan([]);

    expect(created(actions, 'Endpoints')).not.toHaveProperty('subsets');
    expect(created(actions, 'EndpointSlice')).toMatchObject({ ports: [], endpoints: [] });
  });

  it.each([
    { reason: 'has no address yet', other: pod('x', { ready: true }) },
    { reason: 'is done', other: pod('x', { phase: 'Succeeded', ip: '10.244.0.9' }) },
    { reason: 'has other labels', other: pod('x', { ready: true, ip: '10.244.0.9', labels: { app: 'y' } }) },
  ])('leaves out a Pod that $reason', ({ other }) => {
    expect(created(plan([other]), 'EndpointSlice')).toMatchObject({ endpoints: [] });
  });

  it('publishes Pods that are not ready when asked to', () => {
    const published = service({ publishNotReadyAddresses: true });

    const { subsets } = created(plan([unready], { service: published }), 'Endpoints');

    expect(subsets).toMatchObject([{ addresses: [{ ip: '10.244.0.2' }] }]);
  });

  it('makes a slice for each set of port numbers', () => {
    const containers = [{ name: 'web', ports: [{ name: 'http', containerPort: 9090 }] }];
    const other = { ...unready, spec: { ...unready.spec, containers } };

    const slices = plan([ready, other]).filter(
      (action) => action.do === 'create' && action.object.kind !== 'Endpoints',
    );

    expect(slices).toHaveLength(2);
  });

  it('deletes slices that are too many', () => {
    const actions = plan([ready]);
    const slice = created(actions, 'EndpointSlice');
    const surplus = { ...slice, metadata: { ...slice.metadata, name: 'surplus' }, ports: [] };
    const live = { endpoints: created(actions, 'Endpoints'), slices: [surplus, slice] };

    expect(inShort({ actions: plan([ready], live) })).toEqual(['delete surplus']);
  });
});

describe(planLoadBalancer, () => {
  it('gives an address, the same every time, and takes it back', () => {
    const balanced = service({ type: 'LoadBalancer' });
    const [given] = planLoadBalancer(balanced).actions;
    const status = { loadBalancer: { ingress: [{ ip: '198.19.0.1' }] } };

    expect(given).toEqual(planLoadBalancer(balanced).actions[0]);
    expect(given).toMatchObject({ status: { loadBalancer: { ingress: [{ ip: expect.stringMatching(/^198\.19\./) as string }] } } }); // prettier-ignore
    expect(planLoadBalancer({ ...balanced, status }).actions).toEqual([]);
    expect(planLoadBalancer({ ...service(), status }).actions).toMatchObject([{ status: { loadBalancer: {} } }]);
    expect(planLoadBalancer(service()).actions).toEqual([]);
  });
});

describe(planIngress, () => {
  it('publishes once', () => {
    const ingress: KubeObject = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i' } };
    const [given] = planIngress(ingress).actions;
    const status = given?.do === 'status' ? given.status : {};

    expect(status).toEqual({ loadBalancer: { ingress: [{ ip: '198.18.0.1' }] } });
    expect(planIngress({ ...ingress, status }).actions).toEqual([]);
  });
});
