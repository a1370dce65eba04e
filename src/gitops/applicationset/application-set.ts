import type { KubeObject } from '../../kube/index.ts';

/** Parameters by name: texts with dotted names, or, for Go templates, a tree. */
export type ParameterSet = Readonly<Record<string, unknown>>;

export interface GeneratorTemplate {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?:
    readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[] | null;
}

type Values = Readonly<Record<string, string>>;

export interface ListGenerator {
  readonly elements?: readonly Readonly<Record<string, unknown>>[] | null;
  readonly elementsYaml?: string;
  readonly template?: GeneratorTemplate;
}

export interface ClustersGenerator {
  readonly selector?: LabelSelector;
  readonly values?: Values;
  /** One set that holds all clusters as a list. */
  readonly flatList?: boolean;
  readonly template?: GeneratorTemplate;
}

interface GitPath {
  readonly path: string;
  readonly exclude?: boolean;
}

export interface GitGenerator {
  readonly repoURL: string;
  readonly revision?: string;
  readonly directories?: readonly GitPath[];
  readonly files?: readonly GitPath[];
  readonly pathParamPrefix?: string;
  readonly values?: Values;
  readonly template?: GeneratorTemplate;
}

export interface MatrixGenerator {
  readonly generators: readonly Generator[];
  readonly template?: GeneratorTemplate;
}

export interface MergeGenerator extends MatrixGenerator {
  readonly mergeKeys: readonly string[];
}

export interface ForgeGenerator {
  readonly values?: Values;
  readonly template?: GeneratorTemplate;
  readonly [provider: string]: unknown;
}

export interface DecisionGenerator {
  readonly configMapRef: string;
  readonly name?: string;
  readonly labelSelector?: LabelSelector;
  readonly values?: Values;
  readonly template?: GeneratorTemplate;
}

/** Exactly one of its members but `selector` is given. */
export interface Generator {
  readonly list?: ListGenerator | null;
  readonly clusters?: ClustersGenerator | null;
  readonly git?: GitGenerator | null;
  readonly matrix?: MatrixGenerator | null;
  readonly merge?: MergeGenerator | null;
  readonly pullRequest?: ForgeGenerator | null;
  readonly scmProvider?: ForgeGenerator | null;
  readonly clusterDecisionResource?: DecisionGenerator | null;
  readonly plugin?: unknown;
  /** Which parameter sets to keep. */
  readonly selector?: LabelSelector | null;
}

export interface RolloutStep {
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[];
      }[]
    | null;
  readonly maxUpdate?: number | string;
}

export interface Strategy {
  readonly type?: string;
  readonly rollingSync?: { readonly steps?: readonly RolloutStep[] } | null;
  readonly deletionOrder?: string;
}

export interface ApplicationSetSpec {
  readonly generators?: readonly Generator[];
  readonly template?: GeneratorTemplate;
  readonly templatePatch?: string;
  readonly goTemplate?: boolean;
  readonly goTemplateOptions?: readonly string[] | null;
  readonly strategy?: Strategy | null;
  readonly syncPolicy?: {
    readonly preserveResourcesOnDeletion?: boolean;
    readonly applicationsSync?: 'sync' | 'create-only' | 'create-update' | 'create-delete';
  } | null;
  readonly ignoreApplicationDifferences?:
    | readonly {
        readonly name?: string;
        readonly jsonPointers?: string[];
        readonly jqPathExpressions?: string[];
      }[]
    | null;
  readonly preservedFields?: {
    readonly annotations?: readonly string[];
    readonly labels?: readonly string[];
  };
}

export interface ApplicationSetCondition {
  readonly type: 'ErrorOccurred' | 'ParametersGenerated' | 'ResourcesUpToDate' | 'RolloutProgressing';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

/** How far one Application is in a rolling sync. */
export interface RolloutStatus {
  readonly application: string;
  readonly status: 'Waiting' | 'Pending' | 'Progressing' | 'Healthy';
  readonly message: string;
  /** From 1; `-1` for an Application that no step selects. */
  readonly step: string;
  readonly targetRevisions?: readonly string[] | null;
  readonly lastTransitionTime?: string | null;
}

export interface ApplicationSet extends KubeObject {
  readonly spec: ApplicationSetSpec;
  readonly status?: {
    readonly conditions?: readonly ApplicationSetCondition[];
    readonly applicationStatus?: readonly RolloutStatus[] | null;
    readonly resources?: readonly unknown[];
  };
}
