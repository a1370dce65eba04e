/** Databases, storage, observability and other services under operators. */
export const SERVICE_RULES = String.raw`
acid.zalan.do/postgresql
  Healthy .status.PostgresClusterStatus=Running -> {.status.PostgresClusterStatus}
  Progressing .status.PostgresClusterStatus=Creating|Updating|SyncRunning -> {.status.PostgresClusterStatus}
  Degraded .status.PostgresClusterStatus -> {.status.PostgresClusterStatus}
  Progressing -> Waiting for postgres cluster status...
apps.3scale.net/APIManager
  Healthy Available=True -> 3scale APIManager is available
  Progressing -> Waiting for 3scale APIManager status...
capabilities.3scale.net/Application
  Suspended .status.state=suspended -> 3scale Application is suspended
  Degraded Failed=True -> {message|'3scale Application failed'}
  Degraded Invalid=True -> {message|'3scale Application configuration is invalid'}
  Healthy Ready=True -> 3scale Application is ready
  Healthy .status.state=live -> 3scale Application is ready
  Progressing -> Waiting for 3scale Application status...
capabilities.3scale.net/ProxyConfigPromote
  Degraded Failed=True -> {message}
  Healthy Ready=True -> 3scale ProxyConfigPromote is ready
  Progressing In-progress=True -> {message}
  Progressing -> Waiting for 3scale ProxyConfigPromote status...
capabilities.3scale.net/Product capabilities.3scale.net/Backend
  Degraded Failed=True -> {message|'3scale {.kind} synchronization failed'}
  Degraded Invalid=True -> {message|'3scale Backend configuration is invalid'}
  Degraded Orphan=True -> {message}
  Healthy Synced=True -> 3scale {.kind} is synced
  Progressing -> Waiting for 3scale {.kind} status...
capabilities.3scale.net/*
  Degraded Failed=True -> {message}
  Degraded Invalid=True -> {message}
  Degraded Orphan=True -> {message}
  Healthy Ready=True -> 3scale {.kind} is ready
  Degraded Ready=False -> {message}
  Progressing -> Waiting for 3scale {.kind} status...
astra.netapp.io/AppVault
  Degraded .status.state=failed -> AppVault Failed
  Healthy .status.state=available -> AppVault Available
  Progressing -> No status available
astra.netapp.io/Application
  Degraded Ready=False -> Astra Application Degraded, message: {message}
  Healthy Ready=True -> Astra Application Ready, protectionState: {.status.protectionState}
  Progressing -> No status available
astra.netapp.io/ExecHook
  Suspended .spec.enabled=false -> ExecHook disabled
  Healthy -> ExecHook enabled
astra.netapp.io/Schedule
  Suspended .spec.enabled=false -> Protection policy is disabled
  Healthy .status.lastScheduleTime -> Protection policy lastScheduleTime: {.status.lastScheduleTime}
  Healthy -> Protection policy not yet executed
astra.netapp.io/*
  Degraded .status.state=Failed|Error -> {.status.state}
  Healthy .status.state=Completed -> {.kind} Completed
  Progressing .status.state -> {.kind} {.status.state}
  Progressing -> No status available
cassandra.rook.io/Cluster
  Progressing !.status.racks -> Waiting for Cassandra Cluster
  Healthy
ceph.rook.io/CephCluster
  Progressing !.status.state -> Waiting for status to be reported
  Progressing .status.state=Creating|Connecting|Updating|Progressing|Deleting -> {.status.message}
  Degraded .status.state=Error -> {.status.message}
  Healthy .status.ceph.health=HEALTH_OK -> Ceph health is {.status.ceph.health} - Ceph cluster state is {.status.state} - {.status.message}
  Progressing !.status.ceph.health -> {.status.message}
ceph.rook.io/*
  Degraded .status.phase=Failure -> Ceph object store phase is {.status.phase}
  Healthy .status.phase=Ready|Connected -> Ceph object store phase is {.status.phase}
  Progressing .status.phase -> Ceph object store phase is {.status.phase}
  Progressing -> Waiting for status to be reported
clickhouse.altinity.com/ClickHouseInstallation
  Healthy .status.status=Completed -> ClickHouse installation completed successfully
  Progressing .status.status=InProgress -> ClickHouse installation in progress
  Degraded .status.status=Failed|Aborted -> ClickHouse installation {.status.status}
  Progressing .status.status=Terminating -> ClickHouse installation is terminating
  Progressing -> ClickHouse status not yet available
coralogix.com/*
  Degraded RemoteSynced=False -> {message}
  Healthy RemoteSynced=True -> Resource is ready
  Progressing -> Waiting for status to be updated
core.humio.com/HumioCluster
  Healthy .status.state=Running -> Cluster is in a healthy running state
  Progressing .status.state=Pending -> Cluster is waiting on resources to be provisioned
  Progressing .status.state=Restarting -> Cluster pods are being restarted
  Progressing .status.state=Upgrading -> Cluster pods are being upgraded
  Degraded .status.state=ConfigError -> User-provided cluster specification resulted in a configuration error
  Unknown .status.state -> Component state: {.status.state}.
  Progressing -> Update in progress
core.humio.com/*
  Healthy .status.state=Exists -> Component state: {.status.state}.
  Missing .status.state=NotFound -> Component state: {.status.state}.
  Degraded .status.state=ConfigError -> Component state: {.status.state}.
  Unknown .status.state -> Component state: {.status.state}.
  Progressing -> Update in progress
datadoghq.com/DatadogMetric
  Degraded Valid=False -> {message|'DatadogMetric is not valid'}
  Degraded Error=True -> {message|'DatadogMetric has an error'}
  Healthy Valid=True -> DatadogMetric is healthy
  Progressing -> Waiting for DatadogMetric
db.atlasgo.io/AtlasMigration db.atlasgo.io/AtlasSchema
  Healthy Ready=True -> {reason}
  Progressing Ready=False:Reconciling|GettingDevDB -> {reason}
  Degraded Ready=False -> {reason}
  Progressing -> Waiting for {.kind}
elasticsearch.k8s.elastic.co/Elasticsearch
  Degraded .status.phase=Invalid -> Elasticsearch phase is {.status.phase}
  Progressing .status.phase=ApplyingChanges|MigratingData -> Elasticsearch phase is {.status.phase}
  Healthy .status.health=green -> Elasticsearch Cluster status is Green
  Progressing .status.health=yellow -> Elasticsearch Cluster status is Yellow. Check the status of indices, replicas and shards
  Degraded .status.health=red -> Elasticsearch Cluster status is Red. Check the status of indices, replicas and shards
  Unknown -> Elasticsearch Cluster status is unknown. Ensure your ArgoCD is current and then check for/file a bug report: https://github.com/argoproj/argo-cd/issues
beat.k8s.elastic.co/Beat
  Progressing .status.availableNodes<.status.expectedNodes & .status.health=green|yellow & .status.availableNodes -> Elastic Beat status is deploying, there is {.status.availableNodes} instance(s) on {.status.expectedNodes} expected
  Healthy .status.health=green -> Elastic Beat status is Green
  Progressing .status.health=yellow -> Elastic Beat status is Yellow
  Degraded .status.health=red -> Elastic Beat status is Red
  Progressing .status.expectedNodes & !.status.health -> Elastic Beat phase is progressing
  Unknown -> Elastic Beat status is unknown. Ensure your ArgoCD is current and then check for/file a bug report: https://github.com/argoproj/argo-cd/issues
logstash.k8s.elastic.co/Logstash
  Healthy .status.health=green -> Logstash status is Green
  Progressing .status.health=yellow -> Logstash status is Yellow
  Degraded .status.health=red -> Logstash status is Red
  Progressing -> Waiting for Logstash
grafana-org-operator.kubitus-project.gitlab.io/*
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting ...
grafana.integreatly.org/Grafana
  Degraded .status.stageStatus=failed -> Failed at stage {.status.stage}
  Healthy .status.stage=complete & .status.stageStatus=success
  Progressing .status.stage -> {.status.stage}
  Progressing
grafana.integreatly.org/*
  Healthy DashboardSynchronized=True -> {reason} for DashboardSynchronized because {message}
  Degraded DashboardSynchronized=False -> {reason} for DashboardSynchronized because {message}
  Healthy DatasourceSynchronized=True -> {reason} for DatasourceSynchronized because {message}
  Degraded DatasourceSynchronized=False -> {reason} for DatasourceSynchronized because {message}
  Healthy FolderSynchronized=True -> {reason} for FolderSynchronized because {message}
  Degraded FolderSynchronized=False -> {reason} for FolderSynchronized because {message}
  Progressing
jaegertracing.io/Jaeger
  Healthy .status.phase=Running -> Jaeger is Running
  Degraded .status.phase=Failed -> Jaeger Failed For Some Reason
  Progressing -> Waiting for Jaeger
k8s.keycloak.org/Keycloak k8s.keycloak.org/KeycloakRealmImport
  Degraded HasErrors=True -> Has Errors: {message}
  Healthy Ready=True -> {message}
  Healthy Done=True -> {message}
  Progressing Ready=False -> {message}
  Progressing -> Waiting for Keycloak
k8s.mariadb.com/MariaDB mariadb.mmontes.io/MariaDB k8s.mariadb.com/MaxScale
  Healthy Ready=True -> {message}
  Progressing Ready -> {message}
  Progressing -> No status info available
k8s.mariadb.com/Backup k8s.mariadb.com/SqlJob k8s.mariadb.com/Restore k8s.mariadb.com/PhysicalBackup
  Degraded Complete:JobFailed -> {reason} {message}
  Degraded Complete=False:CronJobFailed -> {reason} {message}
  Healthy Complete=True -> {reason} {message}
  Degraded Complete=False & .status.conditions.*.message=Failed -> {reason} {message}
  Progressing Complete=False -> {reason} {message}
  Progressing -> No status info available
k8s.mariadb.com/*
  Healthy Ready=True -> {message}
  Degraded Ready=False -> {message}
  Progressing -> No status info available
kiali.io/Kiali
  Degraded Failure=True -> {message}
  Progressing Running=True:Running -> {message}
  Healthy Successful=True -> {message}
  Progressing Running=True -> {message}
  Progressing -> Waiting for Kiali
lifecycle.keptn.sh/KeptnTask
  Healthy .status.status=Succeeded -> {.kind} is healthy
  Degraded .status.status=Failed -> {.kind} is degraded
  Progressing -> {.kind} is progressing
lifecycle.keptn.sh/KeptnEvaluation
  Healthy .status.overallStatus=Succeeded -> {.kind} is healthy
  Degraded .status.overallStatus=Failed -> {.kind} is degraded
  Progressing -> {.kind} is progressing
lifecycle.keptn.sh/*
  Healthy .status.status=Succeeded -> {.kind} is healthy
  Degraded .status.status=Failed -> {.kind} is degraded
  Progressing -> {.kind} is progressing
metrics.keptn.sh/Analysis
  Healthy .status.state=Completed & .status.pass=true -> Analysis is healthy
  Healthy .status.state=Completed & .status.warning=true -> Analysis is healthy with warnings
  Degraded .status.state=Completed -> Analysis has failed
  Progressing -> Analysis is progressing
metrics.keptn.sh/KeptnMetric
  Degraded .status.errMsg & !.status.value -> {.kind} is degraded
  Healthy .status.value -> {.kind} is healthy
  Progressing -> {.kind} is progressing
minio.min.io/Tenant
  Healthy .status.currentState=Initialized -> {.status.currentState}
  Degraded .status.currentState~^(Another MinIO Tenant|Different versions|Statefulset not controlled|MinIO Tenant.* failed|Multiple|One or more|Pool Decommissioning Not) -> {.status.currentState}
  Progressing .status.currentState -> {.status.currentState}
  Progressing -> No status info available
numaflow.numaproj.io/Vertex
  Progressing stale -> Waiting for {.kind} status
  Degraded .status.phase=Failed -> {.status.message}
  Degraded Deployed=False -> {message}
  Degraded PodsHealthy=False -> {message}
  Healthy .status.phase=Paused -> Vertex is paused
  Healthy .status.phase -> {.kind} is healthy
  Progressing -> Waiting for {.kind} status
numaflow.numaproj.io/*
  Progressing stale -> Waiting for {.kind} status
  Degraded .metadata.labels.[numaplane.numaproj.io/upgrade-state-reason]=progressive-failure -> Failed progressive upgrade
  Degraded .metadata.labels.[numaplane.numaproj.io/progressive-result-state]=failed -> Failed progressive upgrade
  Degraded .status.phase=Failed -> {.status.message}
  Healthy .status.phase=Paused -> {.kind} is paused
  Degraded .status.conditions.*.status=False -> Subresources are unhealthy
  Healthy .status.phase -> {.kind} is healthy
  Progressing -> Waiting for {.kind} status
numaplane.numaproj.io/*
  Progressing stale -> Not yet reconciled
  Progressing !.status.conditions -> Not yet reconciled
  Degraded .status.phase=Failed -> {.status.message}
  Healthy PipelinePausingOrPaused=True -> Pipeline paused
  Healthy MonoVertexPausingOrPaused=True -> MonoVertex paused
  Degraded ChildResourcesHealthy=False:PipelineFailed|ISBSvcFailed|MonoVertexFailed|Failed -> {message}
  Progressing ChildResourcesHealthy=False:Progressing -> Child Progressing
  Progressing ChildResourcesHealthy=False -> {message}
  Healthy ChildResourcesHealthy=True -> Healthy
  Progressing -> Progressing
ocs.openshift.io/StorageCluster
  Degraded Degraded=True -> {message}
  Progressing Progressing=True -> {message}
  Healthy Available=True -> {message}
  Progressing -> Waiting for StorageCluster
opentelemetry.io/OpenTelemetryCollector
  Healthy .spec.mode=sidecar -> Collector is running in sidecar mode
  Healthy .spec.mode=daemonset & .status.scale.statusReplicas=0/0 -> DaemonSet has no eligible nodes (0/0)
  Healthy .status.scale.statusReplicas~^(\d+)/\1$ -> All replicas are ready
  Progressing .status.scale.statusReplicas -> Replicas are starting up
  Progressing -> Waiting for OpenTelemetryCollector status
operator.victoriametrics.com/*
  Progressing .status.updateStatus=operational & .metadata.generation!=.status.observedGeneration & .status.observedGeneration -> Waiting for the operator to reconcile
  Healthy .status.updateStatus=operational -> Component is operational
  Degraded .status.updateStatus=failed -> {.status.reason}
  Progressing .status.updateStatus=expanding -> Reconciliation in progress
  Suspended .status.updateStatus=paused -> Reconciliation is paused
  Progressing -> Waiting for the operator to reconcile
policy.open-cluster-management.io/CertificatePolicy
  Progressing !.status.compliant -> Waiting for the status to be reported
  Degraded .status.compliant!=Compliant -> At least once certificate does not comply with the policy
  Healthy -> All certificates found comply with the policy
policy.open-cluster-management.io/OperatorPolicy
  Progressing !.status.compliant -> Waiting for the status to be reported
  Progressing stale -> Waiting for the status to be updated
  Progressing !Compliant -> Waiting for the compliance condition
  Degraded Compliant=False -> {message}
  Healthy Compliant=True -> {message}
policy.open-cluster-management.io/ConfigurationPolicy
  Progressing !.status.compliant -> Waiting for the status to be reported
policy.open-cluster-management.io/Policy
  Healthy .spec.disabled=true -> Policy is disabled
  Degraded .status.compliant=NonCompliant & .status.details -> NonCompliant templates: {.status.details.*.?compliant=NonCompliant.templateMeta.name}
  Healthy .status.compliant=Compliant -> All templates are compliant
  Healthy .status.placement & !.status.compliant & !.status.status -> No clusters match this policy
  Progressing -> Waiting for the status to be reported
postgresql.cnpg.io/Cluster
  Suspended .metadata.annotations.[cnpg.io/hibernation]=on -> Cluster is hibernated
  Healthy .status.phase=Cluster in healthy state -> {.status.phase}
  Degraded .status.phase~(Failed|Unable|Not enough|Unrecoverable|cannot|Cluster has incomplete) -> {.status.phase}
  Progressing .status.phaseReason -> {.status.phaseReason}
  Progressing .status.phase -> {.status.phase}
  Progressing -> Waiting for cluster status
psmdb.percona.com/PerconaServerMongoDB pxc.percona.com/PerconaXtraDBCluster ps.percona.com/PerconaServerMySQL
  Progressing .status.state=initializing -> {.status.ready|'0'}/{.status.size} node(s) are ready
  Healthy .status.state=ready -> {.status.ready|'0'}/{.status.size} node(s) are ready
  Suspended .status.state=paused -> Cluster is paused
  Degraded .status.state=stopping -> Cluster is stopping ({.status.ready|'0'}/{.status.size} node(s) are ready)
  Degraded .status.state=error -> Cluster is on error: {.status.message.*}
  Unknown .status.state -> Cluster status is unknown. Ensure your ArgoCD is current and then check for/file a bug report: https://github.com/argoproj/argo-cd/issues
  Progressing -> Waiting for cluster status
pgv2.percona.com/PerconaPGCluster
  Progressing .status.state=initializing -> {.status.postgres.ready|'0'}/{.status.postgres.size} node(s) are ready
  Healthy .status.state=ready -> {.status.postgres.ready|'0'}/{.status.postgres.size} node(s) are ready
  Suspended .status.state=paused -> Cluster is paused
  Degraded .status.state=stopping -> Cluster is stopping ({.status.postgres.ready|'0'}/{.status.postgres.size} node(s) are ready)
  Progressing -> Waiting for cluster status
snapshot.storage.k8s.io/*
  Degraded .status.error.message -> {.status.error.message}
  Healthy .status.readyToUse=true -> Ready to use
  Progressing .status.readyToUse=false -> Waiting for snapshot to be ready
  Progressing -> Waiting for status
solr.apache.org/SolrCloud
  Healthy .status.readyReplicas=.status.replicas & .status.solrNodes -> Solr is ready
  Progressing .status.solrNodes -> Not all replicas are ready
  Progressing -> Waiting for solr to exist
trident.netapp.io/TridentBackendConfig
  Healthy .status.phase=Bound & .status.lastOperationStatus=Success -> {.status.message}
  Degraded .status.lastOperationStatus=Failed -> {.status.message}
  Progressing -> Waiting for TridentBackendConfig
trident.netapp.io/TridentOrchestrator
  Healthy .status.status=Installed -> {.status.message}
  Degraded .status.status=Failed|Error -> {.status.message}
  Progressing .status.status=Installing|Updating|Uninstalling -> Waiting for trident installation
  Progressing !.status.status -> Waiting for trident installation
  Degraded -> {.status.message}
zookeeper.pravega.io/ZookeeperCluster
  Healthy .status.readyReplicas=.status.replicas & .status.readyReplicas>0 -> All ZK Nodes have joined the ensemble
  Progressing -> Waiting for ZK Nodes to join the ensemble
`;
