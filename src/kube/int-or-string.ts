import { RefusedError } from '../core/index.ts';

/**
 * What an `IntOrString` comes to of `total`: a number is itself, a percentage that part of `total`.
 * @throws RefusedError for text that is no percentage
 */
export function scaleIntOrPercent(value: number | string, total: number, rounding: 'up' | 'down' = 'down'): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d{1,6})%$/.exec(value)?.[1];
  if (percent === undefined)
    throw new RefusedError(`Cannot read as a number or a percentage: ${JSON.stringify(value)}`);
  const part = (Number(percent) * total) / 100;
  return rounding === 'up' ? Math.ceil(part) : Math.floor(part);
}
