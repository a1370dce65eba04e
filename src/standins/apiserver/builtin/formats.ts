import { isDns1035Label, isDnsLabel, isDnsSubdomain, isQualifiedName } from '../../../kube/index.ts';
import type { Format } from './rules.ts';

export const SUBDOMAIN: Format = {
  fits: isDnsSubdomain,
  detail:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};

export const LABEL: Format = {
  fits: isDnsLabel,
  detail:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
};

export const LABEL_1035: Format = {
  fits: isDns1035Label,
  detail:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and " +
    "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
    "'[a-z]([-a-z0-9]*[a-z0-9])?')",
};

export const QUALIFIED_NAME: Format = {
  fits: isQualifiedName,
  detail:
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
};

/** Key of a ConfigMap or a Secret. */
export const DATA_KEY: Format = {
  fits: (key) => key.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(key) && key !== '.' && !key.startsWith('..'),
  detail:
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
};

export const ENV_NAME: Format = {
  fits: (name) => /^[ -<>-~]+$/.test(name),
  detail: "a valid environment variable name must consist only of printable ASCII characters other than '='",
};

/** IANA service name: name of a container's port. */
export const PORT_NAME: Format = {
  fits: (name) => name.length <= 15 && /^[a-z0-9-]+$/.test(name) && /[a-z]/.test(name) && !/--|^-|-$/.test(name),
  detail:
    "must be at most 15 characters of lower case letters, digits and '-', with at least one letter, without '-' at " +
    'either end or twice in a row',
};
