import { z } from 'zod';
import type { KubeObject } from '../../kube/index.ts';
import { InvalidApplicationError } from '../errors.ts';
import type { ApplicationSet } from './application-set.ts';

const expressions = z
  .array(z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
  .nullable()
  .optional();
const selector = z
  .looseObject({ matchLabels: z.record(z.string(), z.string()).nullable().optional(), matchExpressions: expressions })
  .nullable()
  .optional();
const template = z
  .looseObject({ metadata: z.looseObject({}).optional(), spec: z.looseObject({}).optional() })
  .nullable()
  .optional();
const shared = { template, values: z.record(z.string(), z.string()).nullable().optional() };
const paths = z
  .array(z.looseObject({ path: z.string(), exclude: z.boolean().optional() }))
  .nullable()
  .optional();

const generators = z.lazy(() => z.array(generator));
const nested = { template, generators };

const generator: z.ZodType = z.looseObject({
  list: z
    .looseObject({
      template,
      elements: z.array(z.looseObject({})).nullable().optional(),
      elementsYaml: z.string().optional(),
    })
    .nullable()
    .optional(),
  clusters: z
    .looseObject({ ...shared, selector, flatList: z.boolean().optional() })
    .nullable()
    .optional(),
  git: z
    .looseObject({
      ...shared,
      repoURL: z.string(),
      revision: z.string().optional(),
      directories: paths,
      files: paths,
      pathParamPrefix: z.string().optional(),
    })
    .nullable()
    .optional(),
  matrix: z.looseObject(nested).nullable().optional(),
  merge: z
    .looseObject({ ...nested, mergeKeys: z.array(z.string()) })
    .nullable()
    .optional(),
  pullRequest: z.looseObject(shared).nullable().optional(),
  scmProvider: z.looseObject(shared).nullable().optional(),
  clusterDecisionResource: z
    .looseObject({ ...shared, configMapRef: z.string(), name: z.string().optional(), labelSelector: selector })
    .nullable()
    .optional(),
  selector,
});

const spec = z.looseObject({
  generators: z.array(generator),
  template: z.looseObject({ metadata: z.looseObject({}), spec: z.looseObject({}) }),
  templatePatch: z.string().optional(),
  goTemplate: z.boolean().optional(),
  goTemplateOptions: z.array(z.string()).nullable().optional(),
  strategy: z
    .looseObject({
      type: z.enum(['', 'AllAtOnce', 'RollingSync']).optional(),
      rollingSync: z
        .looseObject({
          steps: z.array(
            z.looseObject({ matchExpressions: expressions, maxUpdate: z.union([z.number(), z.string()]).optional() }),
          ),
        })
        .nullable()
        .optional(),
      deletionOrder: z.string().optional(),
    })
    .nullable()
    .optional(),
  syncPolicy: z
    .looseObject({
      preserveResourcesOnDeletion: z.boolean().optional(),
      applicationsSync: z.enum(['sync', 'create-only', 'create-update', 'create-delete']).optional(),
    })
    .nullable()
    .optional(),
  ignoreApplicationDifferences: z
    .array(
      z.looseObject({
        name: z.string().optional(),
        jsonPointers: z.array(z.string()).optional(),
        jqPathExpressions: z.array(z.string()).optional(),
      }),
    )
    .nullable()
    .optional(),
  preservedFields: z
    .looseObject({ annotations: z.array(z.string()).optional(), labels: z.array(z.string()).optional() })
    .optional(),
});

/**
 * Checks the fields that the engine reads.
 * @throws InvalidApplicationError naming the first field that is wrong
 */
export function parseApplicationSet(object: KubeObject): ApplicationSet {
  const checked = spec.safeParse(object['spec']);
  if (checked.success) return object as unknown as ApplicationSet;
  const [issue] = checked.error.issues;
  const path = ['spec', ...(issue?.path ?? [])].join('.');
  throw new InvalidApplicationError(`${path}: ${issue?.message ?? 'invalid'}`);
}
