/** Argo, Flux, cert-manager, External Secrets, KEDA, the Prometheus operator and Kubernetes' own kinds. */
export const ARGO_RULES = String.raw`
argoproj.io/AnalysisRun
  Progressing .status.phase=Pending|Running -> Analysis run is running
  Healthy .status.phase=Successful -> {.status.message|'Analysis run completed successfully'}
  Degraded .status.phase=Failed -> {.status.message|'Analysis run failed'}
  Degraded .status.phase=Error -> {.status.message|'Analysis run had an error'}
  Unknown .status.phase=Inconclusive -> {.status.message|'Analysis run was inconclusive'}
  Progressing -> Waiting for analysis run to finish: status has not been reconciled.
argoproj.io/Experiment
  Progressing .status.phase=Pending -> Experiment is pending
  Progressing .status.phase=Running -> Experiment is running
  Healthy .status.phase=Successful -> Experiment is successful
  Degraded .status.phase=Failed -> Experiment has failed
  Degraded .status.phase=Error -> Experiment had an error
  Progressing -> Waiting for experiment to finish: status has not been reconciled.
argoproj.io/Application
  Healthy .status.health.status=Healthy -> {.status.health.message}
  Progressing .status.health.status=Progressing -> {.status.health.message}
  Degraded .status.health.status=Degraded -> {.status.health.message}
  Suspended .status.health.status=Suspended -> {.status.health.message}
  Missing .status.health.status=Missing -> {.status.health.message}
  Unknown .status.health.status=Unknown -> {.status.health.message}
  Progressing -> Waiting for application to be reconciled
argoproj.io/ApplicationSet
  Degraded ErrorOccurred=True -> {message}
  Degraded ResourcesUpToDate=False -> {message}
  Progressing RolloutProgressing=True -> {message}
  Healthy ResourcesUpToDate=True -> {message}
  Progressing -> Waiting for the status to be reported
argoproj.io/CronWorkflow
  Degraded SpecError=True -> {message}
  Degraded SubmissionError=True -> {message}
  Healthy Completed=True -> {message}
  Healthy -> CronWorkflow is healthy.
argoproj.io/EventBus argoproj.io/EventSource argoproj.io/Sensor
  Degraded Deployed=False -> {message|reason}
  Healthy Deployed=True -> {message|reason}
  Progressing -> Waiting for initialization

cert-manager.io/Certificate certmanager.k8s.io/Certificate
  Progressing Issuing=True -> {message}
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for certificate
cert-manager.io/Issuer certmanager.k8s.io/Issuer
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Initializing issuer
cert-manager.io/ClusterIssuer certmanager.k8s.io/ClusterIssuer
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Initializing ClusterIssuer
cert-manager.io/CertificateRequest
  Degraded Denied=True -> {message}
  Degraded InvalidRequest=True -> {message}
  Healthy Ready=True -> {message}
  Progressing Ready:Pending -> {message}
  Degraded Ready -> {message}
  Progressing -> Waiting for certificate request

external-secrets.io/ExternalSecret
  Progressing .spec.refreshPolicy=OnChange & stale(Ready) -> Waiting for ExternalSecret
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for ExternalSecret
external-secrets.io/SecretStore
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for SecretStore
external-secrets.io/ClusterSecretStore
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for ClusterSecretStore
external-secrets.io/PushSecret
  Degraded Ready=False -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for PushSecret
external-secrets.io/ClusterExternalSecret
  Healthy ^Ready=True -> {message}
  Degraded ^PartiallyReady=True -> {message}
  Degraded ^NotReady=True -> {message}
  Progressing -> Waiting for ClusterExternalSecret
kubernetes-client.io/ExternalSecret
  Healthy .status.status=SUCCESS -> {.status.status}
  Degraded .status.status~^ERROR -> {.status.status}
  Progressing -> Waiting for ExternalSecret.

keda.sh/ScaledObject
  Degraded Ready=False & Paused=True -> {message}
  Degraded Fallback=True & Paused=True -> {message}
  Degraded Fallback=True -> {message}
  Degraded Ready=False -> {message}
  Suspended Ready=True & Paused=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Creating HorizontalPodAutoscaler Object
keda.sh/ScaledJob
  Degraded Ready=False|Unknown & Paused=True -> {message}
  Degraded Ready=False|Unknown -> {message}
  Suspended Ready=True & Paused=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for ScaledJob

monitoring.coreos.com/Prometheus monitoring.coreos.com/Alertmanager monitoring.coreos.com/ThanosRuler
  Progressing Available!=True:SomePodsNotReady -> {message|reason}
  Degraded Available!=True -> {message|reason}
  Healthy Available=True -> All instances are available
  Progressing -> Waiting for initialization

helm.toolkit.fluxcd.io/HelmRelease
  Suspended .spec.suspend=true -> {.kind} is suspended
  Progressing Ready=Unknown & Reconciling=True -> {Ready.reason}
  Healthy Ready=True & Released=True & !TestSuccess=True -> {Ready.reason}
  Healthy Ready=True & TestSuccess=True & !Released=True -> {Ready.reason}
  Healthy Released=True & TestSuccess=True & !Ready=True -> {Ready.reason}
  Degraded .status.conditions -> {Ready.reason}
  Progressing -> Status unknown
source.toolkit.fluxcd.io/Bucket source.toolkit.fluxcd.io/GitRepository source.toolkit.fluxcd.io/HelmChart source.toolkit.fluxcd.io/HelmRepository source.toolkit.fluxcd.io/OCIRepository
  Suspended .spec.suspend=true -> {.kind} is suspended
  Healthy .kind=HelmRepository & .spec.type=oci -> Helm repositories of type 'oci' do not contain any information in the status.
  Progressing Ready=Unknown & Reconciling=True & ArtifactOutdated=True -> {Ready.reason} {ArtifactOutdated.reason}
  Progressing Ready=Unknown & Reconciling=True -> {Ready.reason}
  Healthy Ready=True & ArtifactInStorage=True & ArtifactOutdated=True -> {Ready.reason} {ArtifactOutdated.reason}
  Healthy Ready=True & ArtifactInStorage=True -> {Ready.reason}
  Degraded ArtifactOutdated=True -> {Ready.reason} {ArtifactOutdated.reason}
  Degraded .status.conditions -> {Ready.reason}
  Progressing -> Status unknown
kustomize.toolkit.fluxcd.io/Kustomization image.toolkit.fluxcd.io/ImageUpdateAutomation image.toolkit.fluxcd.io/ImageRepository
  Suspended .spec.suspend=true -> {.kind} is suspended
  Progressing Ready=Unknown & Reconciling=True -> {Ready.reason}
  Healthy Ready=True -> {Ready.reason}
  Degraded .status.conditions -> {Ready.reason}
  Progressing -> Status unknown
image.toolkit.fluxcd.io/ImagePolicy
  Progressing Ready=False & Reconciling=True:NewGeneration|AccessingRepository|ApplyingPolicy -> {Ready.reason}
  Healthy Ready=True -> {Ready.reason}
  Degraded .status.conditions -> {Ready.reason}
  Progressing -> Status unknown
notification.toolkit.fluxcd.io/Receiver
  Healthy Ready=True -> {Ready.reason}
  Degraded .status.conditions -> {Ready.reason}
  Progressing -> Status unknown
flagger.app/Canary
  Degraded .status.phase=Failed -> {.status.phase} --- {Promoted.message}
  Progressing .status.phase=Initializing|Waiting|WaitingPromotion|Progressing|Promoting|Finalising -> {.status.phase} --- Canary Weight: {.status.canaryWeight} % --- {Promoted.message}
  Healthy .status.phase=Initialized|Succeeded -> {.status.phase} --- {Promoted.message}
  Unknown .status.phase -> {.status.phase} --- {Promoted.message}
  Progressing -> Waiting for canary status

templates.gatekeeper.sh/ConstraintTemplate
  Degraded .status.byPod.*.errors.*.message -> {.status.byPod.*.errors.*.message}
  Healthy .status.created=true
  Progressing -> Waiting for the template to be observed
constraints.gatekeeper.sh/*
  Degraded .status.byPod.*.errors.*.message -> {.status.byPod.*.errors.*.message}
  Progressing .status.byPod.*.enforced=false -> Waiting for the constraint to be enforced
  Healthy .status.byPod.*.enforced=true
  Progressing -> Waiting for the constraint to be observed

apiextensions.k8s.io/CustomResourceDefinition
  Progressing .metadata.deletionTimestamp -> CRD is terminating
  Progressing !.status.conditions -> Status conditions not found
  Progressing Terminating=True -> CRD is terminating: {message}
  Degraded NamesAccepted=False -> CRD names have not been accepted: {message}
  Degraded !Established=True -> CRD is not established
  Degraded NonStructuralSchema=True -> Schema violations found: {message}
  Healthy -> CRD is healthy
batch/CronJob
  Healthy .spec.suspend=true -> CronJob is Suspended
  Healthy !.status.lastScheduleTime -> CronJob has not been scheduled yet
  Healthy .status.active & !.status.lastSuccessfulTime -> The job is running. Its last execution may not have been successful
  Healthy .status.active -> The job is running. Its last execution may not have been successful
  Healthy !.status.lastSuccessfulTime -> The CronJob never completed successfully. It may not be healthy
  Healthy -> CronJob has completed its last execution successfully
policy/PodDisruptionBudget
  Degraded DisruptionAllowed=False:SyncFailed -> PodDisruptionBudget has {reason}
  Healthy DisruptionAllowed=True -> PodDisruptionBudget has {reason}
  Healthy DisruptionAllowed=False:InsufficientPods -> PodDisruptionBudget has {reason}
  Progressing -> Waiting for status
`;
