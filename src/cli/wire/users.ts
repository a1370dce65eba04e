/** The people of a standalone instance, each with different rights. */
export const DEVELOPMENT_USERS = [
  { name: 'alice', displayName: 'Alice Martin', groups: ['developers'] },
  { name: 'bob', displayName: 'Bob Keller', groups: ['developers', 'reviewers'] },
  { name: 'carol', displayName: 'Carol Rossi', groups: ['reviewers', 'prod-approvers', 'deployers'] },
  { name: 'erin', displayName: 'Erin Dubois', groups: ['auditors'] },
] as const;
