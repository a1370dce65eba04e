import type { Row } from '../lib/report.ts';
import { growthExponent } from '../lib/statistics.ts';

/** Measured numbers by the name of their {@link Metric}. */
export type Figures = Readonly<Record<string, number>>;

/** What was measured with one number of applications. */
export interface Sample {
  readonly count: number;
  readonly figures: Figures;
  /** One-minute load average when it ended. */
  readonly load: number;
}

export interface Metric {
  readonly key: string;
  readonly figure: string;
  readonly unit: string;
  readonly how: string;
  /** @default at most */
  readonly atLeast?: boolean;
  readonly goal?: (count: number) => number | undefined;
  /** The largest exponent of growth with the number of applications. */
  readonly exponent?: number;
}

/** Numbers of applications from which an exponent is computed. */
const POINTS = 3;

export function rowsOf(metrics: readonly Metric[], samples: readonly Sample[]): readonly Row[] {
  return metrics.flatMap((metric) => {
    const measured = samples.flatMap(({ count, figures, load }) => {
      const number = figures[metric.key];
      return number === undefined ? [] : [{ count, number, load }];
    });
    return [...measured.map((point) => rowOf(metric, point)), ...exponentRow(metric, measured)];
  });
}

interface Point {
  readonly count: number;
  readonly number: number;
  readonly load: number;
}

function rowOf({ figure, unit, how, goal, atLeast = false }: Metric, { count, number, load }: Point): Row {
  const wanted = goal?.(count);
  const base = { figure: `${figure}, N=${count}`, value: `${shown(number)} ${unit}`, number };
  const told = { ...base, how: `${how}; load ${load}` };
  if (wanted === undefined) return told;
  const met = atLeast ? number >= wanted : number <= wanted;
  return { ...told, goal: `${atLeast ? '≥' : '≤'} ${wanted} ${unit}`, met };
}

function exponentRow({ figure, exponent }: Metric, points: readonly Point[]): readonly Row[] {
  if (exponent === undefined || points.length < POINTS) return [];
  // Nothing at all grows with no exponent, but has no logarithm either.
  const number = growthExponent(points.map((point) => [point.count, Math.max(point.number, Number.EPSILON)]));
  const how = `least squares over N = ${points.map(({ count }) => count).join(', ')}`;
  const row = { figure: `${figure}: growth exponent`, value: number.toFixed(2), number, how };
  return [{ ...row, goal: `≤ ${exponent}`, met: number <= exponent, gate: true }];
}

function shown(number: number): string {
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
