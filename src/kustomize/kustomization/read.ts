import { KustomizeError, inFile } from '../errors.ts';
import type { Loader } from '../files/loader.ts';
import type { ImageArgs, Kustomization } from '../model/kustomization.ts';
import { parseDocuments } from '../yaml/parse.ts';
import { isNull } from '../yaml/value.ts';
import { conform } from './shape.ts';
import { KUSTOMIZATION } from './shapes.ts';

export const KUSTOMIZATION_FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

const VERSION = 'kustomize.config.k8s.io/v1beta1';
const COMPONENT_VERSION = 'kustomize.config.k8s.io/v1alpha1';

export interface KustomizationFile {
  readonly kustomization: Kustomization;
  readonly file: string;
}

/** @throws KustomizeError NOT_FOUND, INVALID_YAML, INVALID_KUSTOMIZATION, REFUSED */
export async function readKustomization(loader: Loader): Promise<KustomizationFile> {
  const found = [];
  for (const name of KUSTOMIZATION_FILES) {
    const file = await loader.tryLoad(name);
    if (file !== undefined) found.push(file);
  }
  const [first, second] = found;
  const folder = loader.root || '.';
  if (first === undefined) {
    throw new KustomizeError(
      'NOT_FOUND',
      `Unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${folder}'`,
      { file: folder },
    );
  }
  if (second !== undefined) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', `Found multiple kustomization files under: ${folder}`, {
      file: folder,
    });
  }
  return { file: first.file, kustomization: inFile(first.file, () => parseKustomization(first.bytes.toString())) };
}

export function parseKustomization(text: string): Kustomization {
  const [document, ...others] = parseDocuments(text, { lastKeyWins: true, isLegacy: true });
  if (others.length > 0) throw new KustomizeError('INVALID_KUSTOMIZATION', 'A kustomization is one document');
  if (document === undefined || isNull(document)) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', 'kustomization.yaml is empty');
  }
  const raw = conform(document, KUSTOMIZATION) as RawKustomization;
  refuse(raw);
  const kustomization = modernize(raw);
  check(kustomization);
  return kustomization;
}

interface RawKustomization extends Kustomization {
  readonly bases?: readonly string[];
  readonly imageTags?: readonly ImageArgs[];
  readonly helmCharts?: readonly unknown[];
  readonly helmChartInflationGenerator?: readonly unknown[];
}

function refuse({ helmCharts = [], helmChartInflationGenerator = [] }: RawKustomization): void {
  if (helmCharts.length === 0 && helmChartInflationGenerator.length === 0) return;
  throw new KustomizeError('REFUSED', 'Helm charts are not inflated: render the chart and commit the result');
}

/** Moves the fields of earlier versions to those that took their place. */
function modernize(raw: RawKustomization): Kustomization {
  const { bases = [], imageTags = [], ...rest } = raw;
  const kind = rest.kind ?? 'Kustomization';
  const kustomization = {
    ...rest,
    kind,
    apiVersion: rest.apiVersion ?? (kind === 'Component' ? COMPONENT_VERSION : VERSION),
  };
  if (bases.length > 0) kustomization.resources = [...(rest.resources ?? []), ...bases];
  if (imageTags.length > 0) kustomization.images = [...(rest.images ?? []), ...imageTags];
  return kustomization;
}

function check(kustomization: Kustomization): void {
  const { kind = '', apiVersion, metadata: _metadata, openapi: _openapi, ...content } = kustomization;
  const isKnown = kind === 'Kustomization' || kind === 'Component';
  if (!isKnown) throw new KustomizeError('INVALID_KUSTOMIZATION', 'kind should be Kustomization or Component');
  const wanted = kind === 'Component' ? COMPONENT_VERSION : VERSION;
  if (apiVersion !== wanted) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', `apiVersion for ${kind} should be ${wanted}`);
  }
  if (Object.keys(content).length === 0) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', 'kustomization.yaml is empty');
  }
}
