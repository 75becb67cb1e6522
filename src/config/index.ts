export { type KillSwitchSettings, readKillSwitch } from './read-kill-switch.js';
export { readSmallFile } from './read-small-file.js';
export { type ChainConfig, type ChainConfigOptions, resolveChainConfig } from './resolve-chain-config.js';
export {
  type ClientConfig,
  type ClientConfigOptions,
  resolveClientConfig,
} from './resolve-client-config.js';
export {
  type Config,
  type ConfigOptions,
  type ModelConfig,
  resolveConfig,
  resolveModelConfig,
} from './resolve-config.js';
export { readSecretFile, resolveSecret } from './resolve-secret.js';
export { resolveServeConfig, type ServeConfig, type ServeConfigOptions } from './resolve-serve-config.js';
export { resolveSinkConfig, type SinkConfig, type SinkConfigOptions } from './resolve-sink-config.js';
export type { ConfigSource, ConfigValue, Environment } from './resolve-value.js';
