/** Words from which label values are built. They are public vocabulary for the tokenizer, never targets to learn. */

const words = (text: string): readonly string[] => text.split(' ');

/** What applications are about. */
export const SUBJECTS = words(
  'orders cart checkout payment invoice user auth session profile search catalog stock pricing mail report media image ' +
    'video chat feed comment review booking ticket ledger wallet quote risk fraud event audit log metric trace index ' +
    'crawler import export sync batch stream ingest data model feature training gateway proxy edge web mobile admin ' +
    'portal docs blog shop wiki forum photo music backup vault config token license device sensor door light garage',
);

/** What part of an application a workload is. */
export const PARTS = words(
  'api web worker server service backend frontend gateway consumer producer scheduler cron agent proxy cache db queue ' +
    'controller operator manager exporter2 ui app core engine adapter bridge relay sync indexer',
).filter((word) => word !== 'exporter2');

/** Software that many clusters run. */
export const PRODUCTS = words(
  'postgres redis kafka rabbitmq nginx traefik keycloak vault minio loki tempo mimir grafana gitea harbor nextcloud ' +
    'mariadb mongodb elasticsearch opensearch cassandra clickhouse nats airflow superset wordpress ghost sentry jenkins ' +
    'paperless immich jellyfin frigate mosquitto unifi pihole vaultwarden authentik miniflux etcd influxdb',
);

/** Namespaces in common use. */
export const NAMESPACES = words(
  'default monitoring kube-system flux-system production staging dev apps infra shop media home databases observability ' +
    'logging security networking storage platform data ml payments identity edge tools sandbox team-a team-b backend ' +
    'frontend cert-manager ingress-nginx argocd longhorn-system rook-ceph kafka messaging analytics games ci qa demo',
);

export const TEAMS = words('platform payments sre data identity search mobile core infra shop media security storage');
export const ENVIRONMENTS = words('prod production staging dev test qa sandbox live');
export const REGIONS = words(
  'eu-west-1 eu-central-1 us-east-1 us-west-2 ap-southeast-2 fsn1 nbg1 hel1 westeurope northeurope',
);
export const CLUSTERS = words('prod-eu prod-us staging dev homelab edge-1 main k3s mgmt blue green platform-a lab');
export const CLAIM_PREFIXES = words('data storage pvc config db www media uploads logs backups cache models');
export const DATABASES = words('orders users billing inventory analytics app main reporting auth events shop wiki');
export const TABLES = words('orders users sessions events items payments audit_log invoices products messages jobs');
export const PLAIN_WORDS = words(
  'primary default slack email pagerduty webhook get put list query read write render login',
);

/** Parts of names that mean nothing; two to four make a name that no list contains. */
export const SYLLABLES = words(
  'ba be bo da de di do fa fe fi fo ga ge go ha he hi ho ja jo ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe ' +
    'pi po ra re ri ro sa se si so ta te ti to va ve vi vo wa we wi ya yo za ze zi zo bra dro fle gri kra plo sti tra vel ' +
    'mon dar kel run sol tam vin zor bel fen gar lum nor pex quil rav syl thor und wex yor',
);
