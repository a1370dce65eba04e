/** Argo's GitOps Promoter. */
export const PROMOTER_RULES = String.raw`
promoter.argoproj.io/ArgoCDCommitStatus
  Progressing .metadata.deletionTimestamp -> Argo CD commit status is being deleted
  Progressing !.status -> Initializing Argo CD commit status
  Progressing stale(Ready) -> Waiting for Argo CD commit status spec update to be observed
  Degraded Ready=False:ReconciliationError -> Argo CD commit status reconciliation failed: {message|'Unknown error'}
  Degraded Ready=False -> Argo CD commit status reconciliation failed ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing !Ready -> Argo CD commit status is not ready yet
  Degraded !.status.applicationsSelected -> Argo CD commit status has no applications configured
  Healthy -> Argo CD commit status is healthy and is tracking {#.status.applicationsSelected.*} applications
promoter.argoproj.io/CommitStatus
  Progressing .metadata.deletionTimestamp -> Commit status is being deleted
  Progressing !.status -> Initializing commit status
  Progressing stale(Ready) -> Waiting for commit status spec update to be observed
  Degraded Ready=False:ReconciliationError -> Commit status reconciliation failed: {message|'Unknown error'}
  Degraded Ready=False -> Commit status reconciliation failed ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing !Ready -> Commit status is not ready yet
  Healthy .status.sha & .status.phase -> Commit status for commit {.status.sha} reports {.status.phase}
  Healthy -> Commit status is healthy
promoter.argoproj.io/PullRequest
  Progressing .metadata.deletionTimestamp -> Pull request is being deleted
  Progressing !.status -> Initializing pull request
  Progressing stale(Ready) -> Waiting for pull request spec update to be observed
  Degraded Ready=False:ReconciliationError -> Pull request reconciliation failed: {message|'Unknown error'}
  Degraded Ready=False -> Pull request reconciliation failed ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing !Ready -> Pull request is not ready yet
  Healthy .status.id & .status.state -> Pull request is {.status.state} as PR {.status.id}
  Healthy -> Pull request is healthy
promoter.argoproj.io/ChangeTransferPolicy
  Progressing .metadata.deletionTimestamp -> Change transfer policy is being deleted
  Progressing !.status -> Initializing change transfer policy
  Progressing stale(Ready) -> Waiting for change transfer policy spec update to be observed
  Degraded Ready=False:ReconciliationError -> Change transfer policy reconciliation failed: {message|'Unknown error'}
  Degraded Ready=False -> Change transfer policy reconciliation failed ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing !Ready -> Change transfer policy is not ready yet
  Progressing !.status.active.dry.sha -> The active commit DRY SHA is missing or empty.
  Progressing !.status.proposed.dry.sha -> The proposed commit DRY SHA is missing or empty.
  Progressing .status.active.dry.sha!=.status.proposed.dry.sha & .status.proposed.commitStatuses.*.phase=pending & .status.proposed.commitStatuses.*.phase=failure -> Promotion in progress from '{.status.active.dry.sha:7}' to '{.status.proposed.dry.sha:7}': {#.status.proposed.commitStatuses.*.?phase=pending} pending, {#.status.proposed.commitStatuses.*.?phase=success} successful, {#.status.proposed.commitStatuses.*.?phase=failure} failed. Pending commit statuses: {.status.proposed.commitStatuses.*.?phase=pending.key}. Failed commit statuses: {.status.proposed.commitStatuses.*.?phase=failure.key}. 
  Progressing .status.active.dry.sha!=.status.proposed.dry.sha & .status.proposed.commitStatuses.*.phase=pending -> Promotion in progress from '{.status.active.dry.sha:7}' to '{.status.proposed.dry.sha:7}': {#.status.proposed.commitStatuses.*.?phase=pending} pending, {#.status.proposed.commitStatuses.*.?phase=success} successful, {#.status.proposed.commitStatuses.*.?phase=failure} failed. Pending commit statuses: {.status.proposed.commitStatuses.*.?phase=pending.key}. 
  Progressing .status.active.dry.sha!=.status.proposed.dry.sha & .status.proposed.commitStatuses.*.phase=failure -> Promotion in progress from '{.status.active.dry.sha:7}' to '{.status.proposed.dry.sha:7}': {#.status.proposed.commitStatuses.*.?phase=pending} pending, {#.status.proposed.commitStatuses.*.?phase=success} successful, {#.status.proposed.commitStatuses.*.?phase=failure} failed. Failed commit statuses: {.status.proposed.commitStatuses.*.?phase=failure.key}. 
  Progressing .status.active.dry.sha!=.status.proposed.dry.sha -> Promotion in progress from '{.status.active.dry.sha:7}' to '{.status.proposed.dry.sha:7}': {#.status.proposed.commitStatuses.*.?phase=pending} pending, {#.status.proposed.commitStatuses.*.?phase=success} successful, {#.status.proposed.commitStatuses.*.?phase=failure} failed. 
  Healthy .status.active.commitStatuses.*.phase=pending & .status.active.commitStatuses.*.phase=failure -> Environment is up-to-date, but there are non-successful active commit statuses: {#.status.active.commitStatuses.*.?phase=pending} pending, {#.status.active.commitStatuses.*.?phase=success} successful, {#.status.active.commitStatuses.*.?phase=failure} failed. Pending commit statuses: {.status.active.commitStatuses.*.?phase=pending.key}. Failed commit statuses: {.status.active.commitStatuses.*.?phase=failure.key}. 
  Healthy .status.active.commitStatuses.*.phase=pending -> Environment is up-to-date, but there are non-successful active commit statuses: {#.status.active.commitStatuses.*.?phase=pending} pending, {#.status.active.commitStatuses.*.?phase=success} successful, {#.status.active.commitStatuses.*.?phase=failure} failed. Pending commit statuses: {.status.active.commitStatuses.*.?phase=pending.key}. 
  Healthy .status.active.commitStatuses.*.phase=failure -> Environment is up-to-date, but there are non-successful active commit statuses: {#.status.active.commitStatuses.*.?phase=pending} pending, {#.status.active.commitStatuses.*.?phase=success} successful, {#.status.active.commitStatuses.*.?phase=failure} failed. Failed commit statuses: {.status.active.commitStatuses.*.?phase=failure.key}. 
  Healthy -> Environment is up-to-date on commit {.status.active.dry.sha:7}.
promoter.argoproj.io/ScmProvider
  Progressing .metadata.deletionTimestamp -> ScmProvider is being deleted
  Progressing !.status -> Initializing SCM provider
  Progressing stale(Ready) -> Waiting for ScmProvider spec update to be observed
  Degraded Ready=False:ReconciliationError -> SCM provider validation failed: {message|'Unknown error'}
  Degraded Ready=False -> SCM provider not ready ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing Ready=Unknown -> SCM provider readiness unknown ({reason|'Unknown'}): {message|'Unknown'}
  Progressing !Ready -> ScmProvider Ready condition is missing
  Healthy -> SCM provider is ready
promoter.argoproj.io/ClusterScmProvider
  Progressing .metadata.deletionTimestamp -> ClusterScmProvider is being deleted
  Progressing !.status -> Initializing cluster SCM provider
  Progressing stale(Ready) -> Waiting for ClusterScmProvider spec update to be observed
  Degraded Ready=False:ReconciliationError -> Cluster SCM provider validation failed: {message|'Unknown error'}
  Degraded Ready=False -> Cluster SCM provider not ready ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing Ready=Unknown -> Cluster SCM provider readiness unknown ({reason|'Unknown'}): {message|'Unknown'}
  Progressing !Ready -> ClusterScmProvider Ready condition is missing
  Healthy -> Cluster SCM provider is ready
promoter.argoproj.io/GitRepository
  Progressing .metadata.deletionTimestamp -> GitRepository is being deleted
  Progressing !.status -> Initializing Git repository
  Progressing stale(Ready) -> Waiting for GitRepository spec update to be observed
  Degraded Ready=False:ReconciliationError -> Git repository validation failed: {message|'Unknown error'}
  Degraded Ready=False -> Git repository not ready ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing Ready=Unknown -> Git repository readiness unknown ({reason|'Unknown'}): {message|'Unknown'}
  Progressing !Ready -> GitRepository Ready condition is missing
  Healthy -> Git repository is ready
promoter.argoproj.io/GitCommitStatus
  Progressing .metadata.deletionTimestamp -> GitCommitStatus is being deleted
  Progressing !.status -> Initializing git commit validation
  Progressing stale(Ready) -> Waiting for GitCommitStatus spec update to be observed
  Degraded Ready=False:ReconciliationError -> Git commit validation failed: {message|'Unknown error'}
  Degraded Ready=False -> Git commit validation not ready ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing Ready=Unknown -> Git commit validation status unknown ({reason|'Unknown'}): {message|'Unknown'}
  Progressing !Ready -> GitCommitStatus Ready condition is missing
  Healthy !.status.environments -> Git commit validation reconciled
  Degraded .status.environments.*.phase=failure -> Git commit validation failed for branch(es): {.status.environments.*.?phase=failure.branch}
  Progressing .status.environments.*.phase!=success -> Git commit validation pending for branch(es): {.status.environments.*.?phase!=success.branch}
  Healthy -> Git commit validation passed for {#.status.environments.*.?phase=success} environment(s)
promoter.argoproj.io/TimedCommitStatus
  Progressing .metadata.deletionTimestamp -> TimedCommitStatus is being deleted
  Progressing !.status -> Initializing timed commit gate
  Progressing stale(Ready) -> Waiting for TimedCommitStatus spec update to be observed
  Degraded Ready=False:ReconciliationError -> Timed commit gate failed: {message|'Unknown error'}
  Degraded Ready=False -> Timed commit gate not ready ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing Ready=Unknown -> Timed commit gate status unknown ({reason|'Unknown'}): {message|'Unknown'}
  Progressing !Ready -> TimedCommitStatus Ready condition is missing
  Healthy !.status.environments -> Timed commit gate reconciled
  Degraded .status.environments.*.phase=failure -> Timed commit gate failed for branch(es): {.status.environments.*.?phase=failure.branch}
  Progressing .status.environments.*.phase!=success -> Timed commit gate pending for branch(es): {.status.environments.*.?phase!=success.branch}
  Healthy -> Timed commit gate satisfied for {#.status.environments.*.?phase=success} environment(s)
promoter.argoproj.io/WebRequestCommitStatus
  Progressing .metadata.deletionTimestamp -> WebRequestCommitStatus is being deleted
  Progressing !.status -> Initializing web request commit validation
  Progressing stale(Ready) -> Waiting for WebRequestCommitStatus spec update to be observed
  Degraded Ready=False:ReconciliationError -> Web request commit validation failed: {message|'Unknown error'}
  Degraded Ready=False -> Web request commit validation not ready ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing Ready=Unknown -> Web request commit validation unknown ({reason|'Unknown'}): {message|'Unknown'}
  Progressing !Ready -> WebRequestCommitStatus Ready condition is missing
  Healthy !.status.environments -> Web request commit validation reconciled
  Degraded .status.environments.*.phase=failure -> Web request validation failed for branch(es): {.status.environments.*.?phase=failure.branch}
  Progressing .status.environments.*.phase!=success -> Web request validation pending for branch(es): {.status.environments.*.?phase!=success.branch}
  Healthy -> Web request validation passed for {#.status.environments.*.?phase=success} environment(s)
promoter.argoproj.io/PromotionStrategy
  Progressing .metadata.deletionTimestamp -> Promotion strategy is being deleted
  Progressing !.status -> Initializing promotion strategy
  Progressing stale(Ready) -> Waiting for promotion strategy spec update to be observed
  Degraded Ready=False:ReconciliationError -> Promotion strategy reconciliation failed: {message|'Unknown error'}
  Degraded Ready=False -> Promotion strategy reconciliation failed ({reason|'Unknown'}): {message|'Unknown error'}
  Progressing !Ready -> Promotion strategy is not ready yet
  Degraded !.status.environments -> Promotion strategy has no environments configured
  Progressing .status.environments.*.proposed.dry.sha -> Promotion in progress
  Progressing -> Promotion strategy is not ready yet
`;
