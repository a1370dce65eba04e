/** Gateways, routes, certificates of clouds, messaging and service meshes. */
export const TRAFFIC_RULES = String.raw`
gateway.networking.k8s.io/GatewayClass
  Progressing stale(Accepted) -> Waiting for GatewayClass status
  Healthy Accepted=True -> {message|'GatewayClass is accepted'}
  Degraded Accepted=False -> {message|'GatewayClass is not accepted'}
  Progressing Accepted -> {message|'Waiting for GatewayClass status'}
  Progressing -> Waiting for GatewayClass status
gateway.solo.io/* gloo.solo.io/*
  Suspended .status.statuses.*.state=0|Pending -> The resource has not yet been validated
  Degraded .status.statuses.*.state=2|3|Rejected|Warning -> {.status.statuses.*.reason}
  Healthy .status.statuses.*.state=1|Accepted -> The resource has been validated
  Suspended .status.state=0|Pending -> The resource has not yet been validated
  Degraded .status.state=2|3|Rejected|Warning -> {.status.reason}
  Healthy .status.state=1|Accepted -> The resource has been validated
  Progressing -> Update in progress
projectcontour.io/ExtensionService
  Progressing stale(Valid) -> Waiting for status
  Degraded Valid=False:ErrorPresent -> {message}
  Healthy Valid=True -> {message}
  Progressing -> Waiting for status
projectcontour.io/HTTPProxy
  Healthy .spec.includes -> HTTPProxy inclusions cannot be health checked
  Degraded .status.currentStatus=invalid -> {.status.description}
  Progressing .status.currentStatus=NotReconciled -> {.status.description}
  Healthy .status.currentStatus=valid -> {.status.description}
  Progressing -> Waiting for status
networking.gke.io/ManagedCertificate
  Degraded .status.domainStatus.*.status~^Failed -> At least one certificate has failed to be provisioned
  Progressing .status.domainStatus.*.status=Provisioning -> At least one certificate is still being provisioned
  Healthy .status.certificateStatus=Active -> All certificates are active
  Progressing -> At least one certificate is still being provisioned
route.openshift.io/Route
  Degraded .status.ingress.*.conditions.*.status=False -> Route is degraded
  Progressing .status.ingress.*.conditions.*.status=Unknown -> Route is still getting admitted
  Healthy .status.ingress.*.conditions.*.status=True -> Route is healthy
  Progressing -> Route is still getting admitted
operator.openshift.io/IngressController
  Degraded Available=False -> {message}
  Degraded Degraded=True -> {message}
  Progressing Progressing=True -> {message}
  Healthy Available=True -> IngressController is available
  Progressing -> Status of IngressController is not known yet
kafka.strimzi.io/Kafka
  Degraded NotReady=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for Kafka Cluster
kafka.strimzi.io/KafkaBridge
  Degraded NotReady=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for KafkaBridge
kafka.strimzi.io/KafkaConnect
  Degraded NotReady=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for Kafka Connect
kafka.strimzi.io/KafkaConnector
  Degraded NotReady=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for Kafka Connector
kafka.strimzi.io/KafkaMirrorMaker2
  Degraded NotReady=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for Kafka Mirror Maker 2
kafka.strimzi.io/KafkaTopic
  Degraded NotReady=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for Kafka Topic
kafka.strimzi.io/KafkaUser
  Degraded NotReady=True -> {message}
  Healthy Ready=True -> {message}
  Progressing -> Waiting for Kafka User
kafka.banzaicloud.io/KafkaCluster
  Progressing .status.state=ClusterRollingUpgrading -> Kafka Cluster is Rolling Upgrading.
  Progressing .status.state=ClusterReconciling & .status.brokersState.*.gracefulActionState.cruiseControlState~Running|Required -> Kafka Cluster is Reconciling.
  Degraded .status.brokersState.*.configurationState!=ConfigInSync -> Broker Config is out of Sync or CruiseControlState is not Ready
  Healthy .status.state=ClusterRunning -> Kafka Brokers, CruiseControl and cluster are in Healthy State.
  Progressing .status.state -> Kafka Cluster is Reconciling.
  Progressing -> Waiting for KafkaCluster
rabbitmq.com/RabbitmqCluster
  Degraded ReconcileSuccess=False -> {message}
  Progressing ClusterAvailable!=True -> Waiting for RabbitMQ cluster formation
  Progressing AllReplicasReady!=True -> Waiting for RabbitMQ instances ready
  Healthy AllReplicasReady=True & ClusterAvailable=True -> RabbitMQ cluster ready
  Progressing -> Waiting for RabbitMQ Operator
rabbitmq.com/Binding
  Degraded Ready=False -> RabbitMQ binding failed to be created or updated
  Healthy Ready=True -> RabbitMQ binding ready
  Unknown -> RabbitMQ binding status is unknown
rabbitmq.com/Exchange
  Degraded Ready=False -> RabbitMQ exchange failed to be created or updated
  Healthy Ready=True -> RabbitMQ exchange ready
  Unknown -> RabbitMQ exchange status is unknown
rabbitmq.com/Permission
  Degraded Ready=False -> RabbitMQ permission failed to be created or updated
  Healthy Ready=True -> RabbitMQ permission ready
  Unknown -> RabbitMQ permission status is unknown
rabbitmq.com/Policy
  Degraded Ready=False -> RabbitMQ policy failed to be created or updated
  Healthy Ready=True -> RabbitMQ policy ready
  Unknown -> RabbitMQ policy status is unknown
rabbitmq.com/Queue
  Degraded Ready=False -> RabbitMQ queue failed to be created or updated
  Healthy Ready=True -> RabbitMQ queue ready
  Unknown -> RabbitMQ queue status is unknown
rabbitmq.com/Shovel
  Degraded Ready=False -> RabbitMQ shovel failed to be created or updated
  Healthy Ready=True -> RabbitMQ shovel ready
  Unknown -> RabbitMQ shovel status is unknown
rabbitmq.com/User
  Degraded Ready=False -> RabbitMQ user failed to be created or updated
  Healthy Ready=True -> RabbitMQ user ready
  Unknown -> RabbitMQ user status is unknown
rabbitmq.com/Vhost
  Degraded Ready=False -> RabbitMQ vhost failed to be created or updated
  Healthy Ready=True -> RabbitMQ vhost ready
  Unknown -> RabbitMQ vhost status is unknown
install.istio.io/IstioOperator
  Healthy .status.status=HEALTHY -> {.status.message}
  Progressing .status.status=UPDATING -> Component is being updated to a different version.
  Progressing .status.status=RECONCILING -> Component is being reconciled.
  Degraded .status.status=ERROR -> Component is in an error state.
  Healthy .status.status=HEALTHY -> Component is healthy.
  Progressing -> Waiting for Istio Control Plane
proclaim.dogmatiq.io/DNSSDServiceInstance
  Progressing stale -> The controller has not observed the latest generation
  Degraded Adopted=False -> {message}
  Degraded Advertised=False:AdvertiseError|UnadvertiseError -> {message}
  Progressing Advertised!=True -> {message}
  Unknown Discoverable=Unknown -> {message}
  Progressing Discoverable=False -> {message}
  Healthy Discoverable=True -> {message}
  Progressing -> Waiting for reconciliation
serving.knative.dev/Service
  Degraded .status.conditions.*.status=False -> {unmet}
  Progressing .status.conditions.*.status!=True -> {unmet}
  Healthy Ready=True -> Knative Service is healthy.
  Progressing -> Waiting for Knative Service
operator.knative.dev/*
  Degraded .status.conditions.*.status!=True|Unknown -> {conditions}
  Progressing .status.conditions.*.status=Unknown -> {conditions}
  Healthy .status.conditions -> {.kind} is healthy.
  Progressing -> Waiting for status update.
operators.coreos.com/Subscription
  Degraded CatalogSourcesUnhealthy=True & .status.state -> {conditions}.status.state is '{.status.state}'\n
  Degraded CatalogSourcesUnhealthy=True -> {conditions}.status.state not yet known\n
  Degraded InstallPlanFailed=True & .status.state -> {conditions}.status.state is '{.status.state}'\n
  Degraded ResolutionFailed=True & .status.state -> {conditions}.status.state is '{.status.state}'\n
  Degraded ResolutionFailed=True -> {conditions}.status.state not yet known\n
  Healthy .status.state=AtLatestKnown -> {conditions}.status.state is '{.status.state}'\n
  Progressing InstallPlanPending=True & .status.state -> {conditions}.status.state is '{.status.state}'\n
  Progressing .status.state -> {conditions}.status.state is '{.status.state}'\n
  Progressing -> {conditions}.status.state not yet known\n
platform.confluent.io/*
  Degraded .status.phase=FAILED -> {.kind} failed
  Healthy .status.phase=RUNNING -> {.kind} running
  Progressing .status.phase -> {.kind} provisioning
  Progressing -> Waiting for {.kind}
platform.confluent.io/Connector platform.confluent.io/KafkaTopic
  Degraded .status.state=ERROR -> {[platform.confluent.io/app-ready].message|.status.conditions.*.message}
  Degraded .status.failedTasksCount>0 -> Connector has failed tasks
  Healthy .status.connectorState=RUNNING -> Connector running
  Healthy .status.state=CREATED -> {.kind} created
  Progressing -> Waiting for {.kind}
`;
