/** Clusters, machines, clouds, virtual machines, workloads of other operators. */
export const PLATFORM_RULES = String.raw`
addons.cluster.x-k8s.io/ClusterResourceSet
  Degraded ResourcesApplied=False -> {message}
  Healthy ResourcesApplied=True -> cluster resource set is applied
  Progressing -> Initializing cluster resource set
cluster.x-k8s.io/Cluster
  Degraded .status.phase=Failed -> {Ready.message}
  Degraded Ready=False & .status.phase!=Provisioning -> {message}
  Degraded InfrastructureReady=False & !InfrastructureReady:WaitingForInfrastructure -> {message}
  Healthy Ready=True & .status.phase=Provisioned -> Cluster is provisioned
  Progressing -> Waiting for clusters
cluster.x-k8s.io/Machine
  Degraded .status.phase=Failed -> {Ready.message}
  Healthy Ready=True & .status.phase=Running -> Machine is running
  Progressing Ready=False -> {message}
  Progressing -> Waiting for machines
cluster.x-k8s.io/MachineDeployment
  Degraded .status.phase=Failed -> {Available.message|Ready.message}
  Healthy .status.phase=Running & Ready=True -> Machine Deployment is running
  Progressing -> Waiting for machines
cluster.x-k8s.io/MachineHealthCheck
  Progressing !.status.expectedMachines
  Degraded .status.currentHealthy<.status.expectedMachines
  Healthy
cluster.x-k8s.io/MachinePool
  Degraded .status.phase=Failed -> {.kind} is {.status.phase}
  Healthy .status.phase=Running|Scaling & Ready=True & InfrastructureReady=True -> {.kind} is {.status.phase}
  Progressing Ready=False & InfrastructureReady=False -> {.kind} is {.status.phase}: Not Ready ({Ready.reason}), Not InfrastructureReady ({InfrastructureReady.reason})
  Progressing Ready=False -> {.kind} is {.status.phase}: Not Ready ({reason})
  Progressing .status.phase -> {.kind} is {.status.phase}
  Progressing -> Waiting for {.kind}
controlplane.cluster.x-k8s.io/*
  Progressing stale -> Waiting for the control plane spec to be reconciled
  Degraded .status.failureMessage -> {.status.failureMessage}
  Healthy .status.ready=true -> Control plane is ready
  Progressing .status.ready=false -> Control plane is not ready (.status.ready is false)
  Progressing -> Control plane is not ready (.status.ready is false)
karpenter.k8s.aws/EC2NodeClass karpenter.sh/NodePool
  Degraded Ready=False -> {message}
  Healthy Ready=True & .kind=NodePool -> {message|'NodePool is ready'}
  Healthy Ready=True -> {message|'EC2NodeClass is ready'}
  Progressing -> Waiting for {.kind} status
karpenter.sh/NodeClaim
  Degraded Ready=False -> {message}
  Healthy Ready=True -> NodeClaim is ready
  Progressing Initialized=True -> Node initialized, waiting for Ready
  Progressing Registered=True -> Node registered, waiting for initialization
  Progressing Launched=True -> Node launched, waiting for registration
  Progressing -> Waiting for NodeClaim to be launched
nmstate.io/NodeNetworkConfigurationPolicy
  Suspended Ignored=True -> {reason}
  Degraded Degraded=True -> {reason}: {message}
  Progressing Progressing=True -> {reason}: {message}
  Healthy Available=True -> {reason}: {message}
  Progressing -> Waiting for status

*.crossplane.io/*
  Suspended Synced=False:ReconcilePaused -> {reason}
  Degraded Synced=False -> {message|reason}
  Degraded Installed=False -> {reason} {Healthy.reason}
  Degraded Healthy=False & Installed=True -> {Installed.reason} {Healthy.reason}
  Degraded Healthy=False -> {message|reason}
  Healthy Ready=True -> {message|reason}
  Healthy Installed=True & Healthy=True -> {Installed.reason} {Healthy.reason}
  Healthy RevisionHealthy=True -> Resource is up-to-date.
  Healthy !Ready & Synced=True & .spec -> Resource is up-to-date.
  Progressing Ready=False -> {message|reason}
  Progressing -> Provisioning ...
cloudfront.aws.crossplane.io/Distribution
  Suspended Synced=False:ReconcilePaused -> {reason}
  Degraded Synced=False -> {message|reason}
  Healthy Ready=True & Synced=True -> {message|reason}
  Progressing .status.conditions -> Waiting for distribution to be available
  Progressing -> Waiting for distribution to be created
pkg.crossplane.io/Provider pkg.crossplane.io/Configuration pkg.crossplane.io/Function
  Degraded Installed=False -> {Installed.reason} {Healthy.reason}
  Degraded Healthy=False -> {Installed.reason} {Healthy.reason}
  Healthy Installed=True & Healthy=True -> {Installed.reason} {Healthy.reason}
  Progressing -> Waiting for provider to be installed
stacks.crossplane.io/ClusterStackInstall stacks.crossplane.io/StackInstall
  Healthy .status.conditionedStatus.conditions.*.type=Ready & .status.conditionedStatus.conditions.0.status=True -> {.status.conditionedStatus.conditions.0.reason}
  Progressing -> Waiting for {.kind}
*.cnrm.cloud.google.com/*
  Progressing stale -> Update in progress
  Suspended Ready=False:DependencyNotReady -> {message}
  Degraded Ready=False:DependencyNotFound|UpdateFailed|DependencyInvalid|ManagementConflict|DeleteFailed -> {message}
  Progressing Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Update in progress
core.cnrm.cloud.google.com/ConfigConnector core.cnrm.cloud.google.com/ConfigConnectorContext
  Progressing stale -> Update in progress
  Healthy .status.healthy=true -> {.kind} is healthy
  Degraded .status.healthy=false -> {.kind} is not healthy
  Progressing -> Update in progress
*.services.k8s.aws/*
  Degraded ACK.Terminal=True -> {message}
  Degraded ACK.Recoverable=True -> {message}
  Healthy ACK.ResourceSynced=True -> Resource is synced
  Progressing ACK.ResourceSynced=False -> {message|'Resource is not synced'}
  Progressing -> Waiting for resource to be ready

apps.kruise.io/AdvancedCronJob
  Suspended .spec.paused=true -> AdvancedCronJob is Paused
  Progressing .status.active -> AdvancedCronJobs has active jobs
  Degraded .status.lastScheduleTime=error -> AdvancedCronJobs has failed
  Healthy .status.lastScheduleTime -> AdvancedCronJobs has run successfully
  Progressing -> AdvancedCronJobs has not run successfully
apps.kruise.io/BroadcastJob
  Suspended .status.phase=paused -> BroadcastJob is Paused
  Degraded .status.phase=failed -> BroadcastJob has failed
  Healthy .status.phase=completed -> BroadcastJob is completed successfully
  Progressing .status.phase=running -> BroadcastJob is still running
  Progressing -> Waiting for initialization
apps.kruise.io/CloneSet
  Progressing !.status.observedGeneration -> Waiting for initialization
  Suspended .spec.updateStrategy.paused=true -> Cloneset is paused
  Suspended .spec.updateStrategy.partition>0 & .status.updatedReplicas>.status.updatedReadyReplicas -> Cloneset needs manual intervention
  Healthy .status.updatedAvailableReplicas=.status.replicas & .status.updatedReadyReplicas=.status.replicas -> All Cloneset workloads are ready and updated
  Degraded -> Some replicas are not ready or available
apps.kruise.io/DaemonSet
  Suspended .spec.updateStrategy.rollingUpdate.paused=true -> Daemonset is paused
  Suspended .spec.updateStrategy.rollingUpdate.partition>0 & .status.updatedNumberScheduled>.spec.updateStrategy.rollingUpdate.partition -> Daemonset needs manual intervention
  Progressing .status.desiredNumberScheduled=0 -> Waiting for initialization
  Healthy .status.updatedNumberScheduled=.status.desiredNumberScheduled & .status.numberAvailable=.status.desiredNumberScheduled -> All Daemonset workloads are ready and updated
  Degraded .status.desiredNumberScheduled -> Some pods are not ready or available
  Progressing -> Waiting for initialization
apps.kruise.io/StatefulSet
  Progressing !.status.observedGeneration -> Waiting for initialization
  Suspended .spec.updateStrategy.rollingUpdate.paused=true -> Statefulset is paused
  Suspended .spec.updateStrategy.rollingUpdate.partition>0 & .status.updatedReplicas>.status.updatedReadyReplicas -> Statefulset needs manual intervention
  Healthy .status.updatedAvailableReplicas=.status.replicas & .status.updatedReadyReplicas=.status.replicas -> All Statefulset workloads are ready and updated
  Degraded -> Some replicas are not ready or available
rollouts.kruise.io/Rollout
  Suspended .status.canaryStatus.currentStepState=StepPaused & .status.phase=Progressing -> Rollout is Paused need manual intervention
  Progressing .status.phase=Progressing -> Rollout is still progressing
  Healthy .status.phase=Healthy -> Rollout is Completed
  Degraded .status.phase=Disabled|Terminating|Disabling -> Rollout is Disabled or Terminating
  Progressing -> Waiting for initialization
game.kruise.io/GameServer
  Healthy .status.currentState=.status.desiredState & .status.currentState=Ready -> GameServer is Ready
  Degraded .status.currentState=Crash|Unknown -> GameServer is {.status.currentState}
  Progressing .status.currentState!=.status.desiredState -> State change: {.status.currentState} → {.status.desiredState}
  Progressing -> Waiting for initialization
game.kruise.io/GameServerSet
  Progressing stale -> Waiting for initialization
  Suspended .spec.updateStrategy.rollingUpdate.paused=true -> GameServerSet is paused
  Suspended .spec.updateStrategy.rollingUpdate.partition>0 & .status.updatedReplicas>.spec.updateStrategy.rollingUpdate.partition -> Partition={.spec.updateStrategy.rollingUpdate.partition}, waiting for manual intervention
  Suspended .spec.updateStrategy.rollingUpdate.partition>0 -> Partition={.spec.updateStrategy.rollingUpdate.partition}, waiting for manual intervention
  Progressing .status.readyReplicas<.status.replicas -> ReadyReplicas {.status.readyReplicas}/{.status.replicas}, still progressing
  Progressing .status.updatedReadyReplicas<.status.replicas -> UpdatedReadyReplicas {.status.updatedReadyReplicas}/{.status.replicas}, still progressing
  Healthy .status.replicas -> All GameServerSet replicas are updated and ready
  Progressing -> Waiting for initialization
apps.openshift.io/DeploymentConfig
  Healthy Progressing=True:NewReplicationControllerAvailable -> replication controller successfully rolled out
  Progressing Progressing=True -> replication controller is waiting for pods to run
  Progressing Progressing=Unknown & Available=True -> replication controller is waiting for pods to run
  Degraded Available=False -> Deployment config is degraded
  Progressing -> replication controller is waiting for pods to run
work.karmada.io/*
  Progressing !Scheduled=True & !FullyApplied=True -> Current resource status is insufficient
  Degraded .status.aggregatedStatus.*.applied=false -> Current resource status is unhealthy
  Degraded .status.aggregatedStatus.*.health=Unhealthy -> Current resource status is unhealthy
  Healthy FullyApplied=True
  Progressing -> Current resource status is insufficient
core.spinkube.dev/SpinApp
  Progressing !.status.conditions -> Waiting for status to be available
  Degraded Progressing=False -> {message}
  Degraded Available=False & Progressing!=True -> {message}
  Healthy Available=True & .status.readyReplicas=.spec.replicas & Progressing:ReplicaSetUpdated -> {message}
  Progressing Progressing=True -> {message}
  Healthy Available=True -> {message}
  Progressing -> Waiting for status to be available
cdi.kubevirt.io/DataVolume
  Degraded Running=False:Error -> {message}
  Healthy .status.phase=Succeeded -> {.status.phase}
  Suspended .status.phase=Paused -> {.status.phase}
  Degraded .status.phase=Failed|Unknown -> {.status.phase}
  Progressing .status.phase -> {.status.phase}
  Progressing -> No status available
kubevirt.io/VirtualMachine
  Degraded Failure=True -> {message}
  Suspended .status.printableStatus=Stopped|Paused -> {.status.printableStatus}
  Healthy Ready=True -> {.status.printableStatus|'Running'}
  Progressing .status.printableStatus -> {.status.printableStatus}
  Progressing -> No status available
kubevirt.io/VirtualMachineInstance
  Suspended .status.phase=Succeeded -> {.status.phase}
  Degraded .status.phase=Failed -> {.status.phase}
  Suspended Paused=True -> {message}
  Healthy .status.phase=Running & Ready=True -> Running
  Degraded .status.phase=Running & Ready=False -> {message}
  Progressing .status.phase -> {.status.phase}
  Progressing -> No status available
spot.io/SpotDeployment
  Degraded InvalidSpec -> {message}
  Degraded Progressing:RolloutAborted|ProgressDeadlineExceeded -> {message}
  Suspended .spec.paused=true -> SpotDeployment is paused
  Progressing .status.updatedReplicas<.spec.replicas & .status.updatedReplicas -> Waiting for roll out to finish: More replicas need to be updated
  Healthy .status.conditions
  Progressing -> Waiting for rollout spec update to be observed
sparkoperator.k8s.io/SparkApplication
  Degraded .status.applicationState.state=FAILED|SUBMISSION_FAILED|FAILING -> {.status.applicationState.errorMessage}
  Progressing .status.applicationState.state=SUBMITTED -> SparkApplication was Submitted
  Healthy .status.applicationState.state=RUNNING -> SparkApplication is Running
  Healthy .status.applicationState.state=COMPLETED -> SparkApplication was Successful
  Degraded .status.applicationState.state=INVALIDATING|UNKNOWN -> SparkApplication is in {.status.applicationState.state}
  Progressing -> Waiting for SparkApplication
tower.ansible.com/AnsibleJob
  Degraded .status.ansibleJobResult.status=canceled|error|failed -> {.status.ansibleJobResult.status} job - {.status.ansibleJobResult.url}
  Healthy .status.ansibleJobResult.status=successful -> {.status.ansibleJobResult.status} job - {.status.ansibleJobResult.url}
  Progressing .status.ansibleJobResult.status -> {.status.ansibleJobResult.status} job - {.status.ansibleJobResult.url}
  Progressing -> Waiting for AnsibleJob
services.cloud.sap.com/ServiceBinding services.cloud.sap.com/ServiceInstance
  Progressing stale(Succeeded) -> Waiting for spec update to be observed
  Degraded Failed=True -> {message}
  Healthy Ready=True -> Ready to use
  Progressing Succeeded -> {message}
  Progressing -> Waiting for status
camel.apache.org/Integration
  Degraded .status.phase=Error -> {Ready.message}
  Healthy .status.phase=Running & Ready=True
  Degraded Ready=False -> {message}
  Progressing -> Waiting for Camel Integration
openfaas.com/Function
  Degraded Stalled=True -> {message}
  Progressing Reconciling=True -> {message}
  Degraded Ready=False -> {message}
  Degraded Healthy=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Function is being reconciled
pulumi.com/Stack
  Progressing stale -> Waiting for the operator to observe the latest spec change
  Degraded Stalled=True -> {message}
  Progressing Reconciling=True -> {message}
  Healthy Ready=True -> {message}
  Degraded Ready=False -> {message}
  Progressing -> Waiting for the stack to be processed
serving.kserve.io/InferenceService
  Suspended Stopped=True -> InferenceService is Stopped
  Healthy Ready=True & !.status.modelStatus.transitionStatus=BlockedByFailedLoad|InvalidSpec -> InferenceService is healthy.
  Degraded .status.modelStatus.transitionStatus=BlockedByFailedLoad|InvalidSpec & Ready=True -> 0: transitionStatus | {.status.modelStatus.transitionStatus}
  Progressing -> Waiting for InferenceService to report status...
flink.apache.org/FlinkDeployment
  Progressing .status.jobManagerDeploymentStatus=DEPLOYED_NOT_READY|DEPLOYING -> Waiting for deploying
  Degraded .status.jobManagerDeploymentStatus=ERROR -> JobManager Deployment Status = ERROR
  Healthy .status.jobManagerDeploymentStatus=READY & .status.jobStatus.state=RUNNING
  Degraded .status.jobStatus.state=FAILED|FAILING -> {.status.error}
  Progressing -> Waiting for Flink operator
bitnami.com/SealedSecret
  Degraded Synced=False -> {message}
  Healthy
onepassword.com/OnePasswordItem
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for OnePasswordItem
kyverno.io/Policy kyverno.io/ClusterPolicy
  Healthy Ready=True -> Policy is ready
  Degraded Ready=False -> Policy is not ready
  Progressing -> Waiting for the status to be reported
`;
