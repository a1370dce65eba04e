/** Steps from an object to one of its fields. */
export type FieldPath = readonly (string | number)[];

/** For people: `spec.containers[0].image`; steps that hold dots are quoted. */
export function printPath(path: FieldPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/[.[\]/]/.test(step)) text += `["${step}"]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
