export async function run(): Promise<{ verdict: 'skipped'; reason: string }> {
  return { verdict: 'skipped', reason: 'not yet' };
}
