import type { FieldSpec } from './field-spec.ts';

const CONTAINER_FIELDS = ['args', 'command', 'env/value', 'volumeMounts/mountPath'];

function podFields(kind: string, podSpec: string): FieldSpec[] {
  return ['containers', 'initContainers'].flatMap((containers) =>
    CONTAINER_FIELDS.map((field) => ({ path: `${podSpec}/${containers}/${field}`, kind })),
  );
}

function templateFields(kind: string): FieldSpec[] {
  return [...podFields(kind, 'spec/template/spec'), { path: 'spec/template/spec/volumes/nfs/server', kind }];
}

/** The fields in which `$(NAME)` stands for a variable. */
export const VARIABLE_REFERENCES: readonly FieldSpec[] = [
  ...podFields('CronJob', 'spec/jobTemplate/spec/template/spec'),
  { path: 'spec/jobTemplate/spec/template/volumes/nfs/server', kind: 'CronJob' },
  ...templateFields('DaemonSet'),
  ...templateFields('Deployment'),
  { path: 'spec/template/metadata/annotations', kind: 'Deployment' },
  { path: 'spec/rules/host', kind: 'Ingress' },
  { path: 'spec/tls/hosts', kind: 'Ingress' },
  { path: 'spec/tls/secretName', kind: 'Ingress' },
  ...templateFields('Job'),
  ...podFields('Pod', 'spec'),
  { path: 'spec/volumes/nfs/server', kind: 'Pod' },
  ...templateFields('ReplicaSet'),
  { path: 'spec/ports/port', kind: 'Service' },
  { path: 'spec/ports/targetPort', kind: 'Service' },
  ...podFields('StatefulSet', 'spec/template/spec'),
  { path: 'spec/volumeClaimTemplates/spec/nfs/server', kind: 'StatefulSet' },
  { path: 'spec/nfs/server', kind: 'PersistentVolume' },
  { path: 'metadata/labels' },
  { path: 'metadata/annotations' },
];
